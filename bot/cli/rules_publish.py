"""`hotdash rules publish | history | rollback`: which rules are in force, and since when."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bot.cli.rules_check import TEST_FILES
from bot.cli.rules_desk import as_json, published_by, rule_desk, rulebooks, rules_file
from bot.cli.rules_past import impact_json, impact_lines
from bot.rule_desk import Trial
from bot.store.rulebooks import Publication
from rules.book import read_rules_text


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("-m", "--message", default="", help="Why, for the history.")
@click.option("--accept", is_flag=True, help="Publish although guards are broken or tests fail.")
@published_by
@as_json
def publish(file: Path | None, message: str, accept: bool, published_by: str, as_json: bool) -> None:
    r"""Put FILE in force for all running services, without a restart.

    The file is checked, its tests (rules_test.yaml beside it or in the folder tests) are run, and it is tried
    on the messages of the last 30 days. When a test fails or a guard in the file is broken (guards:
    max_new_p0_per_day, max_changed_percent), nothing is published and the exit code is 1, unless you
    --accept. An error in the file leaves the running rules as they are.

    \b
    Examples:
      hotdash rules publish -m "refunds over $50 go to a person"
      hotdash rules publish new-rules.yaml --accept
    """
    trial, number = asyncio.run(_publish(rules_file(file), message, published_by, accept))
    if as_json:
        shown = {"number": number, "version": trial.book.version, "objections": trial.objections}
        click.echo(
            json.dumps({**shown, "impact": impact_json(trial.impact, 5)}, ensure_ascii=False, indent=2)
        )
    else:
        click.echo("\n".join(impact_lines(trial.impact, 5)))
        for objection in trial.objections:
            click.echo(objection)
        if number is None:
            click.echo("Not published; the running rules are unchanged. --accept publishes all the same.")
        else:
            click.echo(f"Version {number} ({trial.book.version}) is in force.")
    sys.exit(1 if number is None else 0)


@click.command()
@click.option("--limit", default=20, show_default=True, help="At most so many.")
@as_json
def history(limit: int, as_json: bool) -> None:
    """List the published versions, newest first; the first one is in force."""
    found = asyncio.run(_history(limit))
    if as_json:
        click.echo(json.dumps([_shown(one) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("Nothing was published yet: services follow their rules file.")
    for one in found:
        when = f"{one.published_at:%Y-%m-%d %H:%M}"
        click.echo(f"{one.number:5}  {when}  {one.version}  {one.published_by}: {one.message}")


@click.command()
@click.argument("version", type=int, required=False)
@published_by
@as_json
def rollback(version: int | None, published_by: str, as_json: bool) -> None:
    r"""Put an older VERSION in force again, by default the one before.

    \b
    Examples:
      hotdash rules rollback
      hotdash rules rollback 15
    """
    now = asyncio.run(_roll_back(version, published_by))
    if as_json:
        click.echo(json.dumps(_shown(now), ensure_ascii=False, indent=2))
    else:
        click.echo(f"Version {now.number} is in force, a copy of version {now.copy_of} ({now.version}).")


async def _publish(file: Path, message: str, published_by: str, accept: bool) -> tuple[Trial, int | None]:
    async with rule_desk() as desk:
        tests = next((file.parent / name for name in TEST_FILES if (file.parent / name).is_file()), None)
        trial = await desk.try_out(read_rules_text(file), name=str(file), tests=tests)
        if trial.objections and not accept:
            return trial, None
        return trial, await desk.publish(trial, message=message, published_by=published_by)


async def _history(limit: int) -> list[Publication]:
    async with rulebooks() as store:
        return await store.history(limit)


async def _roll_back(version: int | None, published_by: str) -> Publication:
    async with rule_desk() as desk:
        return await desk.roll_back(version, published_by=published_by)


def _shown(one: Publication) -> dict[str, Any]:
    """A publication for machines, without the whole file."""
    plain = asdict(one)
    del plain["content"]
    return {**plain, "published_at": one.published_at.isoformat()}
