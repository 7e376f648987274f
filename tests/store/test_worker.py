"""The worker does every job, in order within a key, whatever its handlers and processes suffer."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.database import Database
from bot.store.jobs import Job, Jobs, State
from bot.worker import Retry, Worker, backoff
from plugins.errors import ChatwootUnavailable

PROCESS = Path(__file__).with_name("worker_process.py")


@asynccontextmanager
async def working(jobs: Jobs, handler, **options) -> AsyncIterator[Worker]:
    """A worker that runs until the end of the block."""
    worker = Worker(jobs, {"note": handler}, **{"backoff": lambda tries, longest: 0.01, **options})
    running = asyncio.create_task(worker.run())
    yield worker
    worker.stop()
    await running


async def until(jobs: Jobs, holds: Callable[[], bool]) -> None:
    """Wait for something that ends with a job."""
    async with asyncio.timeout(20):
        while not holds():
            await jobs.bell.wait(jobs.bell.strokes, within=0.05)


async def idle(jobs: Jobs) -> None:
    """Wait until nothing waits or runs."""
    async with asyncio.timeout(20):
        while (backlog := await jobs.backlog()).waiting or backlog.delayed or backlog.running:
            await jobs.bell.wait(jobs.bell.strokes, within=0.05)


async def test_keys_run_in_parallel_and_jobs_of_a_key_in_order(jobs: Jobs):
    """Of 60 jobs of 6 keys, those of a key run in order and alone, those of different keys together."""
    order, running, most = defaultdict(list), set(), 0
    for number in range(60):
        await jobs.put("note", {"n": number}, key=str(number % 6))

    async def handler(job: Job) -> None:
        nonlocal most
        assert job.key not in running
        running.add(job.key)
        most = max(most, len(running))
        await asyncio.sleep(0)
        order[job.key].append(job.payload["n"])
        running.discard(job.key)

    async with working(jobs, handler):
        await idle(jobs)
    assert order == {str(key): list(range(key, 60, 6)) for key in range(6)}
    assert most > 1
    assert (await jobs.backlog()).dead == 0


async def test_new_work_is_begun_at_once(jobs: Jobs):
    """A waiting worker hears of a job without looking for it."""
    begun = asyncio.Event()

    async def handler(job: Job) -> None:
        begun.set()

    async with working(jobs, handler):
        await jobs.bell.wait(jobs.bell.strokes, within=0.1)
        await jobs.put("note", {})
        async with asyncio.timeout(0.4):  # less than the worker's own look-out
            await begun.wait()


async def test_another_process_is_heard(database: Database, database_url: str, jobs: Jobs):
    """A job queued by another process wakes the worker by Postgres' NOTIFY."""
    other = Database(database_url)
    await other.open()
    theirs = Jobs(other)
    listening = asyncio.create_task(jobs.bell.listen())
    await until(jobs, lambda: jobs.bell.strokes > 0)
    heard = jobs.bell.strokes
    await theirs.put("note", {})
    async with asyncio.timeout(5):
        await jobs.bell.wait(heard, within=10)
    assert jobs.bell.strokes > heard
    listening.cancel()
    await theirs.bell.close()
    await other.close()


async def test_a_failing_job_is_tried_again_and_then_given_up(jobs: Jobs):
    """After three failures a job is dead with its error, the caller is told, and the next of the key runs."""
    tries, told = [], []
    await jobs.put("note", {"bad": True}, key="a")
    await jobs.put("note", {"bad": False}, key="a")

    async def handler(job: Job) -> None:
        tries.append(job.payload["bad"])
        if job.payload["bad"]:
            raise ValueError("no such thing")

    async def on_dead(job: Job, error: str) -> None:
        told.append((job.payload["bad"], error))

    async with working(jobs, handler, attempts=3, on_dead=on_dead):
        await idle(jobs)
    assert tries == [True, True, True, False]
    assert told == [(True, "ValueError: no such thing")]
    [dead] = await jobs.listing(State.DEAD)
    assert (dead.failures, dead.error) == (3, "ValueError: no such thing")


@pytest.mark.parametrize(
    "error", [Retry("not yet", after=timedelta(milliseconds=5)), ChatwootUnavailable("503")], ids=repr
)
async def test_work_that_cannot_be_done_now_waits_and_never_dies(jobs: Jobs, error: Exception):
    """A job that is put off ten times, with two attempts allowed, is done in the end."""
    tries = 0
    await jobs.put("note", {})

    async def handler(job: Job) -> None:
        nonlocal tries
        tries += 1
        if tries <= 10:
            raise error

    async with working(jobs, handler, attempts=2):
        await idle(jobs)
    assert tries == 11
    assert (await jobs.backlog()).dead == 0


async def test_a_cancellation_inside_a_handler_counts_as_failure(jobs: Jobs):
    """A handler that awaits something cancelled does not stop the worker, and its job dies in the end."""
    await jobs.put("note", {})

    async def handler(job: Job) -> None:
        raise asyncio.CancelledError

    async with working(jobs, handler, attempts=2):
        await idle(jobs)
    assert (await jobs.backlog()).dead == 1


