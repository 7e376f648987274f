"""The queue keeps order within a key, lends to one worker at a time and loses nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.store.database import Database
from bot.store.jobs import SQL, Backlog, Ending, Job, Jobs, State

LEASE = timedelta(seconds=30)
GONE = timedelta(seconds=-1)  # a lease that has run out


async def claim(jobs: Jobs, *, worker: str = "w", want: int = 100, lease: timedelta = LEASE) -> list[Job]:
    """What a worker would get now."""
    return await jobs.claim(worker, want=want, kinds=["note"], lease=lease)


async def end(jobs: Jobs, job: Job, state: State = State.DONE, *, worker: str = "w", **more) -> bool:
    """End a job as a worker does; says whether it was still the worker's."""
    settled = await jobs.settle(worker, [Ending(id=job.id, attempt=job.attempts, state=state, **more)])
    await jobs.promote([job.key] if job.key else [])
    return job.id in settled


async def test_jobs_of_a_key_come_one_by_one_in_order(jobs: Jobs):
    """Of ten jobs of one key the next is lent only when the one before is done."""
    numbers = [await jobs.put("note", {}, key="a") for _ in range(10)]
    for number in numbers:
        [job] = await claim(jobs)
        assert job.id == number
        assert await claim(jobs) == []
        assert await end(jobs, job)


async def test_keys_do_not_wait_for_each_other(jobs: Jobs):
    """Jobs of different keys, and those without a key, are lent together."""
    for key in ("a", "b", None, None):
        await jobs.put("note", {}, key=key)
    assert len(await claim(jobs)) == 4


async def test_a_job_that_waits_for_another_try_keeps_its_place(jobs: Jobs):
    """A later job of the key waits while an earlier one is put off, and comes when that one is dead."""
    first, second = [await jobs.put("note", {}, key="a") for _ in range(2)]
    [job] = await claim(jobs)
    await end(jobs, job, State.WAITING, after=3600, failed=1, error="no")
    assert await claim(jobs) == []
    await end_of_wait(jobs)
    [job] = await claim(jobs)
    assert (job.id, job.attempts, job.failures, job.error) == (first, 2, 1, "no")
    await end(jobs, job, State.DEAD, error="gave up")
    assert [job.id for job in await claim(jobs)] == [second]


async def end_of_wait(jobs: Jobs) -> None:
    """Let an hour pass for waiting jobs."""
    await jobs._database.run("update jobs set run_at = run_at - interval '1 hour' where state = 'waiting'")


async def test_a_job_is_not_lent_before_its_time(jobs: Jobs):
    """A delayed job is not lent, and the queue tells when it will be."""
    await jobs.put("note", {}, run_at=datetime.now(UTC) + timedelta(hours=1))
    assert await claim(jobs) == []
    due = await jobs.next_due(["note"])
    assert due is not None and 3500 < due <= 3600
    assert await jobs.next_due(["other"]) is None


async def test_a_worker_gets_only_the_kinds_it_can_do(jobs: Jobs):
    """Jobs of a kind that the worker has no handler for are left to others."""
    await jobs.put("other", {})
    assert await claim(jobs) == []


async def test_dedup_takes_a_job_once(jobs: Jobs):
    """A second job of the same dedup is not taken, also after the first was done."""
    assert await jobs.put("note", {}, dedup="x") is not None
    assert await jobs.put("note", {}, dedup="x") is None
    [job] = await claim(jobs)
    await end(jobs, job)
    assert await jobs.put("note", {}, dedup="x") is None


async def test_a_job_stands_and_falls_with_the_callers_transaction(database: Database, jobs: Jobs):
    """A job put in a transaction is there after the commit and not after a rollback."""
    async with database.transaction() as on:
        await jobs.put("note", {"n": 1}, on=on)
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as on:
            await jobs.put("note", {"n": 2}, on=on)
            raise ZeroDivisionError
    assert [job.payload for job in await claim(jobs)] == [{"n": 1}]


async def test_an_expired_lease_passes_to_another_worker(jobs: Jobs):
    """After its lease a job is lent again, and the first worker can neither renew nor end it."""
    await jobs.put("note", {}, key="a")
    [mine] = await claim(jobs, worker="slow", lease=GONE)
    assert await jobs.reclaim() == [mine.id]
    [theirs] = await claim(jobs, worker="quick")
    assert (theirs.id, theirs.attempts, theirs.failures) == (mine.id, 2, 1)
    assert await jobs.renew("slow", [mine], lease=LEASE) == set()
    assert not await end(jobs, mine, worker="slow")
    assert await jobs.renew("quick", [theirs], lease=LEASE) == {theirs.id}
    assert await end(jobs, theirs, worker="quick")


