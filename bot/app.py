"""Runs the service: the web application, a worker, or both, until told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import structlog
from aiohttp import web

from bot.extensions import load_plugins
from bot.ground import Ground, ground
from bot.health import Health
from bot.outcomes import Outcomes
from bot.refusals import refuse
from bot.review.people import People
from bot.review.web.site import Site, site
from bot.settings import Settings, secret
from bot.webhook import Webhook
from bot.workshop import connect, short_links, worker
from plugins.errors import SettingsError

log = structlog.get_logger()


def web_app(on: Ground) -> web.Application:
    """The web service: the webhook, and whether it is well."""
    settings = on.settings
    app = web.Application(middlewares=[refuse], client_max_size=settings.max_body)
    webhook = Webhook(
        on.events,
        Outcomes(on.events, wait=settings.webhook_wait),
        account_id=settings.chatwoot_account_id,
        secrets=[one.get_secret_value() for one in settings.webhook_secrets],
        token=secret(settings.webhook_token),
        allow_unsigned=settings.allow_unsigned,
    )
    app.add_routes(webhook.routes())
    app.add_routes(Health(on.database, on.jobs).routes())
    app.add_routes(short_links(on).routes())
    return app


@asynccontextmanager
async def review_site(on: Ground) -> AsyncIterator[Site]:
    """The pages on which people review drafts."""
    settings = on.settings
    async with AsyncExitStack() as stack:
        plugins = load_plugins(settings)
        stack.push_async_callback(plugins.close)
        chatwoot = connect(settings)
        stack.push_async_callback(chatwoot.close)
        yield site(
            on.database,
            on.jobs,
            plugins.channels,
            chatwoot,
            People(chatwoot, managers=settings.managers),
            chatwoot_url=str(settings.chatwoot_url),
            public_url=str(settings.public_url) if settings.public_url else None,
            undo_for=timedelta(seconds=settings.undo_seconds),
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
    async with review_site(on) as pages:
        app = web_app(on)
        pages.add_to(app)
        async with _served(on, app):
            yield


@asynccontextmanager
async def _served(on: Ground, app: web.Application) -> AsyncIterator[None]:
    # No access log: the secret of an unsigned webhook is part of its path.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=on.settings.drain_seconds)
    await runner.setup()
    try:
        address = web.TCPSite(runner, on.settings.host, on.settings.port)
        try:
            await address.start()
        except OSError as error:
            raise SettingsError(
                f"cannot listen on {on.settings.host}:{on.settings.port} ({error.strerror}); "
                "choose another with HOTDASH_PORT"
            ) from error
        log.info("service.listening", address=address.name)
        yield
    finally:
        await runner.cleanup()
