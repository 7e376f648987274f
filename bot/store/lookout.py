"""Which parts of the surroundings work, and how far the polling of Chatwoot has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store import queries
from bot.store.database import Database, Transaction

SQL = queries.load("lookout")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part that the service leans on."""

    name: str
    down_since: datetime | None  #: None: it works.
    reason: str | None
    checked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """How far the polling of an account has come."""

    seen_until: datetime  #: Everything that changed before was seen.
    finished_at: datetime
    rules_version: str | None  #: Under which running clocks were last worked out.


class Lookout:
    """The tables components and polls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def down(self, name: str, reason: str, at: datetime, *, on: Transaction) -> bool:
        """Note that a part does not work; True if it worked until now."""
        parameters = {"name": name, "reason": reason, "at": at}
        return bool(await self._database.value(SQL["down"], parameters, on=on))

    async def up(self, name: str, at: datetime, *, on: Transaction) -> datetime | None:
        """Note that a part works; since when it did not, if so."""
        found = await self._database.one(SQL["component"], {"name": name}, of=Component, on=on)
        await self._database.run(SQL["up"], {"name": name, "at": at}, on=on)
        return found.down_since if found else None

    async def components(self) -> list[Component]:
        """All parts that were ever checked, those that do not work first."""
        return await self._database.all(SQL["components"], of=Component)

    async def poll(self, account_id: int) -> Poll | None:
        """How far the polling of an account has come; None before the first time."""
        return await self._database.one(SQL["poll"], {"account_id": account_id}, of=Poll)

    async def polled(
        self, account_id: int, *, seen_until: datetime, finished_at: datetime, rules_version: str
    ) -> None:
        """Note how far the polling of an account has come."""
        parameters = {
            "account_id": account_id,
            "seen_until": seen_until,
            "finished_at": finished_at,
            "rules_version": rules_version,
        }
        await self._database.run(SQL["polled"], parameters)

    async def last_before(self, conversation: int, before: datetime) -> int:
        """The id of the newest message of a conversation (Chatwoot's numbers) written before; 0 for none."""
        parameters = {"conversation": conversation, "before": before}
        return int(await self._database.value(SQL["last_before"], parameters))

    async def delivered_since(self, since: datetime) -> bool:
        """Whether a webhook came after a moment."""
        return bool(await self._database.value(SQL["delivered_since"], {"since": since}))
