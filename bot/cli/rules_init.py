"""`hotdash rules init` and `hotdash rules schema`: a rules file to start from, and its schema for editors."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import click

from bot import settings as environment
from bot.extensions import fact_registry, load_plugins
from plugins.errors import BadRequest
from rules.schema import MODELINE
from rules.schema import schema as schema_of

SCHEMA_FILE = "rules.schema.json"
TEST_FILE = "tests/rules_test.yaml"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--json", "as_json", is_flag=True, help="Print the written files as JSON.")
def init(folder: Path, as_json: bool) -> None:
    r"""Write a commented rules.yaml, tests for it and the schema for editors into FOLDER.

    Nothing that is there is overwritten.

    \b
    Example:
      hotdash rules init my-shop
    """
    templates = files("rules") / "templates"
    content = {
        "rules.yaml": MODELINE.format(f"./{SCHEMA_FILE}") + (templates / "rules.yaml").read_text("utf-8"),
        TEST_FILE: (templates / "rules_test.yaml").read_text("utf-8"),
        SCHEMA_FILE: _schema(),
    }
    there = [name for name in content if (folder / name).exists()]
    if there:
        raise BadRequest(f"{folder / there[0]} is there already; choose another folder or move it away")
    for name, text in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    written = [str(folder / name) for name in content]
    click.echo(json.dumps(written) if as_json else "\n".join(f"wrote {name}" for name in written))


@click.command()
@click.option("-o", "output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--json", "as_json", is_flag=True, help="The schema is JSON in any case.")
def schema(output: Path | None, as_json: bool) -> None:
    r"""Print the JSON Schema (draft-07) of rules.yaml, with the facts of the installed plugins.

    \b
    Example:
      hotdash rules schema -o rules.schema.json
    """
    if output is None:
        click.echo(_schema())
    else:
        output.write_text(_schema(), encoding="utf-8")
        click.echo(f"wrote {output}")


def _schema() -> str:
    registry = fact_registry(load_plugins(environment.load()))
    return json.dumps(schema_of(registry), ensure_ascii=False, indent=2) + "\n"
