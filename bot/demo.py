"""The service at work on one machine: a stand-in Chatwoot, customers who write, drafts as notes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from bot import app
from bot.chatwoot.sandbox import Sandbox
from bot.chatwoot.sandbox.examples import Example
from bot.review.people import Role
from bot.service_level.incidents import ALERT
from bot.settings import Settings, load
from bot.store.database import Database
from bot.store.decisions import Decisions
from bot.store.sessions import Sessions, Signed
from bot.store.throwaway import throwaway
from bot.webhook import PATH
from plugins.errors import HotdashError, SettingsError

Value = TypeVar("Value")

SUBSCRIPTIONS = (
    "conversation_created",
    "conversation_status_changed",
    "conversation_updated",
    "message_created",
    "message_updated",
)

_NOTE_WITHIN = 60.0  # seconds; the first message may wait for the knowledge base to be indexed


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What came of one example."""

    conversation: int
    channel: str
    message: str
    priority: str
    route: str
    reasons: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The running demonstration."""

    sandbox: Sandbox
    database: Database
    address: str  #: Of the service.
    serving: asyncio.Task[None]  #: The service.

    async def until(self, happening: Coroutine[Any, Any, Value]) -> Value:
        """What a happening gives; an error of the service, should it end first."""
        awaited = asyncio.create_task(happening)
        await asyncio.wait((awaited, self.serving), return_when=asyncio.FIRST_COMPLETED)
        if not awaited.done():
            awaited.cancel()
            self.serving.result()
            raise HotdashError("the service ended by itself")
        return awaited.result()

    async def sign_in_link(self) -> str:
        """The address that signs the demonstration's agent in to the review pages, once."""
        agent = self.sandbox.agent
        signed = Signed(id=agent.id, name=agent.name, email=agent.email, role=Role.OPERATOR)
        return f"{self.address}/review/login/link?key={await Sessions(self.database).offer_link(signed)}"

    async def play(self, examples: Sequence[Example]) -> list[Shown]:
        """Let the customers write, one after the other, and see what each note says. Raises TimeoutError."""
        return [await self._play(example) for example in examples]

    async def _play(self, example: Example) -> Shown:
        message = await self.sandbox.customer_writes(
            example.channel, example.text, contact=example.contact, name=example.name, subject=example.subject
        )
        number = message.conversation_id
        await self.until(self.sandbox.wait_for(lambda: bool(self._notes(number)), timeout=_NOTE_WITHIN))
        kept = await Decisions(self.database).of_message(message.id)
        assert kept is not None, "a note is written after its decision"
        return Shown(
            conversation=number,
            channel=example.channel,
            message=example.text,
            priority=kept.decision.priority,
            route=kept.decision.route,
            reasons=tuple(f"{reason.rule}: {reason.text}" for reason in kept.decision.reasons),
            note=self._notes(number)[-1],
        )

    def _notes(self, conversation: int) -> list[str]:
        """The notes on what was decided; at night there is an alert beside them."""
        notes = [note.content or "" for note in self.sandbox.notes(conversation)]
        return [note for note in notes if not note.startswith(ALERT)]


@asynccontextmanager
async def staged(*, chatwoot_port: int = 0, port: int = 0, **settings: Any) -> AsyncIterator[Stage]:
    """Start everything, with a database that is thrown away, because the stand-in forgets too.

    A port of 0 takes a free one. `settings` win over the environment.
    """
    server = throwaway()
    url = await asyncio.to_thread(server.start)
    try:
        async with _chatwoot(chatwoot_port) as sandbox:
            chosen = _settings(sandbox, database_url=url, port=port or _free_port(), **settings)
            async with _serving(chosen) as serving, _reading(url) as database:
                yield Stage(
                    sandbox=sandbox,
                    database=database,
                    serving=serving,
                    address=f"http://127.0.0.1:{chosen.port}",
                )
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def _chatwoot(port: int) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(port=port)
    try:
        await sandbox.start()
    except OSError as error:
        raise SettingsError(
            f"the stand-in Chatwoot cannot listen on port {port} ({error.strerror}); "
            "choose another with --chatwoot-port"
        ) from error
    try:
        yield sandbox
    finally:
        await sandbox.stop()


def _settings(sandbox: Sandbox, *, port: int, **settings: Any) -> Settings:
    webhook = sandbox.add_webhook(f"http://127.0.0.1:{port}{PATH}", SUBSCRIPTIONS)
    return load(
        chatwoot_url=sandbox.url,
        chatwoot_account_id=sandbox.account_id,
        chatwoot_bot_token=sandbox.bot.access_token,
        chatwoot_user_token=sandbox.agent_token,
        webhook_secrets=(webhook.secret,),
        mode="assist",
        public_url=f"http://127.0.0.1:{port}",
        host="127.0.0.1",
        port=port,
        **settings,
    )


@asynccontextmanager
async def _serving(settings: Settings) -> AsyncIterator[asyncio.Task[None]]:
    """The service, listening."""
    ready, stop = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(app.run(settings, listen=True, work=True, stop=stop, ready=ready))
    started = asyncio.create_task(ready.wait())
    await asyncio.wait((serving, started), return_when=asyncio.FIRST_COMPLETED)
    started.cancel()
    try:
        if not serving.done():
            yield serving
    finally:
        stop.set()
        await serving


@asynccontextmanager
async def _reading(url: str) -> AsyncIterator[Database]:
    database = Database(url, size=2)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
