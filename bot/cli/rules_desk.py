"""What the commands on stored decisions and published rules share: the desk, versions by name, options."""

from __future__ import annotations

import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from bot import settings as environment
from bot.extensions import fact_registry, load_plugins
from bot.rule_desk import RuleDesk
from bot.store.database import open_database
from bot.store.migrations import migrate
from bot.store.rulebooks import Rulebooks
from rules.book import RuleBook, read_rules_text
from rules.quantities import read_duration

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
published_by = click.option(
    "--by", "published_by", default=getpass.getuser, help="Who does it. [default: you]"
)


class Duration(click.ParamType[timedelta]):
    """A duration as in rules.yaml: 12h, 30d."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The duration, or a usage error."""
        if isinstance(value, timedelta):
            return value
        duration = read_duration(str(value))
        if duration is None:
            self.fail(f'"{value}" is no duration; write 12h or 30d', param, ctx)
        return duration


@asynccontextmanager
async def rulebooks() -> AsyncIterator[Rulebooks]:
    """The store of the database that the settings name."""
    settings = environment.load()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(url, settings.home) as database:
        await migrate(database)
        yield Rulebooks(database)


@asynccontextmanager
async def rule_desk() -> AsyncIterator[RuleDesk]:
    """The desk on that store, with the facts of the installed plugins."""
    plugins = load_plugins(environment.load())
    try:
        async with rulebooks() as store:
            yield RuleDesk(store, fact_registry(plugins))
    finally:
        await plugins.close()


def rules_file(given: Path | None) -> Path:
    """The rules file that a command means: the one given, else that of the settings."""
    return given or environment.load().rules


async def named(desk: RuleDesk, name: str) -> RuleBook:
    """A rule book by what people call it: a version's number, "live" for the one in force, or a file.

    Raises:
        RulesError, StoreError: as reading it does.
    """
    if name == "live" or name.isdecimal():
        _, book = await desk.version(None if name == "live" else int(name))
        return book
    return await desk.read(read_rules_text(Path(name)), name=name)
