"""Chatwoot's events as they came in: kept for good, once each, together with the job that works them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import structlog
from psycopg.types.json import Jsonb

from bot.store import queries
from bot.store.database import Database, Transaction
from bot.store.jobs import Jobs
from plugins.errors import StoreError, StoreUnavailable

log = structlog.get_logger()

SQL = queries.load("events")
KIND = "event"  #: The kind of the jobs that work events; their payload is {"event": id}.
KEEP_WITHIN = 4.0  #: Seconds; Chatwoot hangs up after 5 and repeats only what was answered 500.
MOST_EVENTS, MOST_BYTES = 500, 8_000_000  #: In one commit.
LONGEST_TEXT = 200  #: Characters; far below what an index of Postgres takes.
SMALLEST, LARGEST = -(2**63), 2**63 - 1  #: Of bigint.


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event to be kept. The body is kept as it is, whatever its bytes."""

    event: str  #: Chatwoot's name for it, such as message_created.
    body: bytes
    delivery_id: str | None = None  #: The same in all attempts of one delivery.
    dedup_key: str | None = None  #: The same in all deliveries of one happening: "message_created:1:456".
    account_id: int | None = None
    conversation_id: int | None = None  #: Chatwoot's display_id; events of one conversation keep their order.
    source: str = "webhook"  #: How it came to us: webhook or poll.
    wanted: bool = True  #: False: keep it without work.


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An event is committed."""

    id: int  #: Of a duplicate: the first one's.
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an event."""

    processed: bool = False
    draft_created: bool = False
    ignored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event as it was kept."""

    id: int
    delivery_id: str | None
    dedup_key: str | None
    event: str
    source: str
    account_id: int | None
    conversation_id: int | None
    body: bytes
    received_at: datetime
    ignored: bool
    processed_at: datetime | None
    draft_created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    id: int
    processed: bool
    draft_created: bool
    ignored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    id: int
    duplicate: bool
    queued: bool
    behind: str | None  #: The key, if other jobs of it come before this one.


@dataclass(frozen=True, slots=True, kw_only=True)
class _First:
    n: int
    id: int


@dataclass(slots=True)
class _Asked:
    event: NewEvent
    kept: asyncio.Future[Kept] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Events:
    """The table webhook_events. What arrives while a commit is under way is committed together next."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs
        self._asked: list[_Asked] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, event: NewEvent) -> Kept:
        """Commit an event and, if it is wanted and new, its job; an event that is here already counts once.

        Raises:
            StoreUnavailable: not committed within 4 s. It may be later; repeating it does no harm.
            StoreError: Postgres refuses it.
        """
        asked = _Asked(event)
        self._asked.append(asked)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        try:
            async with asyncio.timeout(KEEP_WITHIN):
                return await asyncio.shield(asked.kept)
        except TimeoutError:
            if asked in self._asked:
                self._asked.remove(asked)
            raise StoreUnavailable(f"Postgres did not commit an event within {KEEP_WITHIN:g} s") from None

    async def event(self, event_id: int) -> StoredEvent | None:
        """The event of this number."""
        return await self._database.one(SQL["event"], {"id": event_id}, of=StoredEvent)

    async def finish(self, event_id: int, *, draft_created: bool, on: Transaction | None = None) -> None:
        """Write down that an event was worked, and whether a draft came of it."""
        await self._database.run(SQL["finish"], {"id": event_id, "draft_created": draft_created}, on=on)

    async def settle(self, event_id: int, messages: Sequence[int], *, draft_created: bool) -> None:
        """Write down that an event was answered, together with those of these messages (Chatwoot's ids)."""
        keys = [f"message_created:{message}" for message in messages]
        parameters = {"id": event_id, "dedup_keys": keys, "draft_created": draft_created}
        await self._database.run(SQL["settle"], parameters)

    async def outcomes(self, ids: Sequence[int]) -> dict[int, Outcome]:
        """What came of those of these events that are settled: worked or ignored."""
        found = await self._database.all(SQL["outcomes"], {"ids": list(ids)}, of=_Settled)
        return {
            one.id: Outcome(processed=one.processed, draft_created=one.draft_created, ignored=one.ignored)
            for one in found
        }

    async def close(self) -> None:
        """Finish the commit that is under way."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._asked:
            batch = self._next_batch()
            try:
                await self._jobs.promote(await self._commit(batch))
            except StoreError as error:
                log.warning("events not stored", count=len(batch), error=str(error))
                _refuse(batch, error)
            finally:  # only a cancelled writer leaves somebody unanswered
                _refuse(batch, StoreUnavailable("the service stops"))

    def _next_batch(self) -> list[_Asked]:
        size = count = 0
        for asked in self._asked[:MOST_EVENTS]:
            size += len(asked.event.body)
            if count and size > MOST_BYTES:
                break
            count += 1
        batch, self._asked = self._asked[:count], self._asked[count:]
        return batch

    async def _commit(self, batch: list[_Asked]) -> set[str]:
        """Commit a batch and answer those who asked; gives the keys in which new jobs wait behind others.

        An event that Postgres refuses does not take the others of its batch along.
        """
        events = [asked.event for asked in batch]
        columns = Jsonb([_columns(event) for event in events])
        try:
            written = await self._database.all(
                SQL["keep"], {"events": columns, "bodies": [event.body for event in events]}, of=_Written
            )
        except StoreError as error:
            if not isinstance(error.__cause__, psycopg.DataError) or len(batch) == 1:
                raise
            return await self._commit_singly(batch)
        if any(row.queued for row in written):
            self._jobs.bell.ring()
        pairs = list(zip(batch, written, strict=True))
        firsts = iter(await self._firsts([asked for asked, row in pairs if row.duplicate]))
        for asked, row in pairs:
            number = next(firsts) if row.duplicate else row.id
            if not asked.kept.done():
                asked.kept.set_result(Kept(id=number, duplicate=row.duplicate))
        return {row.behind for row in written if row.behind is not None}

    async def _commit_singly(self, batch: list[_Asked]) -> set[str]:
        keys: set[str] = set()
        for asked in batch:
            try:
                keys |= await self._commit([asked])
            except StoreError as error:
                _refuse([asked], error)
        return keys

    async def _firsts(self, duplicates: list[_Asked]) -> list[int]:
        """The numbers of the events that came before these, in their order."""
        if not duplicates:
            return []
        parameters = {
            "delivery_ids": [_text(asked.event.delivery_id) for asked in duplicates],
            "dedup_keys": [_text(asked.event.dedup_key) for asked in duplicates],
        }
        return [first.id for first in await self._database.all(SQL["first_of"], parameters, of=_First)]


def _columns(event: NewEvent) -> dict[str, Any]:
    return {
        "delivery_id": _text(event.delivery_id),
        "dedup_key": _text(event.dedup_key),
        "event": _text(event.event),
        "source": event.source,
        "account_id": _number(event.account_id),
        "conversation_id": _number(event.conversation_id),
        "wanted": event.wanted,
    }


def _text(text: str | None) -> str | None:
    """The text as a column can hold it: no NUL, no half of a surrogate pair, short enough for an index."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()[:LONGEST_TEXT]


def _number(number: int | None) -> int | None:
    return number if number is not None and SMALLEST <= number <= LARGEST else None


def _refuse(batch: list[_Asked], error: StoreError) -> None:
    for asked in batch:
        if not asked.kept.done():
            asked.kept.set_exception(error)
