"""Builds the service: every doer once, from the ground up, and closes them in reverse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import structlog
from aiohttp import web
from pydantic import SecretStr

from bot.answerer import Answerer
from bot.chatwoot.client import Chatwoot, Rights
from bot.drafting import make_drafter, open_knowledge_base
from bot.extensions import fact_registry, load_plugins
from bot.gather import Gatherer
from bot.health import Health
from bot.outcomes import Outcomes
from bot.pipeline import Pipeline
from bot.postbox import Postbox
from bot.reader import ANSWER, Reader
from bot.refusals import refuse
from bot.rescue import RESCUE, Rescue
from bot.review.clerk import COMMAND, Clerk
from bot.review.desk import HAND_OVER, SEND, Desk
from bot.review.own_reply import OwnReplies
from bot.review.people import People
from bot.review.sending import Sending
from bot.service_level.registration import Registration
from bot.service_level.service import ServiceLevel
from bot.service_level.terms import Terms
from bot.settings import Settings
from bot.short_links import ShortLinks
from bot.store.database import Database, open_database
from bot.store.decisions import Decisions
from bot.store.events import KIND as EVENT
from bot.store.events import Events
from bot.store.jobs import Jobs
from bot.store.migrations import migrate
from bot.store.posts import Posts
from bot.store.record import Record
from bot.store.reviews import Reviews
from bot.store.short_links import ShortLinkTable
from bot.waiting import Waiting
from bot.webhook import PATH, Webhook
from bot.worker import Worker
from kb_index.embedding import load_embedder
from plugins.errors import SettingsError
from rules.book import RuleBook

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What web and worker processes both stand on."""

    settings: Settings
    database: Database
    jobs: Jobs
    events: Events


@asynccontextmanager
async def ground(settings: Settings) -> AsyncIterator[Ground]:
    """Open the database at its newest schema, and the stores of events and jobs."""
    async with open_database(_secret(settings.database_url), settings.home) as database:
        await migrate(database)
        jobs = Jobs(database)
        events = Events(database, jobs)
        try:
            yield Ground(settings=settings, database=database, jobs=jobs, events=events)
        finally:
            await events.close()
            await jobs.bell.close()


def web_app(on: Ground) -> web.Application:
    """The web service: the webhook, and whether it is well."""
    settings = on.settings
    app = web.Application(middlewares=[refuse], client_max_size=settings.max_body)
    webhook = Webhook(
        on.events,
        Outcomes(on.events, wait=settings.webhook_wait),
        account_id=settings.chatwoot_account_id,
        secrets=[secret.get_secret_value() for secret in settings.webhook_secrets],
        token=_secret(settings.webhook_token),
        allow_unsigned=settings.allow_unsigned,
    )
    app.add_routes(webhook.routes())
    app.add_routes(Health(on.database, on.jobs).routes())
    app.add_routes(short_links(on).routes())
    return app


def short_links(on: Ground) -> ShortLinks:
    """Links that fit an SMS, if the settings give an address of our own and hosts that may be linked to."""
    settings = on.settings
    base = str(settings.public_url) if settings.public_url else None
    return ShortLinks(ShortLinkTable(on.database), base=base, hosts=settings.short_link_hosts)


