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
from bot.patterns import Pattern, patterns
from bot.store.answers import Answers
from bot.store.database import Database, open_database
from bot.store.learning import Lessons, Uncovered
from bot.store.migrations import migrate
from kb_index.embedding import load_embedder


@click.group()
def learn() -> None:
    """See what verdicts teach, learn anew, and go back."""


@learn.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def status(as_json: bool) -> None:
    r"""Show calibrations, learnt answers, articles that mislead, and what is asked without an article.

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


@learn.command()
@click.argument("numbers", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All answers.")
def forget(numbers: tuple[int, ...], everything: bool) -> None:
    r"""Take learnt answers out of the knowledge base; workers follow within a minute.

    \b
    Exit code 1: none of them was in use.

    Examples:
      hotdash learn forget 12 13
      hotdash learn forget --all
    """
    if not asyncio.run(_forget(_chosen(numbers, everything))):
        raise SystemExit(1)


@learn.command()
@click.argument("numbers", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that people made it forget.")
def restore(numbers: tuple[int, ...], everything: bool) -> None:
    r"""Let answers that were forgotten be learnt again, from the same approvals, under new numbers.

    \b
    Exit code 1: none of them was forgotten by a person.

    Example:
      hotdash learn restore 12
    """
    if not asyncio.run(_restore(_chosen(numbers, everything))):
        raise SystemExit(1)


def _chosen(numbers: tuple[int, ...], everything: bool) -> tuple[int, ...] | None:
    """The numbers, None for all of them."""
    if bool(numbers) == everything:
        raise click.UsageError("name the numbers of answers, or --all; `hotdash learn status` lists them")
    return numbers or None


async def _forget(numbers: tuple[int, ...] | None) -> int:
    async with _database() as database:
        count = await Answers(database).forget(numbers, getpass.getuser())
    click.echo(f"{count} answers forgotten")
    return count


async def _restore(numbers: tuple[int, ...] | None) -> int:
    async with _database() as database:
        count = await Answers(database).restore(numbers)
    click.echo(f"{count} answers will be learnt again")
    return count


async def _status(as_json: bool) -> None:
    async with _database() as database:
        lessons = Lessons(database)
        shown = {
            "answers": [asdict(one) for one in await Answers(database).newest()],
            "calibrations": [asdict(one) for one in await lessons.calibrations()],
            "misleading": [asdict(one) for one in await lessons.misleading()],
        }
        uncovered = await lessons.uncovered(most=500)
    found = await asyncio.to_thread(_patterns, uncovered)
    shown["patterns"] = [asdict(one) for one in found[:10]]
    if as_json:
        click.echo(json.dumps(shown, indent=2, default=str, ensure_ascii=False))
        return
    click.echo("Calibrations, the first in force:" if shown["calibrations"] else "Nothing was learnt yet.")
    for one in shown["calibrations"]:
        copied = f", again {one['copy_of'] or 'none'}" if one["error_after"] is None else ""
        click.echo(f"  {one['number']}  {one['made_at']:%Y-%m-%d %H:%M}  {one['outcomes']} verdicts{copied}")
    for one in shown["answers"]:
        state = one["removed_because"] or f"until {one['expires_at']:%Y-%m-%d}"
        told = f" “{one['question']}”" if one["question"] else ""
        click.echo(f"Answer {one['id']}:{told}, approved by {one['by_name']}; {state}")
    for one in shown["misleading"]:
        click.echo(f"Misleading: {one['article']}, {one['bad']} of {one['drafts']} drafts were bad")
    for one in shown["patterns"]:
        click.echo(f"No article: asked {one['questions']}×")
        for example in one["examples"]:
            click.echo(f"  #{example['conversation']} “{' '.join(example['question'].split())}”")


def _patterns(uncovered: list[Uncovered]) -> list[Pattern]:
    return patterns(uncovered, load_embedder()) if uncovered else []


async def _refit() -> bool:
    async with _database() as database:
        done = await Learner(Lessons(database)).refit(getpass.getuser())
    figures = f"error on the newest verdicts {done.before:.3f} before, {done.after:.3f} after"
    if done.number is None:
        click.echo(f"The old calibration stays: {figures}")
        return False
    click.echo(f"Calibration {done.number} is in force, from {done.outcomes} verdicts: {figures}")
    return True


async def _rollback(number: int) -> None:
    async with _database() as database:
        again = await Learner(Lessons(database)).rollback(number, getpass.getuser())
    click.echo(f"Calibration {number or 'none'} is in force again, as {again}")


@asynccontextmanager
async def _database() -> AsyncIterator[Database]:
    settings = settings_module.load()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(url, settings.home, size=2) as database:
        await migrate(database)
        yield database
