"""`hotdash sla`: until when an answer is promised, and which conversations wait."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bot import settings as environment
from bot.cli.status import database_of_settings
from bot.extensions import fact_registry, load_plugins
from bot.service_level.calendar import ALWAYS
from bot.service_level.clocks import Clock
from bot.service_level.promises import Promises
from bot.service_level.standing import clock_as_json, state_of
from bot.service_level.wording import lasting
from bot.store.clocks import Clocks, Waiting
from plugins.errors import BadRequest, SettingsError
from plugins.model import Priority
from rules.book import RuleBook


@click.group()
def sla() -> None:
    """See until when an answer is promised, and which conversations wait."""


@sla.command()
@click.option(
    "--priority", required=True, type=click.Choice([p.value for p in Priority], case_sensitive=False)
)
@click.option(
    "--from", "start", help="When the customer wrote, such as 2026-03-06T16:30-05:00. [default: now]"
)
@click.option("--channel", help="How they wrote: an SMS is answered within 15 minutes at any priority.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def due(priority: str, start: str | None, channel: str | None, as_json: bool) -> None:
    r"""Say until when a message must be answered and resolved.

    A time without an offset is one of the time zone in rules.yaml.

    \b
    Examples:
      hotdash sla due --priority P1 --from 2026-03-06T16:30-05:00
      hotdash sla due --priority P2 --channel sms --json
    """
    settings = environment.load()
    plugins = load_plugins(settings)
    book = RuleBook.load(settings.rules, registry=fact_registry(plugins))
    promises = Promises.read(book.file)
    if channel is not None:
        if channel not in plugins.channels.names():
            raise SettingsError(f'no channel "{channel}"; there are {", ".join(plugins.channels.names())}')
        promises = promises.within(plugins.channels.capabilities(channel).answer_within)
    level = Priority(priority.upper())
    started = _moment(start, promises)
    promise = promises.of(level)
    clocks = [
        Clock(metric=metric, number=1, started_at=started, promise=promise) for metric in promise.targets
    ]
    name, clock = book.file.levels[level].name, "always" if promise.calendar is ALWAYS else "business_hours"
    if as_json:
        shown: dict[str, Any] = {
            "priority": level.value,
            "name": name,
            "clock": clock,
            "time_zone": promises.time_zone.key,
            "from": started.isoformat(),
            "in_business_hours": promises.calendar.is_open(started),
        }
        shown |= {one.metric.value: _as_json(one, promises) for one in clocks}
        click.echo(json.dumps(shown, indent=2))
        return
    counted = "round the clock" if clock == "always" else "in business hours"
    click.echo(f"{level} {name}, counted {counted}, from {_local(started, promises)}")
    for one in clocks:
        assert one.target is not None, "clocks are made of targets"
        name, target = one.metric.value.replace("_", " "), f"{one.target.total_seconds() / 3600:g} h"
        ends = _local(one.due_at, promises) if one.due_at else "never: the calendar has no open day left"
        click.echo(f"{name:<16} {target:>7}   due {ends}")


@sla.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    r"""List the conversations with an open promise, the next due first. Ends with 1 if one is overdue.

    \b
    Examples:
      hotdash sla status
      hotdash sla status --json
    """

    async def read() -> list[Waiting]:
        async with database_of_settings() as database:
            return await Clocks(database).waiting()

    waiting, now = asyncio.run(read()), datetime.now(UTC)
    states = [state_of(one, now) for one in waiting]
    if as_json:
        click.echo(json.dumps([clock_as_json(one, now) for one in waiting], indent=2))
    else:
        for one, state in zip(waiting, states, strict=True):
            left = "" if one.due_at is None else _left(one.due_at - now)
            name = one.metric.replace("_", " ")
            click.echo(f"#{one.conversation:<8} {one.priority} {name:<15} {state:<9} {left}")
        if not waiting:
            click.echo("nobody waits")
    if "breached" in states:
        raise SystemExit(1)


def _left(time: timedelta) -> str:
    return f"in {lasting(time)}" if time > timedelta(0) else f"{lasting(-time)} ago"


def _moment(text: str | None, promises: Promises) -> datetime:
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f'--from: "{text}" is not a time such as 2026-03-06T16:30-05:00') from None
    return at if at.tzinfo else at.replace(tzinfo=promises.time_zone)


def _as_json(clock: Clock, promises: Promises) -> dict[str, Any]:
    assert clock.target is not None, "clocks are made of targets"
    due, risky = clock.due_at, clock.at_risk_at
    return {
        "target_minutes": clock.target.total_seconds() / 60,
        "due": due and due.astimezone(promises.time_zone).isoformat(),
        "due_utc": due and due.isoformat().replace("+00:00", "Z"),
        "at_risk": risky and risky.astimezone(promises.time_zone).isoformat(),
    }


def _local(at: datetime, promises: Promises) -> str:
    return f"{at.astimezone(promises.time_zone):%a %d %b %Y %H:%M:%S %Z}"
