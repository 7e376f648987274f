"""`hotdash rules check` and `hotdash rules help`: what is wrong with rules.yaml, and what a finding means."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import settings as environment
from bot.cli.rules_desk import as_json
from bot.extensions import fact_registry, load_plugins
from kb_index.embedding import load_embedder
from plugins.errors import BadRequest
from rules.book import read_rules_text
from rules.cases import read_suite
from rules.check import check as check_rules
from rules.codes import CODES, Level
from rules.report_formats import FORMATS
from rules.suggestion import nearest

#: Where the examples for a rules file are looked for, beside it.
TEST_FILES = ("rules_test.yaml", "tests/rules_test.yaml")


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--format", "form", type=click.Choice([*FORMATS]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
def check(file: Path | None, form: str, as_json: bool, strict: bool) -> None:
    r"""Find everything that is wrong with FILE, or that it probably does not mean.

    Nothing that runs is changed. Exit code 1 when there are errors.

    \b
    Examples:
      hotdash rules check
      hotdash rules check rules.yaml --format github --strict
    """
    settings = environment.load()
    path = file or settings.rules
    registry = fact_registry(load_plugins(settings))
    tests = next((path.parent / name for name in TEST_FILES if (path.parent / name).is_file()), None)
    report = check_rules(
        read_rules_text(path),
        name=str(path),
        registry=registry,
        at=datetime.now(UTC),
        embed=load_embedder(),
        tested=read_suite(tests, registry).expected_rules if tests else None,
    )
    click.echo(FORMATS["json" if as_json else form](report))
    if report.errors or (strict and report.count(Level.WARNING)):
        sys.exit(1)


@click.command("help")
@click.argument("code")
@as_json
def help_(code: str, as_json: bool) -> None:
    r"""Say what a finding of `rules check` means, with a bad and a good example.

    \b
    Example:
      hotdash rules help R102
    """
    known = CODES.get(code.upper())
    if known is None:
        near = nearest(code.upper(), CODES)
        raise BadRequest(f'there is no finding "{code}"' + (f'; did you mean "{near}"?' if near else ""))
    if as_json:
        click.echo(json.dumps({"code": code.upper(), **asdict(known)}, ensure_ascii=False, indent=2))
        return
    click.echo(f"{code.upper()} {known.slug} ({known.level})\n\n{known.why}\n")
    click.echo(f"bad:   {known.bad}\ngood:  {known.good}")


@click.command("lint-codes")
@as_json
def lint_codes(as_json: bool) -> None:
    """List every finding that `rules check` can report."""
    if as_json:
        listed = [{"code": code, **asdict(known)} for code, known in CODES.items()]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for code, known in CODES.items():
        click.echo(f"{code}  {known.level.value:8} {known.slug}")
