"""The rules.yaml that comes with the product, and the messages that show what it does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rules.book import RuleBook, read_rules_text
from rules.cases import Case, read_suite, run
from rules.check import check
from rules.facts import standard_registry
from rules.language import Section

REPOSITORY = Path(__file__).parents[2]
RULES = REPOSITORY / "rules.yaml"
SUITE = read_suite(REPOSITORY / "tests" / "rules_test.yaml", standard_registry())


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The shipped rules."""
    return RuleBook.load(RULES, registry=standard_registry())


@pytest.mark.parametrize("case", SUITE.cases, ids=lambda case: case.name)
def test_case(case: Case, book: RuleBook) -> None:
    """Every message of tests/rules_test.yaml gets what it should."""
    (outcome,) = run(book, [case], standard_registry())
    assert outcome.problems == ()


def test_every_rule_has_a_case(book: RuleBook) -> None:
    """Each rule is expected to match, or to keep a draft back, by some message."""
    assert {rule.id for rule in book.file.rules} <= SUITE.expected_rules


def test_nothing_is_found_wrong() -> None:
    """`rules check` finds nothing in the shipped file, not even a warning."""
    report = check(
        read_rules_text(RULES),
        name="rules.yaml",
        registry=standard_registry(),
        at=datetime(2026, 3, 2, tzinfo=UTC),
        tested=SUITE.expected_rules,
    )
    assert [(finding.code, finding.place.line) for finding in report.findings] == []


def test_every_rule_says_why(book: RuleBook) -> None:
    """Each rule carries the sentence that people read in the note."""
    assert [rule.id for rule in book.file.rules if not rule.why.endswith((".", "!"))] == []


def test_all_of_the_table_is_there(book: RuleBook) -> None:
    """There are rules for P0, P1 and P3, the default is P2, and the three sections are in use."""
    assert {str(rule.priority) for rule in book.file.rules if rule.priority} == {"P0", "P1", "P3"}
    assert book.file.default == "P2"
    assert {rule.section for rule in book.file.rules} == set(Section)
