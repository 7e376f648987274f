"""A shop whose clock is turned by hand: real database, stand-in Chatwoot, jobs in the order of time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks.webhooks import Webhook

from bot.chatwoot.client import Chatwoot, Rights
from bot.chatwoot.payloads import ConversationEvent, MessageEvent, envelope, read
from bot.chatwoot.sandbox import Sandbox
from bot.postbox import Postbox
from bot.service_level.service import ServiceLevel
from bot.service_level.terms import Terms
from bot.store.clocks import Clocks
from bot.store.database import Database
from bot.store.decisions import Decisions
from bot.store.events import Events, NewEvent
from bot.store.jobs import Job, Jobs
from bot.store.posts import Posts
from bot.store.record import Record
from bot.worker import Retry
from plugins.manager import Plugins
from plugins.model import (
    Decision,
    Draft,
    Facts,
    Message,
    Priority,
    Reply,
    Route,
    Status,
)
from rules.book import RuleBook
from rules.facts import standard_registry

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
RULES = """version: 1
time_zone: America/New_York
priorities:
  P0: {name: Critical, first_response: 15m, resolution: 2h,  route: human, clock: always}
  P1: {name: High,     first_response: 1h,  resolution: 8h,  route: draft, clock: always}
  P2: {name: Normal,   first_response: 4h,  resolution: 24h, route: draft, clock: business_hours}
  P3: {name: Low,      first_response: 24h, resolution: 72h, route: draft, clock: business_hours}
default: {priority: P2}
business_hours:
  days: {monday: "09:00-17:00", tuesday: "09:00-17:00", wednesday: "09:00-17:00", thursday: "09:00-17:00",
         friday: "09:00-17:00"}
  holidays: [2026-11-03]
on_call:
  rotation: {start: 2026-10-26T09:00, every: 1w, people: [olive, max]}
  escalation: [{after: 0m, to: on_call}, {after: 10m, to: managers}]
  approval: [{after: 30m, to: on_call}, {after: 60m, to: managers}]
  routes: {olive: [olive-note, olive-pager], max: [max-pager], managers: [managers]}
"""


class Killed(BaseException):
    """The worker died."""


class MortalDatabase(Database):
    """A database whose user dies after so many more calls; `lives` None means never."""

    lives: int | None = None
    mortal: asyncio.Task[Any] | None = None  #: Who dies; other tasks of the process are none of its business.

    @asynccontextmanager
    async def _lent(self, on: Any) -> AsyncIterator[Any]:
        if self.lives is not None and asyncio.current_task() is self.mortal:
            self.lives -= 1
            if self.lives < 0:
                raise Killed
        async with super()._lent(on) as connection:
            yield connection


class Pagers:
    """Where alerts arrive: each is checked for its signature and kept with the name of its pager."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any], str]] = []
        self.down = False

    async def take(self, request: web.Request) -> web.Response:
        if self.down:
            return web.Response(status=503)
        event = Webhook(SECRET).verify(await request.read(), dict(request.headers.items()))
        self.calls.append((request.path.strip("/"), event, request.headers["webhook-id"]))
        return web.Response()

    def heard(self, stage: str = "trigger") -> list[tuple[str, str]]:
        """Who heard what: pager and title, each alert once, as a receiver tells repetitions by their id."""
        once = {(name, number): event for name, event, number in self.calls}
        return [
            (name, event["data"]["title"])
            for (name, _), event in once.items()
            if event["type"] == f"alert.{stage}"
        ]


