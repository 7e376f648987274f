"""What people are told of until somebody reacts, and who was told."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.store import queries
from bot.store.database import Database, Transaction

SQL = queries.load("incidents")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptIncident:
    """One incident."""

    id: int
    key: str
    conversation_id: UUID | None
    conversation: int | None  #: Chatwoot's number.
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    closed_at: datetime | None


class IncidentStore:
    """The tables incidents and incident_notifiers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, key: str, conversation_id: UUID | None, at: datetime, *, on: Transaction) -> int:
        """Open an incident, or open it again; gives its number."""
        parameters = {"key": key, "conversation_id": conversation_id, "at": at}
        return int(await self._database.value(SQL["open"], parameters, on=on))

    async def incident(self, number: int) -> KeptIncident | None:
        """The incident of this number."""
        return await self._database.one(SQL["incident"], {"id": number}, of=KeptIncident)

    async def open_ones(self) -> list[KeptIncident]:
        """All incidents that are not over, the oldest first."""
        return await self._database.all(SQL["open_ones"], of=KeptIncident)

    async def acknowledge(
        self, conversation_id: UUID, by: str, at: datetime, *, on: Transaction
    ) -> list[int]:
        """Note that somebody takes care of a conversation; gives its incidents that nobody had taken."""
        parameters = {"conversation_id": conversation_id, "by": by, "at": at}
        return [row.id for row in await self._database.all(SQL["acknowledge"], parameters, of=_Id, on=on)]

    async def take(self, number: int, by: str, at: datetime, *, on: Transaction) -> list[int]:
        """Note that somebody takes care of one incident; empty if it is over or somebody had taken it."""
        parameters = {"id": number, "by": by, "at": at}
        return [row.id for row in await self._database.all(SQL["take"], parameters, of=_Id, on=on)]

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction for writes that belong together."""
        return self._database.transaction()

    async def close(self, key: str, at: datetime, *, on: Transaction) -> int | None:
        """Note that an incident is over; gives its number, or None if it was over or never was."""
        number: int | None = await self._database.value(SQL["close"], {"key": key, "at": at}, on=on)
        return number

    async def drafts_of(self, conversation_id: UUID, *, on: Transaction) -> list[str]:
        """The keys of the open incidents of a conversation that are about a draft."""
        parameters = {"conversation_id": conversation_id}
        return [row.key for row in await self._database.all(SQL["drafts_of"], parameters, of=_Key, on=on)]

    async def told(self, number: int, notifier: str) -> None:
        """Note that a notifier was told of an incident."""
        await self._database.run(SQL["told"], {"id": number, "notifier": notifier})

    async def notifiers(self, number: int, *, on: Transaction | None = None) -> list[str]:
        """The notifiers that were told of an incident."""
        rows = await self._database.all(SQL["notifiers"], {"id": number}, of=_Notifier, on=on)
        return [row.notifier for row in rows]

    async def draft_waits(self, draft: int) -> bool:
        """Whether a draft still waits for a person."""
        return bool(await self._database.value(SQL["draft_waits"], {"draft": draft}))


@dataclass(frozen=True, slots=True)
class _Id:
    id: int


@dataclass(frozen=True, slots=True)
class _Key:
    key: str


@dataclass(frozen=True, slots=True)
class _Notifier:
    notifier: str
