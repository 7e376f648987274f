"""A running stand-in Chatwoot, a receiver of its webhooks and ways to call its API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from aiohttp import web

from bot.chatwoot.sandbox import Sandbox


@dataclass
class Receiver:
    """A webhook endpoint that notes what it gets and answers as told."""

    url: str = ""
    answers: list[int] = field(default_factory=list)  #: Statuses of the next answers; 200 afterwards.
    silent: bool = False  #: Do not answer at all.
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The JSON of each request."""
        return [json.loads(body) for _, body in self.requests]

    @property
    def events(self) -> list[str]:
        """The event of each request, in order of arrival."""
        return [body["event"] for body in self.bodies]

    def of(self, event: str) -> list[dict[str, Any]]:
        """All bodies of one event."""
        return [body for body in self.bodies if body["event"] == event]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A stand-in Chatwoot whose jobs do not wait between attempts."""
    async with Sandbox(retry_pause=0) as sandbox:
        yield sandbox


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A webhook endpoint."""
    receiver = Receiver()
    over = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        receiver.requests.append((dict(request.headers), await request.read()))
        if receiver.silent:
            await over.wait()
        return web.Response(status=receiver.answers.pop(0) if receiver.answers else 200)

    app = web.Application(client_max_size=64 * 1024**2)
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    over.set()
    await runner.cleanup()


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Callable[[str | None], httpx.AsyncClient]]:
    """Make an API client for a token; None sends no token."""
    clients = []

    def make(token: str | None) -> httpx.AsyncClient:
        headers = {"api_access_token": token} if token else {}
        client = httpx.AsyncClient(
            base_url=f"{sandbox.url}/api/v1/accounts/{sandbox.account_id}", headers=headers
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.aclose()