@dataclass
class Shop:
    """The service's clocks, alerts and replies, with the clock on the wall in our hand."""

    database: MortalDatabase
    sandbox: Sandbox
    service: ServiceLevel
    jobs: Jobs
    record: Record
    clocks: Clocks
    pagers: Pagers
    now: datetime
    numbers: Any = None
    follow: Callable[[RuleBook], None] = lambda book: None  #: Puts other rules in force.
    kill_after: Callable[[], int | None] = lambda: None
    deaths: int = 0

    def __post_init__(self) -> None:
        self.numbers = itertools.count(100_000)

    async def conversation(self) -> int:
        """A new conversation in Chatwoot; its own webhooks go nowhere."""
        message = await self.sandbox.customer_writes("email", "Hello", contact="ada@example.org")
        return message.conversation_id

    async def customer(
        self,
        conversation: int,
        priority: Priority = Priority.P2,
        *,
        status: Status = Status.OPEN,
        event: MessageEvent | None = None,
    ) -> UUID:
        """The customer writes now, or has written `event`, and the rules decide."""
        event = event or self.event(conversation, "incoming", author="contact", status=status)
        ours = await self.hear(event)
        message = message_of(event)
        decision = Decision(priority=priority, route=Route.DRAFT, reasons=())
        await self._surviving(lambda: self.service.decided(ours, message, decision, language=None))
        return ours

    async def draft(self, conversation: int, priority: Priority = Priority.P2) -> None:
        """The customer writes now, and a draft is made that waits for a person."""
        ours = await self.customer(conversation, priority)
        event = self.event(conversation, "incoming", author="contact")
        kept = Decisions(self.database)
        decision = Decision(priority=priority, route=Route.DRAFT, reasons=())
        made = await kept.keep(ours, event.id, [event.id], Facts({}), decision)
        draft = Draft(answer="Yes.", confidence=0.9, citations=(), sentences=())
        number = (await kept.keep_draft(ours, made.id, draft, Reply(channel="email", parts=("Yes.",)))).id
        message = message_of(event)
        await self._surviving(lambda: self.service.drafted(ours, message, decision, number))

    async def agent(self, conversation: int) -> None:
        """An agent answers in public now."""
        await self.hear(self.event(conversation, "outgoing", author="user"))

    async def agent_notes(self, conversation: int, text: str) -> None:
        """An agent leaves a private note now."""
        event = self.event(conversation, "outgoing", author="user")
        await self.hear(replace(event, private=True, content=text))

    async def becomes(self, conversation: int, status: Status, priority: Priority | None = None) -> None:
        """The conversation changes in Chatwoot now."""
        event = self.event(conversation, "incoming", author="contact", status=status, priority=priority)
        await self.hear(ConversationEvent(contact=event.contact, conversation=event.conversation))

    def event(
        self,
        conversation: int,
        kind: str,
        *,
        author: str,
        status: Status = Status.OPEN,
        priority: Priority | None = None,
    ) -> MessageEvent:
        """What Chatwoot tells of a message that is written now."""
        senders = {
            "contact": {"id": 1, "name": "Ada", "email": "ada@example.org"},
            "user": {"id": 14, "name": "Ines", "type": "user"},
            "agent_bot": {"id": 3, "name": "Bot", "type": "agent_bot"},
        }
        told = {
            "event": "message_created",
            "id": next(self.numbers),
            "message_type": kind,
            "content": "…",
            "created_at": self.now.isoformat(),
            "sender": senders.get(author),
            "conversation": {
                "id": conversation,
                "inbox_id": 7,
                "channel": "Channel::Email",
                "status": status.value,
                "priority": priority and priority.in_chatwoot,
                "updated_at": self.now.timestamp(),
                "meta": {"sender": senders["contact"]},
            },
        }
        news = read(told, account_id=2)
        assert isinstance(news, MessageEvent)
        return news

    async def hear(self, news: MessageEvent | ConversationEvent) -> UUID:
        """Record what Chatwoot tells, as the reader does."""
        told: list[UUID] = []

        async def read() -> None:
            async with self.database.transaction() as on:
                ours = await self.record.see(news.conversation, news.contact, "email", on=on)
                await self.service.hear(ours, news, on=on)
            told.append(ours)

        await self._surviving(read)
        return told[-1]

    async def until(self, moment: datetime) -> None:
        """Let time pass: work all jobs that fall due, in the order of their times."""
        while (due := await self._next()) is not None and due.run_at <= moment:
            self.now = max(self.now, due.run_at.astimezone(UTC))
            parameters = {"id": due.id, "later": self.now + timedelta(minutes=1)}
            try:
                await self._surviving(
                    lambda due=due: self.service.handlers[due.kind](self.job(due.kind, due.payload))
                )
            except Retry:
                await self.database.run("update jobs set run_at = %(later)s where id = %(id)s", parameters)
            else:
                await self.database.run("update jobs set state = 'done' where id = %(id)s", parameters)
        self.now = moment

    def job(self, kind: str, payload: dict[str, Any]) -> Job:
        """A job as a worker gives it to its handler."""
        return Job(
            id=0,
            kind=kind,
            key=None,
            payload=payload,
            attempts=1,
            failures=0,
            created_at=self.now,
            error=None,
        )

    async def wait(self, time: timedelta) -> None:
        """Let so much time pass."""
        await self.until(self.now + time)

    async def _surviving(self, work: Callable[[], Any]) -> None:
        """Do a piece of work as often as it takes a worker to live to its end."""
        while True:
            self.database.lives, self.database.mortal = self.kill_after(), asyncio.current_task()
            try:
                await work()
                return
            except Killed:
                self.deaths += 1
            finally:
                self.database.lives = None

    async def _next(self) -> Due | None:
        """The next job; one that was queued without a time is due at once, whatever Postgres' clock says."""
        return await self.database.one(
            "select id, kind, payload, case when run_at = created_at then %(now)s else run_at end as run_at"
            " from jobs where state = 'waiting' and kind = any(%(kinds)s) order by 4, 1 limit 1",
            {"now": self.now, "kinds": list(self.service.handlers)},
            of=Due,
        )

    async def brought(self, message: Any) -> None:
        """A webhook brings a message of the stand-in Chatwoot."""
        body = {"event": "message_created", "id": message.id, "conversation": {"id": message.conversation_id}}
        about = envelope(body)
        store = Events(self.database, self.jobs)
        new = NewEvent(event=about.event, body=b"{}", dedup_key=about.dedup_key, wanted=False)
        await store.keep(new)
        await store.close()
        moment = {"key": about.dedup_key, "at": self.now}
        await self.database.run(
            "update webhook_events set received_at = %(at)s where dedup_key = %(key)s", moment
        )

    async def column(self, query: str) -> list[Any]:
        """The first column of every row that a query gives."""
        async with self.database.connection() as connection:
            return [row[0] for row in await (await connection.execute(query)).fetchall()]

    async def count(self, table: str, where: str) -> int:
        """How many rows of a table fit."""
        return (await self.column(f"select count(*) from {table} where {where}"))[0]

    async def events(self, *kinds: str) -> list[tuple[int, str, str]]:
        """The events written down, by time: conversation, metric, kind."""
        rows = await self.database.all(
            "select c.chatwoot_conversation_id as conversation, k.metric, e.kind, e.at from sla_events e"
            " join sla_clocks k on k.id = e.clock_id"
            " join chatwoot_conversations c on c.id = k.conversation_id"
            " order by e.at, e.kind, k.id",
            of=_Event,
        )
        return [(row.conversation, row.metric, row.kind) for row in rows if row.kind in kinds or not kinds]

    def notes(self, conversation: int) -> list[str]:
        """The first lines of the private notes in a conversation."""
        return [(note.content or "").splitlines()[0] for note in self.sandbox.notes(conversation)]

    def replies(self, conversation: int) -> list[str]:
        """What was said in public by us."""
        return [
            message.content or ""
            for message in self.sandbox.messages(conversation)
            if message.message_type == "outgoing" and not message.private
        ]


