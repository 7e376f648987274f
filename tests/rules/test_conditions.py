"""What each operator asks, and that the unknown never makes a rule match."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from plugins.model import Facts, Money, Priority, Route
from rules.book import RuleBook
from rules.facts import standard_registry
from rules.folding import fold

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def usd(amount: str) -> Money:
    """Dollars."""
    return Money(amount=Decimal(amount), currency="USD")


@pytest.mark.parametrize(
    ("condition", "facts", "met"),
    [
        ("{message.text: {has: fraud}}", {"message.text": "FRAUD!"}, True),
        ("{message.text: {has: fraud}}", {"message.text": "fraudulent"}, False),
        ('{message.text: {has: "fraud*"}}', {"message.text": "fraudulent"}, True),
        ("{message.text: {has: cafe}}", {"message.text": "the ｃａｆé"}, True),
        ('{message.text: {has: "can\'t pay"}}', {"message.text": "I can’t\npay"}, True),
        ("{message.text: {has: 退款}}", {"message.text": "我要退款谢谢"}, True),
        ("{message.text: {has_any: [lawyer, court]}}", {"message.text": "see you in court"}, True),
        ("{message.text: {has_all: [lawyer, court]}}", {"message.text": "see you in court"}, False),
        ("{message.text: {has_none: [lawyer, court]}}", {"message.text": "hello"}, True),
        ('{message.text: {matches: "card (was )?declined"}}', {"message.text": "Card  DECLINED"}, True),
        ("{message.channel: EMAIL}", {"message.channel": "email"}, True),
        ("{message.language: {one_of: [fr, de]}}", {"message.language": "de"}, True),
        ("{message.language: {is_not: fr}}", {}, False),
        ("{not: {message.language: fr}}", {}, False),
        ("{not: {message.language: {one_of: [fr]}}}", {"message.language": "de"}, True),
        ("{order.value: {above: 500 USD}}", {"order.value": usd("500.01")}, True),
        ("{order.value: {above: 500 USD}}", {"order.value": usd("500")}, False),
        ("{order.value: {at_least: 500 USD}}", {"order.value": usd("500")}, True),
        ("{order.value: {below: 500 EUR}}", {"order.value": usd("1")}, False),
        ("{not: {order.value: {below: 500 EUR}}}", {"order.value": usd("1")}, False),
        ("{order.value: {between: [1 USD, 2 USD]}}", {"order.value": usd("2")}, True),
        ("{kb.confidence: {at_least: 0.7}}", {"kb.confidence": 0.7}, True),
        ("{kb.confidence: {above: 0.7}}", {"kb.confidence": 0.7}, False),
        ("{kb.confidence: {above: 0.7}}", {"kb.confidence": float("nan")}, False),
        ("{kb.confidence: {above: 0.7}}", {"kb.confidence": "zzz"}, False),
        ("{kb.confidence: {known: false}}", {}, True),
        ("{kb.confidence: {known: true}}", {"kb.confidence": 0.1}, True),
        ("{conversation.waiting: {at_most: 30m}}", {"conversation.waiting": timedelta(minutes=30)}, True),
        ("{conversation.labels: {contains: VIP}}", {"conversation.labels": ("vip", "x")}, True),
        ("{conversation.labels: {contains_all: [vip, y]}}", {"conversation.labels": ("vip",)}, False),
        ("{conversation.labels: {contains_any: [vip, y]}}", {"conversation.labels": ("vip",)}, True),
        ("{conversation.labels: {is_empty: true}}", {"conversation.labels": ()}, True),
        ("{time.after_hours: true}", {"time.after_hours": True}, True),
        ("{contact.plan: enterprise}", {"contact.plan": "Enterprise"}, True),
        ("{contact.orders: {above: 5}}", {"contact.orders": 6}, True),
        ("{contact.vip: true}", {"contact.vip": 1}, False),
        ("{contact.vip: 1}", {"contact.vip": True}, False),
    ],
)
def test_operator(
    make_book: Callable[[str], RuleBook], condition: str, facts: dict[str, Any], met: bool
) -> None:
    """An operator is met by what it says, and by nothing unknown, of another type or currency."""
    book = make_book(f"triage:\n  - {{id: it, when: {condition}, then: {{priority: P1}}}}\n")
    assert (book.decide(Facts(facts), at=NOW).priority is Priority.P1) is met


def test_resembles_compares_sentences(rules_text: Callable[[str], str]) -> None:
    """A text resembles an example when one of its sentences does; without a model nobody can say."""

    def embed(texts: Any) -> Any:
        return np.array([[1.0, 0.0] if "pay" in text and len(text) < 20 else [0.0, 1.0] for text in texts])

    when = "{message.text: {resembles: [I cannot pay], at_least: 0.9}}"
    text = rules_text(f"triage:\n  - {{id: it, when: {when}, then: {{priority: P1}}}}\n")
    facts = Facts({"message.text": "Hello there, I have a question. Cannot pay. Bye."})
    for model, expected in ((embed, Priority.P1), (None, Priority.P2)):
        book = RuleBook.parse(text, registry=standard_registry(), embed=model)
        assert book.decide(facts, at=NOW).priority is expected
        book.close()


ORDER_RULES = """triage:
  - {id: low, when: {message.text: {has: a}}, then: {priority: P3, team: low, labels: [l, both]}}
  - {id: high, when: {message.text: {has: b}}, then: {priority: P1, team: high, labels: [both, h]}}
  - {id: last, when: {message.text: {has: c}}, then: {priority: P0}, stop: true}
  - {id: never, when: {message.text: {has: c}}, then: {team: never}}
  - {id: quiet, when: {message.text: {has: a}}, then: {priority: P0}, shadow: true}
  - {id: off, when: {message.text: {has: a}}, then: {priority: P0}, enabled: false}
  - {id: spring, when: {message.text: {has: d}}, then: {priority: P1}, from: 2026-03-02, until: 2026-03-02}
