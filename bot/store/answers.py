"""The answers that were learnt from texts which people approved, and those that were removed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import queries
from bot.store.database import Database

SQL = queries.load("answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodText:
    """A text that went to a customer and may be learnt from."""

    verdict_id: int
    at: datetime  #: When it was approved.
    question: str
    text: str
    draft: str  #: The draft that it was made of; its first line greets the contact.
    email: str | None  #: The contact's.


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A learnt answer; one that was removed has no text any more."""

    id: int
    verdict_id: int
    question: str
    answer: str
    by_name: str  #: Who approved it.
    created_at: datetime
    expires_at: datetime
    removed_at: datetime | None
    removed_because: str | None


class Answers:
    """The table answers. Every change may be made by several processes at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def new(self) -> list[GoodText]:
        """Up to 200 good texts that were not looked at yet, oldest first."""
        return await self._database.all(SQL["new"], of=GoodText)

    async def keep(self, of: GoodText, *, question: str, answer: str, lasting: timedelta) -> int:
        """Keep what was learnt of a text, from its approval on for as long as said; gives its number."""
        parameters = {
            "verdict": of.verdict_id,
            "question": question,
            "answer": answer,
            "at": of.at,
            "lasting": lasting,
        }
        return int(await self._database.value(SQL["keep"], parameters))

    async def refuse(self, of: GoodText, because: str) -> None:
        """Keep why nothing is learnt of a text."""
        await self._database.run(SQL["refuse"], {"verdict": of.verdict_id, "at": of.at, "because": because})

    async def sweep(self) -> int:
        """Remove what is too old, not good any more, or was cited by a bad draft; gives how many."""
        return await self._database.run(SQL["sweep"])

    async def live(self) -> list[Answer]:
        """The answers in use, oldest first."""
        return await self._database.all(SQL["live"], of=Answer)

    async def newest(self, *, most: int = 20) -> list[Answer]:
        """The newest answers, removed ones too, newest first."""
        return await self._database.all(SQL["newest"], {"most": most}, of=Answer)

    async def forget(self, ids: Sequence[int] | None, by: str) -> int:
        """Remove answers, all for None; gives how many there were."""
        parameters = {"ids": list(ids) if ids is not None else None, "because": f"forgotten by {by}"}
        return await self._database.run(SQL["forget"], parameters)

    async def restore(self, ids: Sequence[int] | None) -> int:
        """Let what a person removed be learnt again, under new numbers; gives how many."""
        return await self._database.run(SQL["restore"], {"ids": list(ids) if ids is not None else None})
