"""`hotdash rules score`: how well rules.yaml triages messages whose right priority is known."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten

import click

from bot import settings as environment
from bot.extensions import fact_registry, load_plugins
from rules.book import RuleBook
from rules.score import Miss, Score, by_words_alone, read_examples
from rules.score import score as score_examples


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rules", "rules_file", type=click.Path(path_type=Path), help="[default: rules.yaml]")
@click.option("--misses", default=20, show_default=True, help="How many of the worst misses to show.")
@click.option("--soft", is_flag=True, help="Count debatable rows (certainty: soft) too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def score(file: Path, rules_file: Path | None, misses: int, soft: bool, as_json: bool) -> None:
    r"""Score the rules on FILE: JSON Lines with the fields text and priority (P0 to P3).

    Each text is triaged as if it had just come in, by its words alone: no order, no customer, no time.
    A row with `certainty: soft` does not count, unless told.

    \b
    Example:
      hotdash rules score last-month.jsonl --misses 5
      {"text": "My card was declined", "priority": "P0"}       <- such a line
    """
    settings = environment.load()
    registry = fact_registry(load_plugins(settings))
    book = RuleBook.load(rules_file or settings.rules, registry=registry)
    decide = by_words_alone(book, at=datetime.now(UTC))
    result = score_examples(read_examples(file), decide, with_soft=soft)
    if as_json:
        worst = [asdict(miss) for miss in result.misses[:misses]]
        shown = {"version": book.version, **asdict(result), "misses": worst}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        click.echo(report(result, misses=misses))


def report(result: Score, *, misses: int) -> str:
    """The figures and the worst misses, for people."""
    left_out = f", {result.left_out} debatable ones left out" if result.left_out else ""
    lines = [
        f"{result.rows} messages{left_out}",
        f"accuracy {result.accuracy:.3f}   macro-F1 {result.macro_f1:.3f}",
        "",
        "      messages  recall  false alarms     F1",
    ]
    lines += [
        f"  {one.priority}  {one.rows:8}  {one.recall:6.1%}  {one.false_alarms:12.2%}  {one.f1:5.3f}"
        for one in result.levels
    ]
    if result.misses and misses:
        lines += ["", f"worst of {len(result.misses)} misses:"]
        lines += [f"  {_told(miss)}" for miss in result.misses[:misses]]
    return "\n".join(lines)


def _told(miss: Miss) -> str:
    text = shorten(miss.text, width=100, placeholder="…")
    return f"{miss.wanted} called {miss.got} by {', '.join(miss.rules)}: {text}"
