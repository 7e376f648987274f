"""`hotdash rules backtest | diff`: what another version of the rules would have decided."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from bot.cli.rules_desk import Duration, as_json, named, rule_desk, rules_file
from bot.rule_desk import MOST_MESSAGES
from plugins.model import Priority
from rules.backtest import Case, Impact, broken_guards
from rules.book import read_rules_text
from rules.difference import Difference, differences

_since = click.option("--since", type=Duration(), default="30d", show_default=True, help="How far back.")
_limit = click.option("--limit", default=MOST_MESSAGES, show_default=True, help="At most so many messages.")
_show = click.option("--show", default=5, show_default=True, help="How many changed messages to show.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@_since
@_limit
@click.option("--against", help='A version, "live" or a file to compare with. [default: what was decided]')
@_show
@as_json
def backtest(
    file: Path | None, since: timedelta, limit: int, against: str | None, show: int, as_json: bool
) -> None:
    r"""Decide past messages again with FILE, on the facts as they were, and say what would change.

    Exit code 1 when a guard of the file is broken.

    \b
    Examples:
      hotdash rules backtest
      hotdash rules backtest new-rules.yaml --since 7d --against live
    """
    impact, broken = asyncio.run(_backtest(rules_file(file), since, limit, against))
    if as_json:
        click.echo(json.dumps({**impact_json(impact, show), "broken": broken}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(impact_lines(impact, show)))
        for sentence in broken:
            click.echo(f"guard broken: {sentence}")
    sys.exit(1 if broken else 0)


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--impact", "with_impact", is_flag=True, help="Also say what changes about past messages.")
@_since
@_limit
@_show
@as_json
def diff(
    old: str, new: str, with_impact: bool, since: timedelta, limit: int, show: int, as_json: bool
) -> None:
    r"""Say what NEW means differently than OLD; each is a file, a version's number, or "live".

    Exit code 1 when they differ.

    \b
    Examples:
      hotdash rules diff live rules.yaml --impact
      hotdash rules diff 16 17
    """
    found, impact = asyncio.run(_diff(old, new, since if with_impact else None, limit))
    if as_json:
        shown: dict[str, Any] = {"differences": [asdict(one) for one in found]}
        if impact:
            shown["impact"] = impact_json(impact, show)
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_difference_lines(found)))
        if impact:
            click.echo("\n".join(impact_lines(impact, show)))
    sys.exit(1 if found else 0)


async def _backtest(
    file: Path, since: timedelta, limit: int, against: str | None
) -> tuple[Impact, list[str]]:
    async with rule_desk() as desk:
        book = await desk.read(read_rules_text(file), name=str(file))
        before = await named(desk, against) if against else None
        impact = await desk.impact(book, before=before, look_back=since, most=limit)
        return impact, broken_guards(impact, book.file.guards)


async def _diff(
    old: str, new: str, since: timedelta | None, limit: int
) -> tuple[list[Difference], Impact | None]:
    async with rule_desk() as desk:
        before, after = await named(desk, old), await named(desk, new)
        impact = None
        if since is not None:
            impact = await desk.impact(after, before=before, look_back=since, most=limit)
        return differences(before.file, after.file), impact


def _difference_lines(found: list[Difference]) -> Iterator[str]:
    if not found:
        yield "Both mean the same."
    for one in found:
        yield f" {one.sign} {one.what}"
        yield from (f"     {detail}" for detail in one.details)


def impact_lines(impact: Impact, show: int) -> Iterator[str]:
    """What changes, for people; `show` changed messages at most."""
    if not impact.messages:
        yield "No messages were decided in that time."
        return
    days = "1 day" if impact.days < 1.5 else f"{impact.days:.0f} days"
    yield f"{impact.messages} messages over {days}, on the facts as they were"
    yield "          before   after"
    for priority in Priority:
        before, after = impact.before[priority], impact.after[priority]
        yield f"  {priority}   {before:9}{after:8}{_step(after - before)}"
    yield (
        f"changed {len(impact.cases)} ({impact.changed_percent:.1f} %)   newly to a person "
        f"{impact.newly_to_person}   no longer to a person {impact.no_longer_to_person}"
    )
    for rule in sorted({*impact.fired_before, *impact.fired_after}):
        step = impact.fired_after.get(rule, 0) - impact.fired_before.get(rule, 0)
        if step:
            yield f"  {rule:28} {impact.fired_after.get(rule, 0):6}{_step(step)}"
    yield from (_case_line(case) for case in impact.cases[:show])
    if len(impact.cases) > show:
        yield f"  … and {len(impact.cases) - show} more; --show {len(impact.cases)} lists them"


def _step(step: int) -> str:
    return f"  {step:+}" if step else ""


def _case_line(case: Case) -> str:
    before, after = case.before, case.after
    words = " ".join(case.past.text.split())[:70]
    what = f"{before.priority} {before.route} → {after.priority} {after.route}"
    return f"  conversation {case.past.conversation}: {what}: {words}"


def impact_json(impact: Impact, show: int) -> dict[str, Any]:
    """What changes, for machines; `show` changed messages at most."""
    return {
        "messages": impact.messages,
        "days": impact.days,
        "before": dict(impact.before),
        "after": dict(impact.after),
        "fired_before": dict(impact.fired_before),
        "fired_after": dict(impact.fired_after),
        "changed": len(impact.cases),
        "changed_percent": impact.changed_percent,
        "new_p0_per_day": impact.new_p0_per_day,
        "newly_to_person": impact.newly_to_person,
        "no_longer_to_person": impact.no_longer_to_person,
        "cases": [
            {
                "conversation": case.past.conversation,
                "message": case.past.message,
                "text": case.past.text,
                "before": asdict(case.before),
                "after": asdict(case.after),
            }
            for case in impact.cases[:show]
        ],
    }
