"""Orders from a JSON file or address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.commerce.json_orders import JsonOrders
from plugins.errors import PluginError
from plugins.manager import Plugins
from plugins.model import Contact

ADA = Contact(id=1, email="ada@example.com")
ROW = {
    "name": "#1042",
    "status": "delivered",
    "email": "ada@example.com",
    "placed_at": "2026-11-20T15:01:00Z",
    "total": "529.00 USD",
    "lines": [{"title": "Blue kettle"}],
}


async def test_a_file_of_orders(tmp_path: Path) -> None:
    """The contact's orders are read from the file, also after it was changed."""
    path = tmp_path / "orders.json"
    path.write_text(json.dumps([ROW, {**ROW, "name": "#7", "email": "eve@example.com"}]))
    plugins = Plugins.load(enabled=False, settings={"orders_file": path})
    assert [(order.name, str(order.total)) for order in await plugins.orders(ADA, [])] == [
        ("#1042", "529.00 USD")
    ]
    path.write_text("[]")
    assert await plugins.orders(ADA, []) == ()
    await plugins.close()


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    """A wrong file is told at start: each field, and where it is."""
    path = tmp_path / "orders.json"
    path.write_text(json.dumps([{**ROW, "status": "gone", "total": "529"}, {**ROW, "prise": 1}]))
    with pytest.raises(PluginError) as caught:
        JsonOrders().configure({"orders_file": path})
    assert all(place in str(caught.value) for place in ("0.status", "0.total", "1.prise", str(path)))


async def test_an_address_of_orders() -> None:
    """The address is asked for the contact, with the token."""

    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer t0ken"
        return web.json_response([{**ROW, "email": request.query["email"]}])

    app = web.Application()
    app.router.add_get("/orders", answer)
    server = TestServer(app)
    await server.start_server()
    settings = {"orders_url": str(server.make_url("/orders")), "orders_token": "t0ken"}
    plugins = Plugins.load(enabled=False, settings=settings)
    assert [order.name for order in await plugins.orders(ADA, [])] == ["#1042"]
    await plugins.close()
    await server.close()
