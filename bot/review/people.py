"""Who works here, and what each may do: Chatwoot's agents with their roles."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

from bot.chatwoot.client import Chatwoot

#: Seconds that the list of agents is believed; somebody who was removed loses access within it.
BELIEVED = 3600.0


class Role(IntEnum):
    """What a person may do; each may do what those below may."""

    OPERATOR = 1
    MANAGER = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An agent of the account."""

    id: int  #: Chatwoot's user id.
    name: str
    email: str
    role: Role


class People:
    """The agents of the account: administrators are admins, and the settings name the managers."""

    def __init__(self, chatwoot: Chatwoot, *, managers: Collection[str] = ()) -> None:
        """`managers` are e-mail addresses."""
        self._chatwoot = chatwoot
        self._managers = frozenset(address.casefold() for address in managers)
        self._known: dict[int, Person] = {}
        self._read_at: float | None = None

    async def find(self, user: int) -> Person | None:
        """The agent of that number, if they still are one. Raises the errors of Chatwoot."""
        now = time.monotonic()
        if self._read_at is None or now - self._read_at > BELIEVED or user not in self._known:
            self._known = {one.id: one for one in await self._all()}
            self._read_at = now
        return self._known.get(user)

    async def by_email(self, email: str) -> Person | None:
        """The agent of that address. Raises the errors of Chatwoot."""
        return next((one for one in await self._all() if one.email.casefold() == email.casefold()), None)

    async def _all(self) -> list[Person]:
        return [self._person(agent) for agent in await self._chatwoot.agents()]

    def _person(self, agent: dict[str, object]) -> Person:
        email = str(agent.get("email") or "")
        role = Role.MANAGER if email.casefold() in self._managers else Role.OPERATOR
        return Person(
            id=int(str(agent["id"])),
            name=str(agent.get("name") or email),
            email=email,
            role=Role.ADMIN if agent.get("role") == "administrator" else role,
        )