async def test_the_fence_holds_within_one_worker(jobs: Jobs):
    """The end of an earlier attempt does not count for a later one, even of the same worker."""
    await jobs.put("note", {})
    [first] = await claim(jobs, lease=GONE)
    await jobs.reclaim()
    [second] = await claim(jobs)
    assert not await end(jobs, first)
    assert await end(jobs, second)


async def test_many_claims_at_once_lend_each_job_once(jobs: Jobs):
    """Eight workers that claim at the same time never get the same job, nor two of one key."""
    for number in range(120):
        await jobs.put("note", {}, key=str(number % 30))
    seen: list[int] = []
    while (await jobs.backlog()).waiting:
        claims = await asyncio.gather(*(claim(jobs, worker=f"w{n}", want=7) for n in range(8)))
        lent = [(f"w{n}", job) for n, batch in enumerate(claims) for job in batch]
        assert len({job.key for _, job in lent}) == len(lent)
        seen += [job.id for _, job in lent]
        await asyncio.gather(*(end(jobs, job, worker=worker) for worker, job in lent))
    assert len(seen) == len(set(seen)) == 120


async def test_dead_jobs_can_be_queued_again(jobs: Jobs):
    """Dead jobs are listed with their error; queued again, they start afresh and keep their place."""
    numbers = [await jobs.put("note", {}, key="a") for _ in range(3)]
    for _ in numbers:
        [job] = await claim(jobs)
        await end(jobs, job, State.DEAD, error="no such inbox", failed=1)
    assert [(job.id, job.error) for job in await jobs.listing(State.DEAD)] == [
        (number, "no such inbox") for number in reversed(numbers)
    ]
    assert await jobs.requeue([numbers[1], 999]) == [numbers[1]]
    assert await jobs.requeue() == [numbers[0], numbers[2]]
    [job] = await claim(jobs)
    assert (job.id, job.failures) == (numbers[0], 0)


async def test_the_backlog_counts_what_there_is(jobs: Jobs):
    """Waiting, delayed, running and dead jobs are counted, and the age of the oldest is told."""
    assert await jobs.backlog() == Backlog(waiting=0, delayed=0, running=0, dead=0, oldest=None)
    for _ in range(3):
        await jobs.put("note", {})
    dead, running = await claim(jobs, want=2)
    await end(jobs, dead, State.DEAD)
    await jobs.put("note", {}, run_at=datetime.now(UTC) + timedelta(hours=1))
    backlog = await jobs.backlog()
    assert (backlog.waiting, backlog.delayed, backlog.running, backlog.dead) == (1, 1, 1, 1)
    assert backlog.oldest is not None and timedelta() <= backlog.oldest < timedelta(minutes=1)
    assert (await jobs.job(running.id)).state is State.RUNNING


async def test_a_forgotten_next_job_is_found_by_the_sweep(database: Database, jobs: Jobs):
    """When a worker dies between ending a job and calling the next, the sweep calls it."""
    for _ in range(2):
        await jobs.put("note", {}, key="a")
    [first] = await claim(jobs)
    await database.run("update jobs set head = false where state = 'waiting'")
    await jobs.settle("w", [Ending(id=first.id, attempt=first.attempts, state=State.DONE)])
    assert await claim(jobs) == []
    assert await jobs.sweep() == 1
    assert len(await claim(jobs)) == 1


async def test_done_jobs_are_removed_when_old(jobs: Jobs):
    """Pruning removes old done jobs, and neither young ones nor those still to do."""
    for _ in range(2):
        await jobs.put("note", {})
    [job] = await claim(jobs, want=1)
    await end(jobs, job)
    assert await jobs.prune(older_than=timedelta(days=1)) == 0
    assert await jobs.prune(older_than=timedelta()) == 1
    assert (await jobs.backlog()).waiting == 1


async def test_a_long_queue_does_not_slow_a_claim(database: Database, jobs: Jobs):
    """Behind 100,000 jobs of three busy conversations the next of a fourth is found by reading few rows."""
    await database.run(
        "insert into jobs (kind, key, payload, head) "
        "select 'note', 'busy' || n %% 3, '{}', n <= 3 from generate_series(1, %(many)s) as n",
        {"many": 100_000},
    )
    await jobs.put("note", {}, key="quiet")
    await database.run("analyze jobs")
    assert len(await claim(jobs)) == 4
    read = "select idx_tup_fetch + seq_tup_read from pg_stat_xact_user_tables where relname = 'jobs'"
    asked = {"worker": "w", "want": 16, "kinds": ["note"], "lease": LEASE}
    async with database.transaction() as on:
        before = await database.value(read, on=on) or 0
        assert await database.all(SQL["claim"], asked, of=Job, on=on) == []
        assert await database.value(read, on=on) - before < 200
