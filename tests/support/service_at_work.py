"""The whole service at work on a real Postgres, with the stand-in Chatwoot as its neighbour."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot import app
from bot.chatwoot.sandbox import Sandbox
from bot.chatwoot.sandbox.records import Message
from bot.chatwoot.signature import DELIVERY, SIGNATURE, TIMESTAMP, sign
from bot.demo import SUBSCRIPTIONS
from bot.settings import Settings, load
from bot.store.database import Database
from bot.webhook import PATH

REPOSITORY = Path(__file__).parent.parent.parent

QUESTION = "How long does standard shipping take?"
"""The shipped articles answer it with confidence above the rules' threshold."""


@dataclass
class Service:
    """The running service, its neighbour and its database."""

    sandbox: Sandbox
    settings: Settings
    database: Database
    secret: str
    http: httpx.AsyncClient

    @property
    def url(self) -> str:
        """Address of the webhook."""
        return f"http://127.0.0.1:{self.settings.port}{PATH}"

    async def post(
        self, body: bytes, *, secret: str | None = None, delivery: str = "", path: str = "", **headers: str
    ) -> httpx.Response:
        """Send a webhook as Chatwoot would, signed with `secret` (by default the right one)."""
        moment = str(int(time.time()))
        signed = {TIMESTAMP: moment, SIGNATURE: sign(secret or self.secret, moment, body)}
        named = {DELIVERY: delivery} if delivery else {}
        return await self.http.post(self.url + path, content=body, headers={**signed, **named, **headers})

    async def asks(self, text: str = QUESTION, *, channel: str = "chat", **how: Any) -> Message:
        """A customer writes, and the note on it is there."""
        message = await self.sandbox.customer_writes(channel, text, **how)
        await self.noted(message.conversation_id)
        return message

    async def noted(self, conversation: int, count: int = 1) -> list[str]:
        """The notes of a conversation, once there are `count` of them and their events are settled."""
        await self.sandbox.wait_for(lambda: len(self.sandbox.notes(conversation)) >= count, timeout=60)
        await self.settled()
        return [note.content or "" for note in self.sandbox.notes(conversation)]

    async def settled(self) -> None:
        """Return when Chatwoot has nothing more to deliver and no job is due: timers lie further ahead."""
        due = (
            "state in ('waiting', 'running') and run_at < now()"
            " + case kind when 'poll' then interval '0' else interval '1 minute' end"
        )
        try:
            async with asyncio.timeout(60):
                while True:
                    await self.sandbox.idle()
                    if not await self.count("jobs", due):
                        return
                    await asyncio.sleep(0.02)  # asks again; what it waits for is the queue
        except TimeoutError:
            left = await self.column(f"select jobs::text from jobs where {due}")
            raise AssertionError(f"these jobs are not done after a minute: {left}") from None

    async def count(self, table: str, where: str = "true") -> int:
        """How many rows of a table fit."""
        return int(await self.database.value(f"select count(*) from {table} where {where}"))

    async def column(self, query: str) -> list[Any]:
        """The first column of every row that a query gives."""
        async with self.database.connection() as connection:
            return [row[0] for row in await (await connection.execute(query)).fetchall()]


def _never_closed(home: Path) -> Path:
    """The shipped rules with a team that is always there: the hour of a test run must not matter."""
    rules = (REPOSITORY / "rules.yaml").read_text()
    rules = re.sub(r"^    (\w+day): .*$", r'    \1: "00:00-24:00"', rules, flags=re.MULTILINE)
    path = home / "rules.yaml"
    path.write_text(re.sub(r"^  holidays: .*\n", "", rules, flags=re.MULTILINE))
    return path


Starter = Callable[..., Awaitable[Service]]


@asynccontextmanager
async def running(
    database_url: str, home: Path, *, work: bool = True, connect_bot: bool = False, **settings: Any
) -> AsyncIterator[Service]:
    """The service, listening; with `connect_bot` the bot is first in line in the website's inbox."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}{PATH}"
    async with Sandbox(retry_pause=0) as sandbox, httpx.AsyncClient(timeout=10) as http:
        if connect_bot:
            secret = sandbox.connect_bot(url, [5]).secret
        else:
            secret = sandbox.add_webhook(url, SUBSCRIPTIONS).secret
        chosen = load(
            **{
                "chatwoot_url": sandbox.url,
                "chatwoot_account_id": sandbox.account_id,
                "chatwoot_bot_token": sandbox.bot.access_token,
                "chatwoot_user_token": sandbox.agent_token,
                "webhook_secrets": (secret,),
                "database_url": database_url,
                "home": home,
                "kb_folder": REPOSITORY / "data/support",
                "rules": _never_closed(home),
                "port": port,
                "burst_seconds": 0.05,
                **settings,
            }
        )
        stop, ready = asyncio.Event(), asyncio.Event()
        serving = asyncio.create_task(app.run(chosen, listen=True, work=work, stop=stop, ready=ready))
        started = asyncio.create_task(ready.wait())
        await asyncio.wait((serving, started), return_when=asyncio.FIRST_COMPLETED)
        database = Database(database_url, size=2)
        await database.open()
        try:
            if serving.done():
                serving.result()
            yield Service(sandbox, chosen, database, secret, http)
        finally:
            started.cancel()
            stop.set()
            await database.close()
            await serving


def payload(service: Service, **fields: Any) -> bytes:
    """The body of a customer's message, as Chatwoot writes it; `fields` replace what stands in it."""
    body: dict[str, Any] = {
        "event": "message_created",
        "account": {"id": service.sandbox.account_id, "name": "Shop"},
        "id": 777,
        "content": QUESTION,
        "message_type": "incoming",
        "private": False,
        "content_attributes": {},
        "created_at": "2026-11-24T10:00:00.000Z",
        "sender": {"id": 9, "name": "Ada", "email": "ada@example.com"},
        "conversation": {
            "id": 555,
            "inbox_id": 5,
            "channel": "Channel::WebWidget",
            "status": "open",
            "labels": [],
            "meta": {"sender": {"id": 9, "name": "Ada", "email": "ada@example.com", "type": "contact"}},
            "custom_attributes": {},
            "updated_at": 1_795_500_000.5,
        },
    }
    return json.dumps({**body, **fields}).encode()