@asynccontextmanager
async def worker(on: Ground) -> AsyncIterator[Worker]:
    """A worker with everything that a message's journey needs; the caller runs it."""
    settings = on.settings
    async with AsyncExitStack() as stack:
        plugins = load_plugins(settings)
        stack.push_async_callback(plugins.close)
        embedder = await asyncio.to_thread(load_embedder)
        help_center = await stack.enter_async_context(httpx.AsyncClient(base_url=str(settings.chatwoot_url)))
        knowledge = await open_knowledge_base(settings, embedder, help_center)
        rules = RuleBook.load(settings.rules, registry=fact_registry(plugins), embed=embedder)
        assert settings.chatwoot_bot_token is not None, "settings.demand_chatwoot was asked before"
        chatwoot = Chatwoot(
            str(settings.chatwoot_url),
            account_id=settings.chatwoot_account_id,
            rights=Rights(
                bot=settings.chatwoot_bot_token.get_secret_value(),
                user=_secret(settings.chatwoot_user_token),
            ),
        )
        stack.push_async_callback(chatwoot.close)
        record, decisions, posts = Record(on.database), Decisions(on.database), Posts(on.database)
        postbox, reviews = Postbox(posts, chatwoot), Reviews(on.database)
        first_line = settings.mode == "first_line"
        terms = Terms(lambda: rules)
        service_level = ServiceLevel.build(
            on.database,
            on.jobs,
            on.events,
            chatwoot,
            postbox,
            plugins,
            terms,
            account_id=settings.chatwoot_account_id,
            chatwoot_url=str(settings.chatwoot_url),
            notifiers={name: address.get_secret_value() for name, address in settings.notifiers.items()},
            registration=_registration(settings, chatwoot),
        )
        await service_level.poller.start()
        pipeline = Pipeline(
            events=on.events,
            record=record,
            gatherer=Gatherer(
                plugins, knowledge, record, is_open=lambda at: terms.promises.calendar.is_open(at)
            ),
            rules=rules,
            decisions=decisions,
            chatwoot=chatwoot,
            drafter=await make_drafter(settings, knowledge),
            channels=plugins.channels,
            links=short_links(on),
            postbox=postbox,
            waiting=Waiting(chatwoot, postbox, plugins.channels, settings.holding_message),
            service_level=service_level,
            first_line=first_line,
            history_turns=settings.history_turns,
        )
        reader = Reader(
            on.database,
            on.events,
            on.jobs,
            record,
            decisions,
            posts,
            plugins.channels,
            service_level,
            OwnReplies(reviews),
            account_id=settings.chatwoot_account_id,
            burst=timedelta(seconds=settings.burst_seconds),
        )
        answerer = Answerer(
            on.events,
            record,
            plugins.channels,
            service_level,
            pipeline,
            account_id=settings.chatwoot_account_id,
        )
        desk = Desk(
            database=on.database,
            reviews=reviews,
            jobs=on.jobs,
            channels=plugins.channels,
            undo_for=timedelta(seconds=settings.undo_seconds),
        )
        sending = Sending(
            database=on.database,
            reviews=reviews,
            record=record,
            postbox=postbox,
            chatwoot=chatwoot,
        )
        clerk = Clerk(
            events=on.events,
            reviews=reviews,
            desk=desk,
            people=People(chatwoot, managers=settings.managers),
            postbox=postbox,
            account_id=settings.chatwoot_account_id,
        )
        rescue = Rescue(on.events, on.jobs, postbox, chatwoot, first_line=first_line)
        yield Worker(
            on.jobs,
            {
                EVENT: reader.read,
                ANSWER: answerer.answer,
                RESCUE: rescue.rescue,
                SEND: sending.send,
                HAND_OVER: sending.hand_over,
                COMMAND: clerk.work,
                **service_level.handlers,
            },
            concurrency=settings.workers,
            attempts=settings.attempts,
            lease=timedelta(seconds=settings.lease_seconds),
            drain=timedelta(seconds=settings.drain_seconds),
            on_dead=rescue.give_up,
        )


async def run(
    settings: Settings, *, listen: bool, work: bool, stop: asyncio.Event, ready: asyncio.Event | None = None
) -> None:
    """Run the web service, a worker, or both, until `stop` is set; then end what is under way.

    `ready` is set once webhooks are accepted, which is before the worker has read its knowledge base.
    """
    async with AsyncExitStack() as stack:
        on = await stack.enter_async_context(ground(settings))
        if listen:
            await stack.enter_async_context(_listening(on))
        if ready is not None:
            ready.set()
        if not work:
            await stop.wait()
            return
        running = await stack.enter_async_context(worker(on))
        working, told = asyncio.create_task(running.run()), asyncio.create_task(stop.wait())
        await asyncio.wait((working, told), return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        running.stop()
        await working


@asynccontextmanager
async def _listening(on: Ground) -> AsyncIterator[None]:
    # No access log: the secret of an unsigned webhook is part of its path.
    runner = web.AppRunner(web_app(on), access_log=None, shutdown_timeout=on.settings.drain_seconds)
    await runner.setup()
    try:
        site = web.TCPSite(runner, on.settings.host, on.settings.port)
        try:
            await site.start()
        except OSError as error:
            raise SettingsError(
                f"cannot listen on {on.settings.host}:{on.settings.port} ({error.strerror}); "
                "choose another with HOTDASH_PORT"
            ) from error
        log.info("service.listening", address=site.name)
        yield
    finally:
        await runner.cleanup()


def _registration(settings: Settings, chatwoot: Chatwoot) -> Registration | None:
    """The account's webhook to look after, once it is known where Chatwoot reaches us."""
    if settings.public_url is None or settings.mode == "first_line":
        return None
    token = None if settings.webhook_secrets else _secret(settings.webhook_token)
    address = str(settings.public_url).rstrip("/") + PATH + (f"/{token}" if token else "")
    may_create = not settings.webhook_secrets and (token is not None or settings.allow_unsigned)
    return Registration(chatwoot, address, may_create=may_create)


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value is not None else None
