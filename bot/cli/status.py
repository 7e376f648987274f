"""`hotdash status`: how the service stands, from the database that it works on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import click

from bot import logs
from bot import settings as environment
from bot.service_level.standing import Standing, standing
from bot.service_level.wording import lasting
from bot.store.database import Database, open_database


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    r"""Show which parts work, what waits, and which promises are due. Ends with 1 if something is wrong.

    \b
    Examples:
      hotdash status
      hotdash status --json | jq .faults
    """

    async def read() -> Standing:
        async with database_of_settings() as database:
            return await standing(database, datetime.now(UTC))

    stands = asyncio.run(read())
    if as_json:
        click.echo(json.dumps(stands.as_json(), indent=2))
    else:
        _print(stands)
    if stands.faults:
        raise SystemExit(1)


@asynccontextmanager
async def database_of_settings() -> AsyncIterator[Database]:
    """The service's database. Raises StoreUnavailable if there is none."""
    chosen = environment.load()
    logs.configure(chosen.log_format, "warning")
    url = chosen.database_url.get_secret_value() if chosen.database_url else None
    async with open_database(url, chosen.home) as database:
        yield database


def _print(stands: Standing) -> None:
    click.secho("All is well." if not stands.faults else "Not everything works:", bold=True)
    for fault in stands.faults:
        click.secho(f"  {fault}", fg="red")
    for one in stands.components:
        state = f"not for {lasting(stands.at - one.down_since)}" if one.down_since else "yes"
        click.echo(f"{one.name:<16} works: {state}, checked {lasting(stands.at - one.checked_at)} ago")
    backlog = stands.backlog
    click.echo(
        f"work             {backlog.waiting} waiting, {backlog.running} under way, "
        f"{backlog.delayed} for later, {backlog.dead} given up"
    )
    click.echo(
        f"promises         {stands.overdue} overdue, {stands.at_risk} at risk, {len(stands.waiting)} open"
    )
    for incident in stands.incidents:
        taken = f"; {incident.acknowledged_by} takes care of it" if incident.acknowledged_by else ""
        click.echo(f"incident         {incident.key}, for {lasting(stands.at - incident.opened_at)}{taken}")