escalation:
  - {id: raise, when: {message.text: {has: r}}, then: {priority: P1, team: senior}}
draft:
  - {id: sure, when: {kb.confidence: {above: 0.7}}}
"""


@pytest.mark.parametrize(
    ("text", "confidence", "priority", "route", "team", "labels"),
    [
        ("nothing", 0.9, "P2", Route.DRAFT, None, ()),
        ("nothing", None, "P2", Route.HUMAN, None, ()),
        ("a b", 0.9, "P1", Route.DRAFT, "high", ("l", "both", "h")),
        ("c", 0.9, "P0", Route.HUMAN, None, ()),
        ("a r", 0.9, "P1", Route.HUMAN, "senior", ("l", "both")),
        ("c r", 0.9, "P0", Route.HUMAN, "senior", ()),
        ("d", 0.9, "P1", Route.DRAFT, None, ()),
    ],
)
def test_order_of_evaluation(
    make_book: Callable[[str], RuleBook],
    text: str,
    confidence: float | None,
    priority: str,
    route: Route,
    team: str | None,
    labels: tuple[str, ...],
) -> None:
    """Priority, route, team and labels come out as the printed order of evaluation says."""
    facts = Facts({"message.text": text, "kb.confidence": confidence})
    decision = make_book(ORDER_RULES).decide(facts, at=NOW)
    assert (decision.priority, decision.route, decision.team, decision.labels) == (
        priority,
        route,
        team,
        labels,
    )
    assert decision.shadow == (("quiet",) if "a" in text.split() else ())


def test_dates_are_whole_days(make_book: Callable[[str], RuleBook]) -> None:
    """A rule with dates is in force from the first to the last second of them."""
    book = make_book(ORDER_RULES)
    facts = Facts({"message.text": "d"})
    day = datetime(2026, 3, 2, tzinfo=UTC)
    moments = [
        day - timedelta(seconds=1),
        day,
        day + timedelta(hours=24, seconds=-1),
        day + timedelta(hours=24),
    ]
    assert [book.decide(facts, at=at).priority for at in moments] == ["P2", "P1", "P1", "P2"]


@seed(5)
@settings(max_examples=300, deadline=None, database=None)
@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """The comparable form of a comparable form is itself."""
    assert fold(fold(text)) == fold(text)
