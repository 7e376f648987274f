"""Builds a worker: every doer of a message's journey once, from the ground up, closed in reverse."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

import httpx
import structlog

from bot.answerer import Answerer
from bot.chatwoot.client import Chatwoot, Rights
from bot.drafting import make_drafter, open_knowledge_base
from bot.extensions import fact_registry, load_plugins
from bot.gather import Gatherer
from bot.ground import Ground
from bot.learning import Learner
from bot.live_rules import LiveRules
from bot.pipeline import Pipeline
from bot.postbox import Postbox
from bot.reader import ANSWER, Reader
from bot.rescue import RESCUE, Rescue
from bot.review.clerk import COMMAND, Clerk
from bot.review.desk import HAND_OVER, SEND, Desk
from bot.review.own_reply import OwnReplies
from bot.review.people import People
from bot.review.sending import Sending
from bot.review.web.sign_in import signed
from bot.rule_desk import RuleDesk
from bot.service_level.registration import Registration
from bot.service_level.service import ServiceLevel
from bot.service_level.surroundings import RULES
from bot.service_level.terms import Terms
from bot.settings import Settings, secret
from bot.short_links import ShortLinks
from bot.store.decisions import Decisions
from bot.store.events import KIND as EVENT
from bot.store.learning import Lessons
from bot.store.posts import Posts
from bot.store.record import Record
from bot.store.reviews import Reviews
from bot.store.rulebooks import Rulebooks
from bot.store.sessions import Sessions
from bot.store.short_links import ShortLinkTable
from bot.waiting import Waiting
from bot.webhook import PATH
from bot.worker import Worker
from kb_index.embedding import load_embedder
from kb_index.knowledge_base import KnowledgeBase

log = structlog.get_logger()

#: How often the articles are looked at for changes.
REFRESH_EVERY = timedelta(minutes=1)


@asynccontextmanager
async def worker(on: Ground) -> AsyncIterator[Worker]:
    """A worker with everything that a message's journey needs; the caller runs it."""
    settings = on.settings
    async with AsyncExitStack() as stack:
        plugins = load_plugins(settings)
        stack.push_async_callback(plugins.close)
        embedder = await asyncio.to_thread(load_embedder)
        help_center = await stack.enter_async_context(httpx.AsyncClient(base_url=str(settings.chatwoot_url)))
        knowledge = await open_knowledge_base(settings, embedder, help_center, on.database)
        rulebooks = Rulebooks(on.database)
        rules = LiveRules(settings.rules, rulebooks, RuleDesk(rulebooks, fact_registry(plugins), embedder))
        await rules.open()
        stack.push_async_callback(rules.close)
        learner = Learner(Lessons(on.database))
        await learner.apply(knowledge)
        chatwoot = connect(settings)
        stack.push_async_callback(chatwoot.close)
        record, decisions, posts = Record(on.database), Decisions(on.database), Posts(on.database)
        postbox, reviews = Postbox(posts, chatwoot), Reviews(on.database)
        first_line = settings.mode == "first_line"
        terms = Terms(lambda: rules.book)
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
        tell = partial(service_level.surroundings.report, RULES)
        await stack.enter_async_context(_kept_fresh(rules, tell, knowledge, learner))
        await service_level.poller.start()
        drafter = await make_drafter(settings, knowledge)
        stack.push_async_callback(drafter.close)
        pipeline = Pipeline(
            events=on.events,
            record=record,
            gatherer=Gatherer(
                plugins, knowledge, record, is_open=lambda at: terms.promises.calendar.is_open(at)
            ),
            rules=rules,
            decisions=decisions,
            chatwoot=chatwoot,
            drafter=drafter,
            channels=plugins.channels,
            links=short_links(on),
            postbox=postbox,
            waiting=Waiting(chatwoot, postbox, plugins.channels, settings.holding_message),
            service_level=service_level,
            first_line=first_line,
            history_turns=settings.history_turns,
            review_page=f"{str(settings.public_url).rstrip('/')}/review/drafts/{{}}"
            if settings.public_url
            else None,
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
            sign_in=lambda code, person: Sessions(on.database).pair(code, signed(person)),
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


def _tell(task: asyncio.Task[None]) -> None:
    """What is followed goes on for ever; an end of its own is a fault, and the last state stays in force."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("following.ended", task=task.get_name(), exc_info=fault)


def short_links(on: Ground) -> ShortLinks:
    """Links that fit an SMS, if the settings give an address of our own and hosts that may be linked to."""
    settings = on.settings
    base = str(settings.public_url) if settings.public_url else None
    return ShortLinks(ShortLinkTable(on.database), base=base, hosts=settings.short_link_hosts)


def connect(settings: Settings) -> Chatwoot:
    """The client of the Chatwoot that the settings name; the caller closes it."""
    assert settings.chatwoot_bot_token is not None, "settings.demand_chatwoot was asked before"
    return Chatwoot(
        str(settings.chatwoot_url),
        account_id=settings.chatwoot_account_id,
        rights=Rights(
            bot=settings.chatwoot_bot_token.get_secret_value(), user=secret(settings.chatwoot_user_token)
        ),
    )


@asynccontextmanager
async def _kept_fresh(
    rules: LiveRules,
    tell: Callable[[str | None], Awaitable[None]],
    knowledge: KnowledgeBase,
    learner: Learner,
) -> AsyncIterator[None]:
    """Rules and articles are exchanged when they change; on SIGHUP the rules are looked at right away."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, rules.wake)
    following = [
        asyncio.create_task(rules.follow(tell), name="rules"),
        asyncio.create_task(knowledge.keep_fresh(REFRESH_EVERY), name="articles"),
        asyncio.create_task(learner.follow(knowledge, REFRESH_EVERY), name="calibration"),
    ]
    for task in following:
        task.add_done_callback(_tell)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)


def _registration(settings: Settings, chatwoot: Chatwoot) -> Registration | None:
    """The account's webhook to look after, once it is known where Chatwoot reaches us."""
    if settings.public_url is None or settings.mode == "first_line":
        return None
    token = None if settings.webhook_secrets else secret(settings.webhook_token)
    address = str(settings.public_url).rstrip("/") + PATH + (f"/{token}" if token else "")
    may_create = not settings.webhook_secrets and (token is not None or settings.allow_unsigned)
    return Registration(chatwoot, address, may_create=may_create)
