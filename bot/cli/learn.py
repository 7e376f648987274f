"""`hotdash learn`: what people's verdicts taught the service, learn anew, and go back."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

import click

from bot import settings as settings_module
from bot.learning import Learner
from bot.store.database import open_database
from bot.store.learning import Lessons
from bot.store.migrations import migrate


@click.group()
def learn() -> None:
    """See what verdicts teach, learn anew, and go back."""


@learn.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def status(as_json: bool) -> None:
    r"""Show calibrations, articles that mislead, and questions without a draft.

    \b
    Example:
      hotdash learn status --json
    """
    asyncio.run(_status(as_json))


@learn.command()
def refit() -> None:
    r"""Learn confidence anew; it comes into force only if it does better on the newest verdicts.

    \b
    Exit code 1: the old one stays. Running workers take a new one in within a minute.

    Example:
      hotdash learn refit
    """
    if not asyncio.run(_refit()):
        raise SystemExit(1)


@learn.command()
@click.argument("number", type=int)
def rollback(number: int) -> None:
    r"""Put an old calibration in force again; 0 for none.

    \b
    Example:
      hotdash learn rollback 2
    """
    asyncio.run(_rollback(number))


async def _status(as_json: bool) -> None:
    async with _lessons() as lessons:
        shown = {
            "calibrations": [asdict(one) for one in await lessons.calibrations()],
            "misleading": [asdict(one) for one in await lessons.misleading()],
            "uncovered": [asdict(one) for one in await lessons.uncovered()],
        }
    if as_json:
        click.echo(json.dumps(shown, indent=2, default=str, ensure_ascii=False))
        return
    click.echo("Calibrations, the first in force:" if shown["calibrations"] else "Nothing was learnt yet.")
    for one in shown["calibrations"]:
        copied = f", again {one['copy_of'] or 'none'}" if one["error_after"] is None else ""
        click.echo(f"  {one['number']}  {one['made_at']:%Y-%m-%d %H:%M}  {one['outcomes']} verdicts{copied}")
    for one in shown["misleading"]:
        click.echo(f"Misleading: {one['article']}, {one['bad']} of {one['drafts']} drafts were bad")
    for one in shown["uncovered"]:
        click.echo(f"No draft: #{one['conversation']} “{' '.join(one['question'].split())}”")


async def _refit() -> bool:
    async with _lessons() as lessons:
        done = await Learner(lessons).refit(getpass.getuser())
    figures = f"error on the newest verdicts {done.before:.3f} before, {done.after:.3f} after"
    if done.number is None:
        click.echo(f"The old calibration stays: {figures}")
        return False
    click.echo(f"Calibration {done.number} is in force, from {done.outcomes} verdicts: {figures}")
    return True


async def _rollback(number: int) -> None:
    async with _lessons() as lessons:
        again = await Learner(lessons).rollback(number, getpass.getuser())
    click.echo(f"Calibration {number or 'none'} is in force again, as {again}")


@asynccontextmanager
async def _lessons() -> AsyncIterator[Lessons]:
    settings = settings_module.load()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(url, settings.home, size=2) as database:
        await migrate(database)
        yield Lessons(database)
