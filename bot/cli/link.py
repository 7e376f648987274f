"""`hotdash link`: a link that signs an agent in to the review pages, once."""

from __future__ import annotations

import asyncio

import click

from bot import settings as settings_module
from plugins.errors import SettingsError


@click.command()
@click.argument("email")
def link(email: str) -> None:
    r"""Print a link that signs the agent with this address in, once, within ten minutes.

    \b
    Example:
      hotdash link rosa@example.com
    """
    click.echo(asyncio.run(_link(email)))


async def _link(email: str) -> str:
    from bot.chatwoot.client import Chatwoot, Rights
    from bot.review.people import People
    from bot.review.web.sign_in import signed
    from bot.store.database import open_database
    from bot.store.migrations import migrate
    from bot.store.sessions import Sessions

    settings = settings_module.load()
    settings_module.demand_chatwoot(settings)
    assert settings.chatwoot_bot_token is not None, "it was demanded"
    user = settings.chatwoot_user_token
    rights = Rights(
        bot=settings.chatwoot_bot_token.get_secret_value(), user=user.get_secret_value() if user else None
    )
    chatwoot = Chatwoot(str(settings.chatwoot_url), account_id=settings.chatwoot_account_id, rights=rights)
    try:
        person = await People(chatwoot, managers=settings.managers).by_email(email)
    finally:
        await chatwoot.close()
    if person is None:
        raise SettingsError(f"Chatwoot has no agent {email} in account {settings.chatwoot_account_id}")
    url = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(url, settings.home, size=2) as database:
        await migrate(database)
        key = await Sessions(database).offer_link(signed(person))
    base = str(settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    return f"{base}/review/login/link?key={key}"
