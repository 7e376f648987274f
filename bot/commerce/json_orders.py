"""Orders from a JSON file, or from an address that answers with the same JSON: for shops of any kind.

A list of objects, of which only `name`, `status` and one of `email` and `phone` are needed:

    [{"name": "#1042", "status": "in_transit", "email": "ada@example.com",
      "placed_at": "2026-11-20T15:01:00Z", "total": "529.00 USD", "refunded": "40.00 USD",
      "expected_at": "2026-11-25T00:00:00Z", "lines": [{"title": "Blue kettle", "quantity": 1}],
      "tracking": [{"carrier": "UPS", "number": "1Z999", "url": "https://…"}]}]

The address gets `?email=…&phone=…` of the contact, and the token as `Authorization: Bearer …`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from bot.commerce.memory import Memory
from plugins import (
    Contact,
    Money,
    Order,
    OrderLine,
    OwnedOrder,
    PluginError,
    Tracking,
    Unconfigured,
    hookimpl,
)

HOTDASH_API = 1

SOURCE = "json"
Amount = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)? [A-Z]{3}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LineIn(_Strict):
    """One product."""

    title: str
    quantity: int = 1


class TrackingIn(_Strict):
    """One parcel."""

    carrier: str | None = None
    number: str | None = None
    url: str | None = None


class OrderIn(_Strict):
    """One order, as the file has it."""

    name: str
    status: Literal["unfulfilled", "in_transit", "delivered", "cancelled", "returned", "unknown"]
    email: str | None = None
    phone: str | None = None
    placed_at: AwareDatetime | None = None
    total: Amount | None = None
    refunded: Amount | None = None
    expected_at: AwareDatetime | None = None
    delivered_at: AwareDatetime | None = None
    lines: tuple[LineIn, ...] = ()
    tracking: tuple[TrackingIn, ...] = ()


_ORDERS = TypeAdapter(list[OrderIn])


class JsonOrders:
    """The plugin: one file or one address."""

    @hookimpl
    def configure(self, settings: Mapping[str, Any]) -> None:
        """Take the file or the address; a file is read at once, so that its faults are told at start."""
        file, url = settings.get("orders_file"), settings.get("orders_url")
        if not file and not url:
            raise Unconfigured("set HOTDASH_ORDERS_FILE or HOTDASH_ORDERS_URL to use it")
        self._file = Path(file) if file else None
        self._url = str(url) if url else None
        token = settings.get("orders_token")
        self._http = httpx.AsyncClient(
            timeout=5.0, headers={"Authorization": f"Bearer {token}"} if token else {}
        )
        self._memory = Memory()
        if self._file:
            _read_file(self._file)

    @hookimpl
    async def find_orders(self, contact: Contact) -> Sequence[OwnedOrder]:
        """The orders of the file, or of the answer; the service keeps those of the contact."""
        if self._file:
            return await asyncio.to_thread(_read_file, self._file)
        asked = {name: value for name in ("email", "phone") if (value := getattr(contact, name))}
        return await self._memory.recall((contact.email, contact.phone), lambda: self._get(asked))

    async def _get(self, asked: Mapping[str, str]) -> Sequence[OwnedOrder]:
        assert self._url is not None, "configure() demands a file or an address"
        response = await self._http.get(self._url, params=dict(asked))
        if response.status_code != httpx.codes.OK:
            raise PluginError(f"HOTDASH_ORDERS_URL answered with status {response.status_code}")
        return _read(response.content, "HOTDASH_ORDERS_URL")

    @hookimpl
    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _read_file(path: Path) -> list[OwnedOrder]:
    try:
        return _read(path.read_bytes(), str(path))
    except OSError as error:
        raise PluginError(f"{path}: cannot be read: {error.strerror}") from None


def _read(content: bytes, place: str) -> list[OwnedOrder]:
    try:
        orders = _ORDERS.validate_json(content)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'all of it'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)[:20]
        )
        raise PluginError(f"{place}: {faults}") from None
    return [_owned(order) for order in orders]


def _owned(row: OrderIn) -> OwnedOrder:
    order = Order(
        name=row.name,
        source=SOURCE,
        status=row.status,
        placed_at=row.placed_at,
        total=_money(row.total),
        refunded=_money(row.refunded),
        expected_at=row.expected_at,
        delivered_at=row.delivered_at,
        lines=tuple(OrderLine(title=line.title, quantity=line.quantity) for line in row.lines),
        tracking=tuple(Tracking(carrier=one.carrier, number=one.number, url=one.url) for one in row.tracking),
    )
    return OwnedOrder(order=order, email=row.email, phone=row.phone)


def _money(text: str | None) -> Money | None:
    if text is None:
        return None
    amount, currency = text.split(" ")
    return Money(amount=Decimal(amount), currency=currency)
