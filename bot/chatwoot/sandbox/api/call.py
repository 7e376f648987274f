"""One API call inside the stand-in, and the list of endpoints that can take it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.chatwoot.sandbox.access import Refusal, may_see, not_found, unauthorized
from bot.chatwoot.sandbox.desk import Desk
from bot.chatwoot.sandbox.records import AgentBot, Conversation, User
from bot.chatwoot.sandbox.tables import Tables

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart request."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls, where and with what."""

    desk: Desk
    who: User | AgentBot
    account_id: int
    path: Mapping[str, str]
    query: Mapping[str, str]
    lists: Mapping[str, list[str]]  #: Query parameters written as `name[]`.
    params: dict[str, Any]

    @property
    def tables(self) -> Tables:
        """The desk's rows."""
        return self.desk.tables

    def conversation(self) -> Conversation:
        """The conversation of the path. Raises Refusal 404, or 401 when the caller may not see it."""
        conversation = self.find(self.tables.conversations, "conversation_id")
        if not may_see(self.tables, self.who, conversation):
            raise unauthorized("You are not authorized to do this action")
        return conversation

    def find(self, table: Mapping[int, Record], name: str = "id") -> Record:
        """The row of this account with the id in the path. Raises Refusal 404."""
        number = self.path[name]
        row = table.get(int(number)) if number.isdecimal() else None
        if row is None or getattr(row, "account_id", self.account_id) != self.account_id:
            raise not_found()
        return row

    def own(self, table: Mapping[int, Record]) -> list[Record]:
        """All rows of this account."""
        return [row for row in table.values() if getattr(row, "account_id", None) == self.account_id]

    def required(self, name: str) -> dict[str, Any]:
        """A nested object of the body. Raises Refusal 422 when it is missing."""
        value = self.params.get(name)
        if not isinstance(value, dict) or not value:
            raise Refusal(422, {"error": f"param is missing or the value is empty: {name}"})
        return value

    @property
    def page(self) -> int:
        """The page asked for, from 1."""
        text = self.query.get("page", "1")
        return max(1, int(text)) if text.isdecimal() else 1


#: What a handler returns to answer the JSON text `null`; None is an empty answer.
JSON_NULL = object()

Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A method and path with the Rails action behind it."""

    method: str
    path: str
    action: str
    admin: bool
    handler: Handler


ENDPOINTS: list[Endpoint] = []


def endpoint(method: str, path: str, action: str, *, admin: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler below `/api/v1/accounts/{account_id}`; what it returns is the JSON of a 200.

    None is an empty 200. `action` is what the rights of bots go by; `admin` keeps agents out.
    """

    def register(handler: Handler) -> Handler:
        ENDPOINTS.append(Endpoint(method=method, path=path, action=action, admin=admin, handler=handler))
        return handler

    return register
