"""All parts of the stand-in in one hand, for the API, the page and the tests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.chatwoot.sandbox.address_book import AddressBook
from bot.chatwoot.sandbox.conversations import Conversations
from bot.chatwoot.sandbox.customers import Customers
from bot.chatwoot.sandbox.deliveries import Deliveries
from bot.chatwoot.sandbox.faults import Faults
from bot.chatwoot.sandbox.messages import Messages
from bot.chatwoot.sandbox.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """One API call, as the stand-in saw and answered it."""

    method: str
    path: str  #: Without the host, with the query.
    token_of: str | None  #: Name of the token's holder.
    params: dict[str, Any]
    status: int | None  #: None: never answered.


@dataclass(slots=True, kw_only=True)
class Desk:
    """The running stand-in without its HTTP clothes."""

    tables: Tables
    faults: Faults
    deliveries: Deliveries
    conversations: Conversations
    messages: Messages
    customers: Customers
    address_book: AddressBook
    rate_limit: int | None  #: API requests per minute before 429; None: unlimited, as from 127.0.0.1.
    requests: list[ApiRequest] = field(default_factory=list)
    under_way: int = 0  #: API requests being answered.
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def idle(self) -> bool:
        """Nothing is being delivered, sent or answered."""
        return not (self.deliveries.busy or self.messages.unsent or self.under_way)