def message_of(event: MessageEvent) -> Message:
    """The customer's message, as its channel reads it."""
    return Message(
        id=event.id,
        conversation=event.conversation,
        contact=event.contact,
        channel="email",
        content=event.content,
        raw_content=event.content,
        received_at=event.written_at,
    )


@dataclass
class Due:
    """A job, with its time."""

    id: int
    kind: str
    payload: dict[str, Any]
    run_at: datetime


@dataclass
class _Event:
    conversation: int
    metric: str
    kind: str
    at: datetime


@pytest.fixture
def rules_text() -> str:
    """The rules of the shop."""
    return RULES


@pytest.fixture
async def pagers() -> AsyncIterator[Any]:
    """A server on which pagers ring."""
    pagers = Pagers()
    app = web.Application()
    app.router.add_post("/{name}", pagers.take)
    async with TestServer(app) as server:
        pagers.place = f"{server.host}:{server.port}"  # type: ignore[attr-defined]
        yield pagers


@pytest.fixture
async def shop(database_url: str, pagers: Any, request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    """A shop on Thursday 29 October 2026, 10:00 in New York; a test may give it other rules."""
    database = MortalDatabase(database_url)
    await database.open()
    async with Sandbox() as sandbox:
        chatwoot = Chatwoot(
            sandbox.url,
            account_id=sandbox.account_id,
            rights=Rights(bot=sandbox.bot.access_token, user=sandbox.admin_token),
        )
        yield build(database, sandbox, chatwoot, pagers, getattr(request, "param", RULES))
        await chatwoot.close()
    await database.close()


def build(database: MortalDatabase, sandbox: Sandbox, chatwoot: Chatwoot, pagers: Any, rules: str) -> Shop:
    """All that keeps service levels, on a clock that is turned by hand."""
    plugins = Plugins.load(enabled=False)
    addresses = {
        name: f"webhook+http://{pagers.place}/{name}#{SECRET}"
        for name in ("olive-pager", "max-pager", "managers")
    }
    addresses["olive-note"] = "note://12/Olive"
    books = [RuleBook.parse(rules, registry=standard_registry())]
    jobs = Jobs(database)
    service = ServiceLevel.build(
        database,
        jobs,
        Events(database, jobs),
        chatwoot,
        Postbox(Posts(database), chatwoot),
        plugins,
        Terms(lambda: books[-1]),
        account_id=sandbox.account_id,
        chatwoot_url=sandbox.url,
        notifiers=addresses,
        now=lambda: shop.now,
    )
    shop = Shop(
        database=database,
        sandbox=sandbox,
        service=service,
        jobs=jobs,
        record=Record(database),
        clocks=service.clocks,
        pagers=pagers,
        follow=books.append,
        now=datetime(2026, 10, 29, 14, tzinfo=UTC),
    )
    return shop
