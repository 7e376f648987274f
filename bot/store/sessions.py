"""Who is signed in to the review pages, and the keys that sign somebody in once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import queries
from bot.store.database import Database

SQL = queries.load("sessions")

LASTS = timedelta(hours=12)  #: A session.
OFFERED = timedelta(minutes=5)  #: A code.
LINKED = timedelta(minutes=10)  #: A link.


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A person as a session keeps them; `role` is 1 operator, 2 manager, 3 admin."""

    id: int
    name: str
    email: str
    role: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Signed):
    """A session that has not run out."""

    old: bool  #: Their rights were not checked for a while.


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence(Signed):
    """Somebody who is signed in."""

    browsers: int
    since: datetime


class Sessions:
    """The tables sessions and sign_in_keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, person: Signed) -> str:
        """Sign somebody in; gives the key for their cookie."""
        await self._database.run(SQL["clear"])
        key = secrets.token_urlsafe(32)
        await self._database.run(SQL["begin"], {**_columns(person), "key": _hash(key), "lasts": LASTS})
        return key

    async def session(self, key: str, *, believed: timedelta) -> Session | None:
        """Who is signed in with a key; `old` if their rights were not checked for `believed`."""
        parameters = {"key": _hash(key), "believed": believed}
        return await self._database.one(SQL["session"], parameters, of=Session)

    async def checked(self, key: str, person: Signed) -> None:
        """Note what a person may do now."""
        await self._database.run(SQL["checked"], {**_columns(person), "key": _hash(key)})

    async def end(self, key: str) -> None:
        """Sign a browser out."""
        await self._database.run(SQL["end"], {"key": _hash(key)})

    async def end_all_of(self, person: int) -> None:
        """Sign a person out everywhere."""
        await self._database.run(SQL["end_all_of"], {"id": person})

    async def signed_in(self) -> list[Presence]:
        """Everybody who is signed in."""
        return await self._database.all(SQL["signed_in"], of=Presence)

    async def offer_code(self, browser: str) -> str:
        """A code of six digits that signs in the browser with that secret, once somebody paired it."""
        while True:
            code = f"{secrets.randbelow(1_000_000):06}"
            nobody = {"id": None, "name": None, "email": None, "role": None}
            kept = {**nobody, "key": _hash(code), "browser": _hash(browser), "lasts": OFFERED}
            if await self._database.run(SQL["offer"], kept) == 1:
                return code

    async def offer_link(self, person: Signed) -> str:
        """The key of a link that signs a person in, once."""
        key = secrets.token_urlsafe(32)
        kept = {**_columns(person), "key": _hash(key), "browser": None, "lasts": LINKED}
        await self._database.run(SQL["offer"], kept)
        return key

    async def pair(self, code: str, person: Signed) -> bool:
        """Say whose a code is; False if no browser waits for it."""
        return await self._database.run(SQL["pair"], {**_columns(person), "key": _hash(code)}) == 1

    async def redeem(self, *, link: str = "", browser: str = "") -> Signed | None:
        """Whom a link, or a paired code of this browser, signs in; it is used up."""
        parameters = {"key": _hash(link), "browser": _hash(browser) if browser else None}
        return await self._database.one(SQL["redeem"], parameters, of=Signed)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _columns(person: Signed) -> dict[str, object]:
    return {"id": person.id, "name": person.name, "email": person.email, "role": int(person.role)}
