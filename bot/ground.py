"""What web and worker processes both stand on: the database at its newest schema, and the queue in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.settings import Settings, secret
from bot.store.database import Database, open_database
from bot.store.events import Events
from bot.store.jobs import Jobs
from bot.store.migrations import migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Open for as long as the process works."""

    settings: Settings
    database: Database
    jobs: Jobs
    events: Events


@asynccontextmanager
async def ground(settings: Settings) -> AsyncIterator[Ground]:
    """Open the database at its newest schema, and the stores of events and jobs."""
    async with open_database(secret(settings.database_url), settings.home) as database:
        await migrate(database)
        jobs = Jobs(database)
        events = Events(database, jobs)
        try:
            yield Ground(settings=settings, database=database, jobs=jobs, events=events)
        finally:
            await events.close()
            await jobs.bell.close()
