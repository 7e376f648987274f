"""The published versions of rules.yaml, and past decisions to try a new version on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store import queries
from bot.store.database import Database
from bot.store.encoding import facts_from_json
from plugins.errors import StoreError
from plugins.model import Priority, Route
from rules.backtest import Outcome, Past

SQL = queries.load("rulebooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One published version."""

    number: int  #: Counts up; people say "version 17".
    version: str  #: Content hash, as decisions name it.
    content: str  #: The whole file.
    message: str  #: Why, in the words of who published it.
    published_by: str
    published_at: datetime
    copy_of: int | None  #: The older version that was put in force again.


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTrace:
    """Why one message was decided as it was."""

    message: int  #: Chatwoot's number.
    decided_at: datetime
    rules_version: str
    trace: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _PastRow:
    conversation: int
    message: int
    facts: dict[str, Any]
    decided_at: datetime
    priority: str
    route: str
    team: str | None
    labels: list[str]
    reasons: list[dict[str, Any]]


class Rulebooks:
    """The table rulebooks, and the decisions as rule authors look at them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def calls_come(self) -> bool:
        """Whether this database can call us; through a transaction pooler it cannot."""
        return not self._database.pooled

    async def publish(
        self,
        content: str,
        *,
        version: str,
        message: str,
        published_by: str,
        replaces: int,
        copy_of: int | None = None,
    ) -> int:
        """Put a text in force; `replaces` is the version that was in force when it was checked, 0 for none.

        Gives its number.

        Raises:
            StoreError: somebody else published in the meantime.
        """
        number = await self._database.value(
            SQL["publish"],
            {
                "content": content,
                "version": version,
                "message": message,
                "published_by": published_by,
                "replaces": replaces,
                "copy_of": copy_of,
            },
        )
        if number is None:
            raise StoreError(
                f"somebody published after version {replaces}; look at it with `hotdash rules history`, "
                "then publish again"
            )
        return int(number)

    async def current(self) -> Publication | None:
        """The version in force; None before the first was published."""
        return await self._database.one(SQL["current"], of=Publication)

    async def get(self, number: int) -> Publication:
        """One version. Raises StoreError when there is none of that number."""
        found = await self._database.one(SQL["by_number"], {"number": number}, of=Publication)
        if found is None:
            raise StoreError(f"there is no version {number}; `hotdash rules history` lists them")
        return found

    async def calls(self) -> AsyncIterator[None]:
        """Yields when a version was published, and once at the start; asks for `calls_come`.

        Raises:
            StoreError: the connection was lost; begin again.
        """
        async with self._database.session() as connection:
            await connection.execute(SQL["listen"])
            yield
            async for _ in connection.notifies():
                yield

    async def call(self) -> None:
        """Let every running service look at its rules now, instead of within its next seconds."""
        await self._database.value(SQL["call"])

    async def history(self, most: int) -> list[Publication]:
        """The newest versions, newest first, `most` of them."""
        return await self._database.all(SQL["history"], {"most": most}, of=Publication)

    async def past(self, since: datetime, most: int) -> list[Past]:
        """The newest `most` decisions since a moment (aware), oldest first, with the facts as they were."""
        rows = await self._database.all(SQL["past"], {"since": since, "most": most}, of=_PastRow)
        return [_past(row) for row in rows]

    async def explained(self, conversation: int, message: int | None) -> KeptTrace:
        """The trace of a conversation's newest decision, or of that about a message (Chatwoot's numbers).

        Raises:
            StoreError: nothing was decided there.
        """
        parameters = {"conversation": conversation, "message": message}
        found = await self._database.one(SQL["explained"], parameters, of=KeptTrace)
        if found is None:
            about = f" about message {message}" if message else ""
            raise StoreError(f"nothing was decided in conversation {conversation}{about}")
        return found


def _past(row: _PastRow) -> Past:
    facts = facts_from_json(row.facts)
    rules = (reason["rule"] for reason in row.reasons)
    return Past(
        conversation=row.conversation,
        message=row.message,
        text=str(facts["message.text"] or ""),
        facts=facts,
        decided_at=row.decided_at,
        outcome=Outcome(
            priority=Priority(row.priority),
            route=Route(row.route),
            team=row.team,
            labels=tuple(row.labels),
            rules=tuple(rule for rule in rules if rule != "default"),
        ),
    )
