"""The clocks of conversations as last worked out, their events, and what they are worked out from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.store import queries
from bot.store.database import Database, Transaction
from plugins.model import Priority

SQL = queries.load("clocks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A conversation whose clocks only this transaction works out."""

    id: UUID
    number: int  #: Chatwoot's.
    account_id: int
    last_incoming_id: int
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHappening:
    """Something that happened in a conversation; `kind` as in bot/service_level/clocks.py."""

    kind: str
    priority: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptClock:
    """A clock as it stands."""

    id: int
    metric: str
    number: int
    priority: str
    target: timedelta
    started_at: datetime
    at_risk_at: datetime | None
    due_at: datetime | None  #: None while it is paused.
    fulfilled_at: datetime | None
    applied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A clock that runs or is paused, for people."""

    conversation: int  #: Chatwoot's number.
    channel: str
    metric: str
    priority: str
    started_at: datetime
    at_risk_at: datetime | None
    due_at: datetime | None


class Clocks:
    """The tables happenings, sla_clocks and sla_events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lock(self, conversation_id: UUID, *, on: Transaction) -> Locked:
        """Keep other transactions from working out the clocks of a conversation until this one ends."""
        locked = await self._database.one(SQL["lock"], {"conversation_id": conversation_id}, of=Locked, on=on)
        assert locked is not None, "the conversation was seen before"
        return locked

    async def add(
        self, conversation_id: UUID, message: int, kind: str, at: datetime, *, on: Transaction
    ) -> bool:
        """Keep what a message made happen; False if it was kept before."""
        parameters = {
            "conversation_id": conversation_id,
            "cause": f"message:{message}",
            "kind": kind,
            "at": at,
        }
        return await self._database.run(SQL["add"], parameters, on=on) == 1

    async def change(
        self,
        conversation_id: UUID,
        subject: str,
        kind: str,
        at: datetime,
        *,
        priority: Priority | None = None,
        on: Transaction,
    ) -> bool:
        """Keep a new value of a `subject`, status or priority; False if it held already at that moment."""
        parameters = {
            "conversation_id": conversation_id,
            "subject": subject,
            "kind": kind,
            "priority": priority,
            "at": at,
        }
        return await self._database.run(SQL["change"], parameters, on=on) == 1

    async def forget(self, conversation_id: UUID, message: int, *, on: Transaction) -> bool:
        """Forget what a message made happen; False if nothing was kept of it."""
        parameters = {"conversation_id": conversation_id, "cause": f"message:{message}"}
        return await self._database.run(SQL["forget"], parameters, on=on) == 1

    async def happenings(self, conversation_id: UUID, *, on: Transaction) -> list[KeptHappening]:
        """What happened in a conversation, oldest first."""
        parameters = {"conversation_id": conversation_id}
        return await self._database.all(SQL["happenings"], parameters, of=KeptHappening, on=on)

    async def of(self, conversation_id: UUID, *, on: Transaction | None = None) -> list[KeptClock]:
        """The clocks of a conversation, in the order in which they started."""
        parameters = {"conversation_id": conversation_id}
        return await self._database.all(SQL["clocks"], parameters, of=KeptClock, on=on)

    async def set(self, conversation_id: UUID, columns: dict[str, Any], *, on: Transaction) -> int:
        """Write down how a clock stands, by the fields of `KeptClock` but its id; gives the id."""
        number = await self._database.value(
            SQL["set"], {"conversation_id": conversation_id, **columns}, on=on
        )
        return int(number)

    async def remove(self, clock_id: int, *, on: Transaction) -> None:
        """Remove a clock, with its events."""
        await self._database.run(SQL["remove"], {"id": clock_id}, on=on)

    async def note_event(
        self, clock_id: int, kind: str, number: int, at: datetime, *, on: Transaction
    ) -> bool:
        """Write down an event of a clock; False if it was written down before."""
        parameters = {"clock_id": clock_id, "kind": kind, "number": number, "at": at}
        return bool(await self._database.value(SQL["note_event"], parameters, on=on))

    async def running_in(self) -> list[UUID]:
        """The conversations in which a clock is not fulfilled."""
        return [row.id for row in await self._database.all(SQL["running_in"], of=_Id)]

    async def waiting(self, *, most: int = 200) -> list[Waiting]:
        """The clocks that are not fulfilled, the next due first."""
        return await self._database.all(SQL["waiting"], {"most": most}, of=Waiting)


@dataclass(frozen=True, slots=True)
class _Id:
    id: UUID
