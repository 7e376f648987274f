"""Everything that can be said about a rules file before it goes live, in one report."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from plugins.model import Facts
from rules.atoms import Embed
from rules.book import RuleBook
from rules.facts import facts_in
from rules.findings import Finding, Report
from rules.language import Place
from rules.lint import lint
from rules.reader import read_rules
from rules.registry import FactRegistry
from rules.rehearsal import rehearse
from rules.truth import TRUE


def check(
    text: str,
    *,
    name: str,
    registry: FactRegistry,
    at: datetime,
    embed: Embed | None = None,
    tested: Collection[str] | None = None,
) -> Report:
    """Read, lint, try the rules' own examples, and rehearse the engine in a child process.

    Args:
        text: the rules file.
        name: what findings call it.
        registry: the facts that rules may ask about.
        at: the moment for dates (aware).
        embed: for `resembles`; without it such conditions are unknown.
        tested: ids of the rules that a test expects to match; None when there is no test file.
    """
    file, findings = read_rules(text, registry)
    if file is None:
        return Report.of(name, text, findings)
    findings += lint(file, at)
    book = RuleBook(file, registry=registry, version="", embed=embed)
    for rule in file.rules:
        for example in rule.examples:
            if book.truth(rule, Facts(facts_in(example))) != TRUE:
                said = f'{rule.id} does not match its example "{example}"'
                findings.append(_at_rule("R217", said, rule.place, rule.id))
        if tested is not None and rule.enabled and not rule.examples and rule.id not in tested:
            findings.append(_at_rule("R303", f"no test expects {rule.id} to match", rule.place, rule.id))
    book.close()
    problem = rehearse({rule.id: rule.when for rule in file.rules})
    if problem is not None:
        findings.append(Finding(code="R401", text=problem, place=Place(1, 1)))
    return Report.of(name, text, findings)


def _at_rule(code: str, text: str, place: Place, rule: str) -> Finding:
    return Finding(code=code, text=text, place=place, width=len(rule), rule=rule)
