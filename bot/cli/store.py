"""The verbs of the record: bring its schema forward, look at the queue, give dead work another chance."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import click

from bot import logs, settings
from bot.store.database import Database, open_database
from bot.store.events import KIND, Events, StoredEvent
from bot.store.jobs import JobRecord, Jobs, State
from bot.store.migrations import migrate as bring_forward
from plugins.errors import StoreError

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@as_json_option
def migrate(as_json: bool) -> None:
    r"""Bring the database to the newest schema.

    The service does so itself when it starts; any number of processes may try at once.

    \b
    Examples:
      hotdash migrate
      HOTDASH_DATABASE_URL=postgresql://me@db/hotdash hotdash migrate --json
    """

    async def run() -> list[str]:
        async with _database() as database:
            return [step.name for step in await bring_forward(database)]

    applied = asyncio.run(run())
    if as_json:
        click.echo(json.dumps({"applied": applied}))
    else:
        click.echo(
            "\n".join(f"applied {name}" for name in applied) or "nothing to do: the schema is the newest"
        )


@click.group()
def events() -> None:
    r"""Look at the work that events made, and queue again what was given up.

    \b
    Examples:
      hotdash events list
      hotdash events show 41
      hotdash events retry 41 42
      hotdash events retry --all-dead
    """


@events.command("list")
@click.option(
    "--state", type=click.Choice([state.value for state in State]), default="dead", show_default=True
)
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@as_json_option
def list_(state: str, limit: int, as_json: bool) -> None:
    """List the newest work in a state, dead if nothing else is said."""

    async def run() -> list[JobRecord]:
        async with _queue() as (_, jobs):
            return await jobs.listing(State(state), limit=limit)

    found = asyncio.run(run())
    if as_json:
        click.echo(json.dumps([_job(job) for job in found], indent=2))
        return
    for job in found:
        click.echo(_line(job))
    if not found:
        click.echo(f"nothing is {state}")


@events.command()
@click.argument("id", type=int)
@as_json_option
def show(id: int, as_json: bool) -> None:  # noqa: A002 - click passes the argument by the name in the help
    """Show one piece of work, and the event that made it, word for word."""

    async def run() -> tuple[JobRecord | None, StoredEvent | None]:
        async with _queue() as (events, jobs):
            job = await jobs.job(id)
            event = await events.event(job.payload["event"]) if job and job.kind == KIND else None
            return job, event

    job, event = asyncio.run(run())
    if job is None:
        raise StoreError(f"no work has the number {id}; `hotdash events list` shows the numbers")
    if as_json:
        click.echo(json.dumps(_job(job) | {"webhook": _event(event) if event else None}, indent=2))
        return
    shown = _job(job) | (_event(event) if event else {})
    for name, value in shown.items():
        click.echo(f"{name + ':':<17}{value}")


@events.command()
@click.argument("ids", type=int, nargs=-1)
@click.option("--all-dead", is_flag=True, help="Everything that was given up.")
def retry(ids: tuple[int, ...], all_dead: bool) -> None:
    """Queue dead work again; it starts with all its attempts, in its old place."""
    if bool(ids) == all_dead:
        raise click.UsageError("name the work by its numbers, or say --all-dead")

    async def run() -> list[int]:
        async with _queue() as (_, jobs):
            return await jobs.requeue(None if all_dead else ids)

    queued = asyncio.run(run())
    click.echo(f"queued again: {', '.join(map(str, queued)) or 'nothing'}")
    not_dead = sorted(set(ids) - set(queued))
    if not_dead:
        raise StoreError(f"not dead, so left alone: {', '.join(map(str, not_dead))}")


@asynccontextmanager
async def _database() -> AsyncIterator[Database]:
    chosen = settings.load()
    logs.configure(chosen.log_format, chosen.log_level)
    url = chosen.database_url.get_secret_value() if chosen.database_url else None
    async with open_database(url, chosen.home, size=2) as database:
        yield database


@asynccontextmanager
async def _queue() -> AsyncIterator[tuple[Events, Jobs]]:
    async with _database() as database:
        await bring_forward(database)
        jobs = Jobs(database)
        yield Events(database, jobs), jobs
        await jobs.bell.close()


def _line(job: JobRecord) -> str:
    cause = f"event {job.payload['event']}" if job.kind == KIND else job.kind
    counts = f"{job.attempts} attempts, {job.failures} failures"
    return (
        f"{job.id:>8}  {job.state:<8} {cause:<16} {job.key or '-':<24} {counts}  {job.error or ''}".rstrip()
    )


def _job(job: JobRecord) -> dict[str, Any]:
    """The job, ready for JSON."""
    return asdict(job) | {"run_at": job.run_at.isoformat(), "created_at": job.created_at.isoformat()}


def _event(event: StoredEvent) -> dict[str, Any]:
    """The event, ready for JSON; bytes that are no UTF-8 are shown escaped."""
    return {
        "event_id": event.id,
        "event": event.event,
        "source": event.source,
        "delivery_id": event.delivery_id,
        "dedup_key": event.dedup_key,
        "received_at": event.received_at.isoformat(),
        "body": event.body.decode(errors="backslashreplace"),
    }
