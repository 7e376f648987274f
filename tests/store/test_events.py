"""Events are kept once, for good, word for word, each with its job."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.store.database import Database
from bot.store.events import Events, Outcome
from bot.store.jobs import Ending, Jobs, State
from plugins.errors import StoreError, StoreUnavailable

LEASE = timedelta(seconds=30)


async def test_event_and_job_come_together(events: Events, jobs: Jobs, message):
    """A kept event can be read back, and its job waits under the key of its conversation."""
    kept = await events.keep(message(7, conversation=3))
    stored = await events.event(kept.id)
    assert (stored.body, stored.event, stored.conversation_id) == (b'{"id": 7}', "message_created", 3)
    [job] = await jobs.claim("w", want=5, kinds=["event"], lease=LEASE)
    assert (job.key, job.payload) == ("conversation:1:3", {"event": kept.id})


async def test_an_unwanted_event_is_kept_without_work(events: Events, jobs: Jobs, message):
    """An event that nobody works is stored, marked as ignored and queues nothing."""
    kept = await events.keep(message(1, wanted=False))
    assert await events.outcomes([kept.id]) == {kept.id: Outcome(ignored=True)}
    assert (await jobs.backlog()).waiting == 0


@pytest.mark.parametrize(
    "second",
    [
        {"delivery_id": "delivery-1", "dedup_key": None},
        {"delivery_id": "another", "dedup_key": "message_created:1"},
        {},
    ],
    ids=["same delivery", "same happening", "same both"],
)
async def test_a_duplicate_counts_once(events: Events, jobs: Jobs, message, second):
    """An event of a known delivery id or key is not kept again, and the first one's number is told."""
    first = await events.keep(message(1))
    again = await events.keep(message(1, **second))
    assert (again.id, again.duplicate) == (first.id, True)
    assert (await jobs.backlog()).waiting == 1


async def test_duplicates_in_one_commit_count_once(database: Database, events: Events, jobs: Jobs, message):
    """Of the same event 200 times at once, from two processes' writers, one is kept; all learn its number."""
    other = Events(database, Jobs(database))
    kept = await asyncio.gather(
        *(writer.keep(message(n % 4, delivery_id=f"d{n}")) for n in range(100) for writer in (events, other))
    )
    assert len({one.id for one in kept}) == 4
    assert sum(not one.duplicate for one in kept) == 4
    assert (await jobs.backlog()).waiting == 4
    await other.close()


async def test_many_at_once_share_commits_and_keep_their_order(database: Database, events: Events, message):
    """A thousand events at once take few commits, all are there, numbered in the order of arrival."""
    kept = await asyncio.gather(*(events.keep(message(n, conversation=n % 9)) for n in range(1000)))
    numbers = [one.id for one in kept]
    assert numbers == sorted(set(numbers))
    assert await database.value("select count(*) from webhook_events") == 1000
    assert await database.value("select count(distinct xmin::text) from webhook_events") <= 5


async def test_jobs_of_a_burst_are_all_lent_in_order(events: Events, jobs: Jobs, message):
    """Of fifty messages of one conversation at once, each is lent after the one before, none is forgotten."""
    kept = await asyncio.gather(*(events.keep(message(n)) for n in range(50)))
    worked = []
    for _ in kept:
        [job] = await jobs.claim("w", want=10, kinds=["event"], lease=LEASE)
        worked.append(job.payload["event"])
        await jobs.settle("w", [Ending(id=job.id, attempt=job.attempts, state=State.DONE)])
        await jobs.promote([job.key])
    assert worked == [one.id for one in kept]


HOSTILE = {
    "nul": {"body": b'{"content": "a\\u0000b"}\0', "event": "odd\0event"},
    "broken utf-8": {"body": b"\xff\xfe\x00\xc3("},
    "half a surrogate": {"event": "\ud800", "dedup_key": "key-\udfff"},
    "endless text": {"dedup_key": "k" * 100_000, "delivery_id": "d" * 100_000, "event": "e" * 100_000},
    "huge numbers": {"conversation_id": 10**40, "account_id": -(10**40)},
    "empty": {"body": b"", "event": "", "delivery_id": None, "dedup_key": None},
    "a megabyte": {"body": bytes(range(256)) * 4096},
}


@pytest.mark.parametrize("changes", HOSTILE.values(), ids=HOSTILE)
async def test_any_body_is_kept_word_for_word(events: Events, jobs: Jobs, message, changes):
    """Whatever the bytes of an event, they can be read back unchanged, and the event is worked."""
    event = message(1, **changes)
    kept = await events.keep(event)
    assert (await events.event(kept.id)).body == event.body
    assert (await jobs.backlog()).waiting == 1


async def test_a_refused_event_does_not_take_others_along(database: Database, events: Events, message):
    """When Postgres refuses one event of a batch, the others are kept and only its sender is told."""
    await database.run("alter table webhook_events add check (event <> 'refused')")
    await database.run(
        "create function refuse() returns trigger language plpgsql as "
        "$$ begin if new.event = 'strange' then perform 1 / 0; end if; return new; end $$"
    )
    await database.run(
        "create trigger t before insert on webhook_events for each row execute function refuse()"
    )
    asked = [message(n, event="strange" if n == 3 else "message_created") for n in range(7)]
    answers = await asyncio.gather(*map(events.keep, asked), return_exceptions=True)
    assert [n for n, answer in enumerate(answers) if isinstance(answer, StoreError)] == [3]
    assert await database.value("select count(*) from webhook_events") == 6


async def test_nothing_is_acknowledged_that_was_not_committed(database: Database, events: Events, message):
    """When the commit fails, every sender of the batch is told, and neither event nor job is there."""
    await database.run(
        "create function fail() returns trigger language plpgsql as "
        "$$ begin raise exception 'disk full' using errcode = '53100'; end $$"
    )
    await database.run(
        "create constraint trigger t after insert on jobs deferrable initially deferred "
        "for each row execute function fail()"
    )
    answers = await asyncio.gather(*(events.keep(message(n)) for n in range(20)), return_exceptions=True)
    assert all(isinstance(answer, StoreUnavailable) for answer in answers)
    assert await database.value("select count(*) from webhook_events") == 0
    await database.run("drop trigger t on jobs")
    assert not (await events.keep(message(1))).duplicate


async def test_a_sender_who_hangs_up_does_not_stop_the_commit(database: Database, events: Events, message):
    """A cancelled request leaves the event committed, and the others of its batch too."""
    asked = [asyncio.create_task(events.keep(message(n))) for n in range(3)]
    await asyncio.sleep(0)
    asked[1].cancel()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(answers[1], asyncio.CancelledError)
    await events.close()
    assert await database.value("select count(*) from webhook_events") == 3


async def test_outcomes_come_in_one_question(events: Events, message):
    """Of many events at once, those that are settled are told with what came of them."""
    first, second, third = [(await events.keep(message(n))).id for n in range(3)]
    await events.finish(first, draft_created=True)
    await events.finish(second, draft_created=False)
    assert await events.outcomes([first, second, third]) == {
        first: Outcome(processed=True, draft_created=True),
        second: Outcome(processed=True, draft_created=False),
    }
