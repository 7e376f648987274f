"""`hotdash plugins`: list, examine, make and test plugins."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.util
import json
from pathlib import Path

import click

from bot import logs
from bot import settings as environment
from bot.extensions import load_plugins
from plugins import scaffold
from plugins.errors import PluginError
from plugins.manager import Plugins
from plugins.registry import PluginStatus

_COLOURS = {"active": "green", "failed": "red", "quarantined": "red", "disabled": "yellow"}
_COLUMNS = ("name", "version", "kind", "status")


@click.group()
@click.option("--no-plugins", is_flag=True, help="Leave out all that does not come with the service.")
@click.pass_context
def plugins(context: click.Context, no_plugins: bool) -> None:
    """List, examine, make and test plugins."""
    logs.configure("text", "critical")  # What fails is part of the output.
    context.obj = not no_plugins


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_(enabled: bool, as_json: bool) -> None:
    r"""List every plugin that was found, and why one is not active.

    \b
    Examples:
      hotdash plugins list
      hotdash plugins --no-plugins list --json
    """
    report = load_plugins(environment.load(), enabled=enabled).report()
    if as_json:
        click.echo(
            json.dumps([dataclasses.asdict(status) for status in report], ensure_ascii=False, indent=2)
        )
        return
    rows = [_row(status) for status in report]
    widths = [max(len(row[column]) for row in [_COLUMNS, *rows]) for column in range(len(_COLUMNS))]
    titles = (name.upper().ljust(width) for name, width in zip(_COLUMNS, widths, strict=True))
    click.secho("  ".join(titles).rstrip(), dim=True)
    for status, row in zip(report, rows, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[-1] = click.style(cells[-1], fg=_COLOURS[status.status])
        click.echo("  ".join([*cells, status.reason or ""]).rstrip())


def _row(status: PluginStatus) -> tuple[str, ...]:
    return (status.name, status.version, status.kind, status.status)


@plugins.command()
@click.argument("name")
@click.pass_obj
def info(enabled: bool, name: str) -> None:
    r"""Show everything about one plugin: where it is, its hooks, what it adds.

    \b
    Example:
      hotdash plugins info sms
    """
    loaded = load_plugins(environment.load(), enabled=enabled)
    status = next((status for status in loaded.report() if status.name == name), None)
    if status is None:
        raise PluginError(f'there is no plugin "{name}"; `hotdash plugins list` shows all')
    for field, value in dataclasses.asdict(status).items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        if shown not in (None, ""):
            click.echo(f"{field:<9} {shown}")
    for channel in loaded.channels.all(name):
        able = channel.capabilities
        click.echo(f"channel   {channel.name}: serves {', '.join(channel.serves)}")
        click.echo(
            f"          {able.max_characters:,} characters a part, {able.max_parts} parts, {able.markup}"
        )
    for fact in loaded.fact_specs(name):
        click.echo(f"fact      {fact.name} ({fact.type}): {fact.description}")


@plugins.command()
@click.pass_obj
def doctor(enabled: bool) -> None:
    r"""Look for what is wrong with plugins and with the shops they ask. Exit code 1 if anything is.

    \b
    Example:
      hotdash plugins doctor
    """
    loaded = load_plugins(environment.load(), enabled=enabled)
    found = [f"{status.name}: {status.reason}" for status in loaded.report() if status.status == "failed"]
    found += asyncio.run(_diagnose(loaded))
    for line in found:
        click.secho(line, fg="red")
    if found:
        raise SystemExit(1)
    click.echo(f"{len(loaded.report())} plugins, nothing wrong")


async def _diagnose(loaded: Plugins) -> list[str]:
    try:
        return [f"{name}: {line}" for name, lines in (await loaded.diagnose()).items() for line in lines]
    finally:
        await loaded.close()


@plugins.command()
@click.option("--kind", type=click.Choice(scaffold.KINDS), default="channel", show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="[default: HOTDASH_PLUGINS_FOLDER or .]")
@click.argument("name")
def new(kind: str, folder: Path | None, name: str) -> None:
    r"""Write the file of a new plugin, which works and passes its tests.

    \b
    Example:
      hotdash plugins new --kind channel whatsapp
    """
    folder = folder or environment.load().plugins_folder or Path()
    path = scaffold.write(kind, name, folder)
    click.echo(f"{path}\nTest it: hotdash plugins test {path}")


@plugins.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def test(path: Path) -> None:
    r"""Test one plugin's file: it loads, and its channels pass the kit. Exit code 1 if not.

    \b
    Example:
      hotdash plugins test plugins.d/whatsapp.py
    """
    if importlib.util.find_spec("pytest") is None:
        raise PluginError("the kit needs pytest; install it beside hotdash: pip install pytest")
    # Imported here: the service runs without pytest.
    from plugins.testing import check

    raise SystemExit(check(path))