async def test_stop_lets_work_under_way_end(jobs: Jobs):
    """On stop, a job that runs is ended, and one that waits is left."""
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), []
    for _ in range(2):
        await jobs.put("note", {}, key="a")

    async def handler(job: Job) -> None:
        begun.set()
        await may_end.wait()
        ended.append(job.id)

    async with working(jobs, handler) as worker:
        await begun.wait()
        worker.stop()
        may_end.set()
    assert len(ended) == 1
    assert (await jobs.backlog()).waiting == 1


async def test_stop_gives_back_what_takes_too_long(jobs: Jobs):
    """A job that does not end within the drain time is cancelled and waits again, without a failure."""
    begun = asyncio.Event()
    number = await jobs.put("note", {})

    async def handler(job: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with working(jobs, handler, drain=timedelta()):
        await begun.wait()
    job = await jobs.job(number)
    assert (job.state, job.failures, job.error) == (State.WAITING, 0, "the worker was stopped")


async def test_work_whose_lease_was_lost_is_cancelled(database: Database, jobs: Jobs):
    """When another worker has taken a job over, the first one's handler is cancelled and changes nothing."""
    begun, cancelled = asyncio.Event(), asyncio.Event()
    number = await jobs.put("note", {})

    async def handler(job: Job) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with working(jobs, handler, lease=timedelta(milliseconds=300)):
        await begun.wait()
        await database.run("update jobs set worker = 'another', leased_until = now() + interval '1 hour'")
        async with asyncio.timeout(5):
            await cancelled.wait()
    assert (await jobs.job(number)).state is State.RUNNING


async def test_a_long_job_keeps_its_lease(jobs: Jobs):
    """A job that takes several leases' time is done once."""
    runs = 0
    await jobs.put("note", {})

    async def handler(job: Job) -> None:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0.7)

    async with working(jobs, handler, lease=timedelta(milliseconds=300)):
        await idle(jobs)
    assert runs == 1


async def test_killed_processes_lose_nothing_and_keep_order(
    database: Database, database_url: str, jobs: Jobs
):
    """Two worker processes, killed with SIGKILL eight times in the middle of jobs, do all, in order."""
    chance = random.Random(7)
    await database.run("create table done (n serial, job bigint, key text)")
    numbers: list[int | None] = []

    async def start() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, PROCESS, database_url, stdout=asyncio.subprocess.PIPE
        )

    workers = [await start(), await start()]
    for turn in range(8):
        victim = workers[turn % 2]
        numbers += [
            await jobs.put("note", {"seconds": chance.uniform(0, 0.03)}, key=str(n % 5)) for n in range(30)
        ]
        for _ in range(chance.randint(1, 8)):
            with contextlib.suppress(TimeoutError):  # the other one was quicker, and took all there was
                await asyncio.wait_for(victim.stdout.readline(), timeout=2)
        victim.kill()
        await victim.wait()
        workers[turn % 2] = await start()
    await idle(jobs)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        await worker.communicate()
        assert worker.returncode == 0
    async with database.connection() as connection:
        rows = await (await connection.execute("select job, key from done order by n")).fetchall()
    done: dict[str, list[int]] = defaultdict(list)
    for number, key in rows:
        if done[key][-1:] != [number]:  # killed between the work and its writing down: done twice in a row
            done[key].append(number)
    assert done == {str(key): numbers[key::5] for key in range(5)}


async def test_a_job_that_kills_its_workers_is_given_up(database: Database, jobs: Jobs):
    """A job whose workers died as often as it may fail is not begun again, and the caller is told."""
    told = []
    number = await jobs.put("note", {})
    await database.run("update jobs set failures = 3, error = 'the worker w was gone without a word'")

    async def handler(job: Job) -> None:
        raise AssertionError("begun")

    async def on_dead(job: Job, error: str) -> None:
        told.append(error)

    async with working(jobs, handler, attempts=3, on_dead=on_dead):
        await idle(jobs)
    assert told == ["the worker w was gone without a word"]
    assert (await jobs.job(number)).state is State.DEAD


async def test_work_goes_on_after_postgres_lost_the_connections(database: Database, jobs: Jobs):
    """When all connections are cut in the middle of work, the worker reconnects and does everything."""
    done = set()
    begun = asyncio.Event()
    for number in range(20):
        await jobs.put("note", {"n": number})

    async def handler(job: Job) -> None:
        if not begun.is_set():
            begun.set()
            async with database.session() as other:
                await other.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and pid <> pg_backend_pid()"
                )
        done.add(job.payload["n"])

    async with working(jobs, handler, lease=timedelta(seconds=1)):
        await until(jobs, lambda: len(done) == 20)
        async with asyncio.timeout(20):
            while (await jobs.backlog()).running:
                await jobs.bell.wait(jobs.bell.strokes, within=0.05)


def test_backoff_grows_to_its_limit():
    """The pause between tries doubles up to its limit, half more or less."""
    pauses = [backoff(tries, 60.0) for tries in (0, 3, 100)]
    assert 0.5 <= pauses[0] <= 1.5 and 4 <= pauses[1] <= 12 and 30 <= pauses[2] <= 90
