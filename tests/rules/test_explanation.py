"""Traces in words."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from plugins.errors import BadRequest
from plugins.model import Facts, Money, Reason
from rules.book import RuleBook
from rules.explanation import explain, why
from rules.facts import standard_registry

AT = datetime(2026, 3, 2, tzinfo=UTC)


def _trace(book: RuleBook, **facts: Any) -> Any:
    return book.decide(Facts({name.replace("__", "."): value for name, value in facts.items()}), at=AT).trace


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{message.text: {has: fire}}", "message.text has fire (line 7): none of them"),
        (
            "{all: [{message.text: {has: hello}}, {message.channel: sms}]}",
            'message.channel is sms (line 7): "email"',
        ),
        (
            "{any: [{order.value: {above: 9 USD}}, {order.value: {above: 9 EUR}}]}",
            "order.value above 9 EUR (line 7): 5 EUR",
        ),
        (
            "{any: [{message.text: {has: a1}}, {message.text: {has: b1}}, {message.text: {has: c1}},"
            " {message.text: {has: d1}}]}",
            "none of 4 conditions holds (lines 7–7)",
        ),
        (
            "{all: [{message.text: {has: hello}}, {not: {message.channel: email}}]}",
            'not wanted: message.channel is email (line 7): "email"',
        ),
        ("{customer.last_grade: {below: 3}}", "customer.last_grade below 3 (line 7): not known"),
    ],
)
def test_the_condition_that_failed(when: str, said: str, make_book: Callable[[str], RuleBook]) -> None:
    """Of a rule that did not match, the condition that decided is named with its line and what it found."""
    book = make_book(f"triage:\n  - id: rule\n    when: {when}\n    then: {{priority: P0}}\n")
    facts = {"message__text": "hello", "message__channel": "email"}
    trace = _trace(book, **facts, order__value=Money(amount=Decimal(5), currency="EUR"))
    assert list(why(trace, "rule"))[-1] == f"It failed at: {said}"
    assert f"  {'rule':28} no    {said}" in list(explain(trace))


def test_every_kind_of_rule_has_a_line(make_book: Callable[[str], RuleBook]) -> None:
    """Matched, disabled and shadow rules are told apart, and the result closes the account."""
    book = make_book("""triage:
  - {id: hi, when: {message.text: {has: hello}}, then: {priority: P1, team: desk, labels: [a, b]}}
  - {id: "off", enabled: false, when: {message.text: {has: hello}}, then: {priority: P0}}
  - {id: quiet, shadow: true, when: {message.text: {has: hello}}, then: {priority: P0}}
draft:
  - {id: sure, when: {kb.confidence: {above: 0.7}}}
""")
    lines = list(explain(_trace(book, message__text="hello")))
    assert (
        f'  {"hi":28} YES   priority P1, team desk, labels a b ← message.text has hello (line 6): "hello"'
        in lines
    )
    assert f"  {'off':28} skip  disabled" in lines
    assert f"  {'quiet':28} skip  matched in shadow" in lines
    assert f"  {'sure':28} no    kb.confidence above 0.7 (line 10): not known" in lines
    assert "  not known: kb.confidence" in lines
    assert lines[-1] == "→ P1 · to a person · team desk · labels a, b"


def test_unknown_rule(make_book: Callable[[str], RuleBook]) -> None:
    """A rule that was not there is an error with the nearest name."""
    book = make_book("triage:\n  - {id: fire, when: {message.text: {has: fire}}, then: {priority: P0}}")
    with pytest.raises(BadRequest, match='did you mean "fire"'):
        list(why(_trace(book), "fier"))


def test_reasons_are_written_when_they_are_read(make_book: Callable[[str], RuleBook]) -> None:
    """A reason that was not read yet equals, copies and serialises like a plain one with the same text."""
    book = make_book("triage:\n  - {id: hi, when: {message.text: {has: hello}}, then: {priority: P1}}\n")
    facts = Facts({"message.text": "hello"})
    plain = Reason(rule="hi", text='"hello"', line=6)

    def unread() -> Reason:
        return book.decide(facts, at=AT).reasons[0]

    assert asdict(unread()) == asdict(plain)
    assert unread() == plain
    assert plain == unread()
    assert hash(unread()) == hash(plain)
    assert repr(pickle.loads(pickle.dumps(unread()))) == repr(copy.deepcopy(unread())) == repr(plain)
    assert unread() != Reason(rule="hi", text="other", line=6)


def test_an_expression_is_shown_as_it_was_written(rules_text: Callable[[str], str]) -> None:
    """Traces and reasons name a `matches` by the author's own words, shortened, never by what it becomes."""
    many = ", ".join(f"phrase{n}" for n in range(60))
    sections = (
        f"words: {{many: [{many}]}}\n"
        "triage:\n  - id: calm\n    when: {not: {message.text: {matches: '{many} … {now|today}'}}}\n"
        "    then: {priority: P1}\n"
    )
    book = RuleBook.parse(rules_text(sections), registry=standard_registry())
    decision = book.decide(Facts({"message.text": "hello"}), at=AT)
    book.close()
    assert decision.reasons[0].text == "message.text matches {many} … {now|today}: no match"
    assert "(?:" not in "\n".join([*explain(decision.trace), *why(decision.trace, "calm")])
