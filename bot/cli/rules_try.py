"""`hotdash rules try` and `rules test`: what the rules do with a message, and whether that is right."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import settings as environment
from bot.cli.rules_check import TEST_FILES
from bot.extensions import fact_registry, load_plugins
from kb_index.embedding import load_embedder
from plugins.errors import RulesError
from rules.book import RuleBook
from rules.cases import Outcome, read_suite, run
from rules.explanation import explain
from rules.judgement import ORDER
from rules.quantities import read_day
from rules.specimen import specimen

_rules_file = click.option(
    "--rules", "rules_file", type=click.Path(path_type=Path), help="[default: rules.yaml]"
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command("try")
@click.option("--text", required=True, help="What the customer writes.")
@click.option("--subject", help="Subject of an email.")
@click.option("--channel", default="email", show_default=True)
@click.option(
    "--set", "known", multiple=True, metavar="FACT=VALUE", help="What else is known; may be repeated."
)
@click.option("--at", "moment", help="When it comes in: 2026-01-02T03:04. [default: now]")
@click.option("--order", is_flag=True, help="Print the order of evaluation too.")
@_rules_file
@_as_json
def try_(
    text: str,
    subject: str | None,
    channel: str,
    known: tuple[str, ...],
    moment: str | None,
    order: bool,
    rules_file: Path | None,
    as_json: bool,
) -> None:
    r"""Decide one made-up message and say why. Nothing is stored or sent.

    \b
    Examples:
      hotdash rules try --text "My card was declined"
      hotdash rules try --text "Where is it?" --channel sms --set order.value=600 --at 2026-01-02T03:04
    """
    settings = environment.load()
    registry = fact_registry(load_plugins(settings))
    book = RuleBook.load(rules_file or settings.rules, registry=registry, embed=load_embedder())
    pairs = dict(_pair(written) for written in known)
    facts = specimen(text, registry, channel=channel, subject=subject, known=pairs)
    decision = book.decide(facts, at=_moment(moment, book))
    book.close()
    if as_json:
        click.echo(json.dumps(dict(decision.trace), ensure_ascii=False, indent=2))
        return
    click.echo("\n".join(explain(decision.trace)))
    if order:
        click.echo("\n".join(["", *(f"{n}. {rule}" for n, rule in enumerate(ORDER, start=1))]))


def _pair(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not equals:
        raise click.BadParameter(f'"{written}" is not FACT=VALUE', param_hint="--set")
    return name, value


def _moment(written: str | None, book: RuleBook) -> datetime:
    if written is None:
        return datetime.now(UTC)
    read = read_day(written)
    if read is None:
        raise click.BadParameter(f'"{written}" is no moment; write 2026-01-02T03:04', param_hint="--at")
    moment = read if isinstance(read, datetime) else datetime(read.year, read.month, read.day)
    return moment if moment.tzinfo else moment.replace(tzinfo=book.file.time_zone)


@click.command("test")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--coverage", is_flag=True, help="Say how many rules some test made match.")
@click.option("--fail-under", type=float, help="Fail when fewer percent of the rules are covered.")
@click.option("-k", "containing", default="", help="Only tests whose name contains this.")
@_rules_file
@_as_json
def test(
    path: Path | None,
    coverage: bool,
    fail_under: float | None,
    containing: str,
    rules_file: Path | None,
    as_json: bool,
) -> None:
    r"""Run the examples in PATH, a YAML file of messages and what must come out.

    Looks for rules_test.yaml beside the rules file or in its folder tests. Exit code 1 when one fails.

    \b
    Examples:
      hotdash rules test
      hotdash rules test tests/rules_test.yaml --coverage --fail-under 90
    """
    settings = environment.load()
    registry = fact_registry(load_plugins(settings))
    beside = (rules_file or settings.rules).parent
    path = path or next((beside / name for name in TEST_FILES if (beside / name).is_file()), None)
    if path is None:
        raise RulesError(f"no tests: neither {' nor '.join(TEST_FILES)} in {beside.absolute()}")
    suite = read_suite(path, registry)
    rules = rules_file or suite.rules or settings.rules
    book = RuleBook.load(rules, registry=registry, embed=load_embedder())
    outcomes = run(book, [case for case in suite.cases if containing in case.name], registry)
    book.close()
    live = [rule.id for rule in book.file.rules if rule.enabled]
    seen = {rule for outcome in outcomes for rule in outcome.matched}
    covered = 100 * sum(rule in seen for rule in live) / max(1, len(live))
    failed = [outcome for outcome in outcomes if not outcome.passed and not outcome.case.todo]
    if as_json:
        click.echo(json.dumps(_as_dict(outcomes, covered), ensure_ascii=False, indent=2))
    else:
        _print(path, outcomes)
        if coverage or fail_under is not None:
            never = ", ".join(rule for rule in live if rule not in seen)
            click.echo(
                f"coverage {covered:.0f} % of {len(live)} rules"
                + (f"; never matched: {never}" if never else "")
            )
    if failed or (fail_under is not None and covered < fail_under):
        sys.exit(1)


def _print(path: Path, outcomes: list[Outcome]) -> None:
    counts = {"passed": 0, "failed": 0, "todo": 0}
    for outcome in outcomes:
        case = outcome.case
        counts["todo" if case.todo else "passed" if outcome.passed else "failed"] += 1
        if outcome.passed:
            if case.todo:
                click.echo(f"DONE  {case.name}: passes now; delete its todo ({path}:{case.line})")
            continue
        click.echo(f"{'TODO' if case.todo else 'FAIL'}  {case.name} ({path}:{case.line})")
        for problem in outcome.problems:
            click.echo(f"      {problem}")
        for reason in outcome.decision.reasons:
            click.echo(f"      because {reason.rule}: {reason.text}")
    click.echo(f"{counts['passed']} passed, {counts['failed']} failed, {counts['todo']} todo")


def _as_dict(outcomes: list[Outcome], covered: float) -> dict[str, object]:
    return {
        "coverage": round(covered, 1),
        "tests": [
            {
                "name": outcome.case.name,
                "line": outcome.case.line,
                "passed": outcome.passed,
                "todo": outcome.case.todo,
                "problems": list(outcome.problems),
                "matched": list(outcome.matched),
            }
            for outcome in outcomes
        ],
    }
