"""Orders from a WooCommerce shop, read only (REST API v3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from bot.commerce import search_terms
from bot.commerce.memory import Memory
from plugins import Contact, Money, Order, OrderLine, OwnedOrder, PluginError, Unconfigured, hookimpl

HOTDASH_API = 1

SOURCE = "woocommerce"
#: Only these fields are asked for: no payment method, no transaction, no address.
FIELDS = (
    "id,number,status,currency,total,date_created_gmt,date_completed_gmt,billing.email,billing.phone"
    ",line_items.name,line_items.quantity,refunds"
)
#: WooCommerce's own words; "completed" says that the shop's work is done, not that a parcel arrived.
STATUSES = {
    "pending": "unfulfilled",
    "processing": "unfulfilled",
    "on-hold": "unfulfilled",
    "completed": "in_transit",
    "cancelled": "cancelled",
    "failed": "cancelled",
    "refunded": "returned",
}


class WooCommerce:
    """The plugin: one client for one shop."""

    @hookimpl
    def configure(self, settings: Mapping[str, Any]) -> None:
        """Take the shop's address and a key of its REST API."""
        url = settings.get("woocommerce_url")
        if not url:
            raise Unconfigured("set HOTDASH_WOOCOMMERCE_URL to use it")
        key, secret = settings.get("woocommerce_key"), settings.get("woocommerce_secret")
        if not key or not secret:
            raise PluginError(
                "set HOTDASH_WOOCOMMERCE_KEY and HOTDASH_WOOCOMMERCE_SECRET (read rights suffice)"
            )
        self._http = httpx.AsyncClient(
            base_url=f"{str(url).rstrip('/')}/wp-json/wc/v3", auth=(key, secret), timeout=5.0
        )
        self._memory = Memory()

    @hookimpl
    async def find_orders(self, contact: Contact, hints: Sequence[str]) -> Sequence[OwnedOrder]:
        """The contact's newest orders, found by email or else by phone."""
        term = search_terms.email(contact.email) or search_terms.phone(contact.phone)
        return await self._memory.recall(term, lambda: self._find(term)) if term else []

    async def _find(self, term: str) -> Sequence[OwnedOrder]:
        rows = await self._get("/orders", {"search": term, "per_page": 10, "_fields": FIELDS})
        return [_owned(row) for row in rows]

    @hookimpl
    async def diagnose(self) -> Sequence[str]:
        """Whether the shop answers and lets us in."""
        try:
            await self._get("/orders", {"per_page": 1, "_fields": "id"})
        except (PluginError, httpx.HTTPError) as error:
            return [str(error)]
        return []

    async def _get(self, path: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        response = await self._http.get(path, params=dict(parameters))
        if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise PluginError(
                "WooCommerce refused the key; check HOTDASH_WOOCOMMERCE_KEY and its read rights"
            )
        if response.status_code != httpx.codes.OK:
            raise PluginError(f"WooCommerce answered with status {response.status_code}")
        rows: list[dict[str, Any]] = response.json()
        return rows

    @hookimpl
    async def close(self) -> None:
        """Close the connections to the shop."""
        await self._http.aclose()


def _owned(row: Mapping[str, Any]) -> OwnedOrder:
    currency = row["currency"]
    refunds = [-Decimal(refund["total"]) for refund in row.get("refunds") or []]
    billing = row.get("billing") or {}
    order = Order(
        name=f"#{row['number']}",
        source=SOURCE,
        status=STATUSES.get(row["status"], "unknown"),
        placed_at=_moment(row.get("date_created_gmt")),
        total=Money(amount=Decimal(row["total"]) - sum(refunds), currency=currency),
        refunded=Money(amount=sum(refunds, Decimal(0)), currency=currency),
        lines=tuple(
            OrderLine(title=line["name"], quantity=line["quantity"]) for line in row.get("line_items") or []
        ),
    )
    return OwnedOrder(order=order, email=billing.get("email"), phone=billing.get("phone"))


def _moment(text: str | None) -> datetime | None:
    """WooCommerce writes UTC without saying so in its …_gmt fields."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
