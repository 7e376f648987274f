"""Events are kept once, for good, word for word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.database import Database
from bot.store.events import Events, NewEvent
from bot.store.jobs import Jobs

LEASE = timedelta(seconds=30)


@pytest.fixture
async def jobs(database: Database):
    """The queue."""
    jobs = Jobs(database)
    yield jobs
    await jobs.bell.close()


@pytest.fixture
async def events(database: Database, jobs: Jobs):
    """The inbox."""
    events = Events(database, jobs)
    yield events
    await events.close()


def message(number: int, *, conversation: int = 1, **changes) -> NewEvent:
    """A message of a customer's."""
    fields = {
        "event": "message_created",
        "body": b'{"id": %d}' % number,
        "delivery_id": f"delivery-{number}",
        "dedup_key": f"message_created:1:{number}",
        "account_id": 1,
        "conversation_id": conversation,
    }
    return NewEvent(**(fields | changes))


async def test_event_and_job_come_together(events: Events, jobs: Jobs):
    """A kept event can be read back, and its job waits under the key of its conversation."""
    kept = await events.keep(message(7, conversation=3))
    stored = await events.event(kept.id)
    assert stored is not None
    assert (stored.body, stored.event, stored.conversation_id) == (b'{"id": 7}', "message_created", 3)
    [job] = await jobs.claim("w", want=5, kinds=["event"], lease=LEASE)
    assert (job.kind, job.key, job.payload) == ("event", "conversation:1:3", {"event": kept.id})
