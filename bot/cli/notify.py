"""`hotdash notify`: find out whether an alert would arrive."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import click

from bot import settings as environment
from bot.extensions import fact_registry, load_plugins
from bot.service_level.delivery import Notifiers
from bot.settings import Settings
from plugins.alert import Alert, Severity, Stage
from plugins.errors import BadRequest, PluginError
from plugins.manager import Plugins
from rules.book import RuleBook


@click.group()
def notify() -> None:
    """Find out whether an alert would arrive."""


@notify.command()
@click.argument("name")
def test(name: str) -> None:
    r"""Send a test alert to a notifier of HOTDASH_NOTIFIERS, or to a person of `on_call:` in rules.yaml.

    Ends with 1 if one of them could not be reached.

    \b
    Examples:
      hotdash notify test pager
      hotdash notify test olive
    """
    settings = environment.load()
    plugins = load_plugins(settings)
    addresses = {name: address.get_secret_value() for name, address in settings.notifiers.items()}
    notifiers = Notifiers(addresses, plugins)
    names = [name] if name in addresses else _routes(settings, plugins, name)
    if not asyncio.run(_send(notifiers, names, plugins)):
        raise SystemExit(1)


def _routes(settings: Settings, plugins: Plugins, person: str) -> list[str]:
    """The notifiers of a person. Raises BadRequest if rules.yaml knows none."""
    book = RuleBook.load(settings.rules, registry=fact_registry(plugins))
    routes = book.file.on_call.routes if book.file.on_call else {}
    if person not in routes:
        known = ", ".join((*settings.notifiers, *routes)) or "none yet"
        raise BadRequest(
            f'"{person}" is neither a notifier of HOTDASH_NOTIFIERS nor a person under on_call: routes: in '
            f"{settings.rules}; there are: {known}"
        )
    return list(routes[person])


async def _send(notifiers: Notifiers, names: list[str], plugins: Plugins) -> bool:
    """Send to each and say what came of it; False if one failed."""
    at = datetime.now(UTC)
    alert = Alert(
        key=f"hotdash-test-{int(at.timestamp())}",
        stage=Stage.TRIGGER,
        severity=Severity.INFO,
        title="Test alert of HotDash",
        text="Somebody called `hotdash notify test`. There is nothing to do.",
        at=at,
    )
    reached = True
    for name in names:
        if notifiers.mention(name) is not None:
            click.echo(f"{name}: is mentioned in private notes of conversations; there is nothing to send")
            continue
        try:
            await notifiers.deliver(name, alert)
        except PluginError as error:
            reached = False
            click.secho(f"{name}: not delivered: {error}", fg="red")
        else:
            click.secho(f"{name}: delivered", fg="green")
    await plugins.close()
    return reached
