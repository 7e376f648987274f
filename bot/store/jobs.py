"""The queue of work: jobs that are lent to workers, in order within a key, and taken back from dead ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from bot.store import queries
from bot.store.bell import Bell
from bot.store.database import Database, Transaction
from plugins.errors import StoreError

SQL = queries.load("jobs")


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"  #: Given up; a person may queue it again.


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job that is lent to a worker."""

    id: int
    kind: str
    key: str | None
    payload: Mapping[str, Any]
    attempts: int  #: How often it was lent, this time included.
    failures: int  #: How many of these count towards giving up.
    error: str | None  #: Of the last time.
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job as people look at it."""

    id: int
    kind: str
    key: str | None
    payload: Mapping[str, Any]
    state: State
    attempts: int
    failures: int
    error: str | None
    run_at: datetime
    created_at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", State(self.state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one attempt at a job ended."""

    id: int
    attempt: int
    state: State  #: Done, dead, or waiting for another try.
    error: str | None = None
    failed: int = 0  #: 1 if it counts towards giving up.
    after: float = 0.0  #: Seconds until the next try.


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much work there is."""

    waiting: int  #: Due, but not begun.
    delayed: int  #: Due later.
    running: int
    dead: int
    oldest: timedelta | None  #: For how long the oldest waiting job has been due.


class Jobs:
    """The table jobs. `bell` rings when there is work."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.bell = Bell(database)

    async def put(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        key: str | None = None,
        run_at: datetime | None = None,
        dedup: str | None = None,
        on: Transaction | None = None,
    ) -> int | None:
        """Queue a job; gives its number, or None when one with the same `dedup` was queued before.

        Jobs of one `key` are done one at a time in the order of their numbers, and a later one also waits
        while an earlier one is delayed by `run_at`: give timers a key of their own, or none. In a
        transaction of the caller's, ring `bell` after the commit.
        """
        parameters = {"kind": kind, "key": key, "payload": Jsonb(payload), "run_at": run_at, "dedup": dedup}
        number: int | None = await self._database.value(SQL["put"], parameters, on=on)
        if on is None and number is not None:
            self.bell.ring()
        return number

    async def claim(self, worker: str, *, want: int, kinds: Collection[str], lease: timedelta) -> list[Job]:
        """Lend up to `want` due jobs of these kinds to a worker, until `lease` runs out."""
        parameters = {"worker": worker, "want": want, "kinds": list(kinds), "lease": lease}
        try:
            claimed = await self._database.all(SQL["claim"], parameters, of=Job)
        except StoreError as error:
            if isinstance(error.__cause__, psycopg.errors.UniqueViolation):
                return []  # another worker has just claimed of the same key; the next claim sees it
            raise
        return sorted(claimed, key=lambda job: job.id)

    async def renew(self, worker: str, jobs: Sequence[Job], *, lease: timedelta) -> set[int]:
        """Lengthen the leases of these jobs; gives the numbers of those that the worker still holds."""
        parameters = {
            "worker": worker,
            "lease": lease,
            "ids": [job.id for job in jobs],
            "attempts": [job.attempts for job in jobs],
        }
        return {held.id for held in await self._database.all(SQL["renew"], parameters, of=_Id)}

    async def settle(self, worker: str, endings: Sequence[Ending]) -> set[int]:
        """Write down how jobs ended; gives the numbers of those that the worker still held.

        Call `promote` with their keys afterwards.
        """
        parameters = {"worker": worker, "endings": Jsonb([asdict(ending) for ending in endings])}
        return {settled.id for settled in await self._database.all(SQL["settle"], parameters, of=_Id)}

    async def promote(self, keys: Collection[str]) -> None:
        """Make the next job of each key claimable.

        Whoever ends a job or queues one behind another calls this after the commit: of two who do so at the
        same time, the later one sees what both committed.
        """
        if keys and await self._database.run(SQL["promote"], {"keys": list(keys)}):
            self.bell.ring()

    async def sweep(self) -> int:
        """Make the next job of every key claimable, if a process died before `promote`; gives how many."""
        return await self._database.run(SQL["sweep"])

    async def reclaim(self) -> list[int]:
        """Take back the jobs whose lease ran out, each with one failure more; gives their numbers."""
        return [job.id for job in await self._database.all(SQL["reclaim"], of=_Id)]

    async def requeue(self, ids: Collection[int] | None = None) -> list[int]:
        """Let dead jobs wait again: these, or all for None; gives the numbers of those that were dead."""
        found = await self._database.all(SQL["requeue"], {"ids": None if ids is None else list(ids)}, of=_Id)
        if found:
            self.bell.ring()
        return sorted(job.id for job in found)

    async def backlog(self) -> Backlog:
        """How much work there is."""
        backlog = await self._database.one(SQL["backlog"], of=Backlog)
        assert backlog is not None  # an aggregate has a row
        return backlog

    async def next_due(self, kinds: Collection[str]) -> float | None:
        """Seconds until the next job of these kinds falls due that is not due yet; None without one."""
        due: float | None = await self._database.value(SQL["next_due"], {"kinds": list(kinds)})
        return due

    async def listing(self, state: State, *, limit: int = 100) -> list[JobRecord]:
        """The newest jobs in a state."""
        return await self._database.all(SQL["listing"], {"state": state, "limit": limit}, of=JobRecord)

    async def job(self, job_id: int) -> JobRecord | None:
        """The job of this number."""
        return await self._database.one(SQL["job"], {"id": job_id}, of=JobRecord)

    async def prune(self, *, older_than: timedelta) -> int:
        """Remove some thousands of the jobs that were done this long ago; gives how many."""
        return await self._database.run(SQL["prune"], {"older_than": older_than})


@dataclass(frozen=True, slots=True)
class _Id:
    id: int
