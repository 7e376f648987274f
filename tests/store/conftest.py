"""The queue and the inbox on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from bot.store.database import Database
from bot.store.events import Events, NewEvent
from bot.store.jobs import Jobs


@pytest.fixture
async def jobs(database: Database) -> AsyncIterator[Jobs]:
    """The queue."""
    jobs = Jobs(database)
    yield jobs
    await jobs.bell.close()


@pytest.fixture
async def events(database: Database, jobs: Jobs) -> AsyncIterator[Events]:
    """The inbox."""
    events = Events(database, jobs)
    yield events
    await events.close()


@pytest.fixture
def message() -> Callable[..., NewEvent]:
    """Makes the event of a customer's message, by its number."""

    def make(number: int, *, conversation: int | None = 1, **changes) -> NewEvent:
        fields = {
            "event": "message_created",
            "body": b'{"id": %d}' % number,
            "delivery_id": f"delivery-{number}",
            "dedup_key": f"message_created:{number}",
            "account_id": 1,
            "conversation_id": conversation,
        }
        return NewEvent(**(fields | changes))

    return make
