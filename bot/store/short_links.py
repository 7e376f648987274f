"""The table short_links: codes and where they lead."""

from __future__ import annotations

import secrets
import string
from datetime import UTC, datetime, timedelta

from bot.store import queries
from bot.store.database import Database

SQL = queries.load("short_links")

ALPHABET = string.ascii_letters + string.digits
#: 62⁷ codes: with a million good ones, sixty guesses a minute meet one in about forty days, by chance.
LENGTH = 7
GOOD_FOR = timedelta(days=30)


class ShortLinkTable:
    """Reads and writes short links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def code_for(self, target: str) -> str:
        """A code that leads to the target for a month, give or take a day; the same one within a day."""
        now = datetime.now(UTC)
        until = now + GOOD_FOR - timedelta(days=1)
        code: str | None = await self._database.value(SQL["reuse"], {"target": target, "until": until})
        while code is None:
            made = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
            parameters = {"code": made, "target": target, "expires_at": now + GOOD_FOR}
            code = await self._database.value(SQL["make"], parameters)
        return code

    async def follow(self, code: str, *, counts: bool) -> str | None:
        """Where a code leads; None if it is unknown or has expired. `counts`: a person followed it."""
        target: str | None = await self._database.value(SQL["follow"], {"code": code, "counts": int(counts)})
        return target

    async def clicks(self, code: str) -> int:
        """How often people followed a code."""
        return int(await self._database.value(SQL["clicks"], {"code": code}) or 0)
