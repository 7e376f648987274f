"""Orders of a WooCommerce shop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from plugins.manager import Plugins
from plugins.model import Contact, Money

ADA = Contact(id=1, email="ada@example.com")
ROW = {
    "id": 727,
    "number": "1042",
    "status": "completed",
    "currency": "EUR",
    "total": "120.50",
    "date_created_gmt": "2026-11-20T15:01:00",
    "billing": {"email": "ada@example.com", "phone": "+442079460000"},
    "line_items": [{"name": "Blue kettle", "quantity": 2}],
    "refunds": [{"id": 1, "reason": "", "total": "-20.50"}],
}


class Shop:
    """A WooCommerce that searches orders by what stands in them, as the real one does."""

    def __init__(self) -> None:
        self.rows = [ROW]
        self.asked: list[dict[str, str]] = []
        self.url = ""

    async def orders(self, request: web.Request) -> web.Response:
        """GET /wp-json/wc/v3/orders."""
        if request.headers.get("Authorization") != "Basic a2V5OnNlY3JldA==":
            return web.json_response({"code": "woocommerce_rest_cannot_view"}, status=401)
        self.asked.append(dict(request.query))
        term = request.query.get("search", "")
        return web.json_response([row for row in self.rows if term in str(row)])


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """A shop with one order."""
    one = Shop()
    app = web.Application()
    app.router.add_get("/wp-json/wc/v3/orders", one.orders)
    server = TestServer(app)
    await server.start_server()
    one.url = str(server.make_url("/"))
    yield one
    await server.close()


def load(shop: Shop, secret: str = "secret") -> Plugins:
    """The plugins, with the shop configured."""
    settings = {"woocommerce_url": shop.url, "woocommerce_key": "key", "woocommerce_secret": secret}
    return Plugins.load(enabled=False, settings=settings)


async def test_an_order_becomes_ours(shop) -> None:
    """Total less refunds, status and lines are read; no payment field is asked for."""
    plugins = load(shop)
    (order,) = await plugins.orders(ADA, [])
    assert (order.name, order.source, order.status) == ("#1042", "woocommerce", "in_transit")
    assert order.total == Money(amount=Decimal("100.00"), currency="EUR")
    assert order.refunded == Money(amount=Decimal("20.50"), currency="EUR")
    assert order.placed_at.isoformat() == "2026-11-20T15:01:00+00:00"
    assert "payment" not in shop.asked[0]["_fields"]
    await plugins.close()


async def test_orders_of_others_stay_hidden(shop) -> None:
    """A search that finds too much shows nothing of it."""
    shop.rows = [{**ROW, "billing": {"email": "eve@x.example", "phone": ""}, "note": "for ada@example.com"}]
    plugins = load(shop)
    assert await plugins.orders(ADA, ["1042"]) == ()
    await plugins.close()


async def test_a_wrong_key_is_told(shop) -> None:
    """The diagnosis names the setting to look at."""
    plugins = load(shop, secret="wrong")
    assert "HOTDASH_WOOCOMMERCE_KEY" in (await plugins.diagnose())["woocommerce"][0]
    await plugins.close()
