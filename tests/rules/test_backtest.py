"""Replaying past messages with another version of the rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from plugins.model import Facts, Priority, Route
from rules.backtest import Outcome, Past, broken_guards, replay
from rules.book import RuleBook
from rules.language import Guards

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
OLD = """
triage:
  - {id: fire, when: {message.text: {has: fire}}, then: {priority: P0}}
"""
NEW = """
triage:
  - {id: fire, when: {message.text: {has_any: [fire, smoke]}}, then: {priority: P0}}
escalation:
  - {id: vip, when: {contact.plan: gold}, then: {labels: [vip]}}
"""


def _past(number: int, text: str, **facts: Any) -> Past:
    outcome = Outcome(priority=Priority.P2, route=Route.DRAFT, team=None, labels=(), rules=())
    return Past(
        conversation=number,
        message=100 + number,
        text=text,
        facts=Facts({"message.text": text, **{name.replace("_", "."): v for name, v in facts.items()}}),
        decided_at=START + timedelta(days=number),
        outcome=outcome,
    )


PASTS = [
    _past(0, "there is fire"),
    _past(1, "there is smoke"),
    _past(2, "hello", contact_plan="gold"),
    _past(3, "hello"),
    _past(4, "hello again"),
]


@pytest.fixture
def old(make_book: Callable[[str], RuleBook]) -> RuleBook:
    """The rules before."""
    return make_book(OLD)


@pytest.fixture
def new(make_book: Callable[[str], RuleBook]) -> RuleBook:
    """The rules after."""
    return make_book(NEW)


def test_changes_are_counted(old: RuleBook, new: RuleBook) -> None:
    """Messages, priorities, rules and hand-overs are counted before and after, on the same facts."""
    impact = replay(PASTS, new, old)
    assert (impact.messages, impact.days) == (5, 4)
    assert (impact.before[Priority.P0], impact.after[Priority.P0]) == (1, 2)
    assert (impact.fired_before, impact.fired_after) == ({"fire": 1}, {"fire": 2, "vip": 1})
    assert (impact.newly_to_person, impact.no_longer_to_person) == (2, 0)
    assert impact.changed_percent == pytest.approx(40)
    assert impact.new_p0_per_day == pytest.approx(1 / 4)


def test_the_most_serious_change_comes_first(old: RuleBook, new: RuleBook) -> None:
    """A new P0 is shown before a change of route alone."""
    assert [case.past.text for case in replay(PASTS, new, old).cases] == ["there is smoke", "hello"]


def test_without_another_version_the_record_counts(new: RuleBook) -> None:
    """Compared with what was decided then, a message counts that would be decided otherwise now."""
    assert len(replay(PASTS, new).cases) == 3


def test_the_same_rules_change_nothing(old: RuleBook) -> None:
    """A version replayed against itself changes nothing."""
    impact = replay(PASTS, old, old)
    assert impact.cases == ()
    assert broken_guards(impact, Guards(max_new_p0_per_day=0, max_changed_percent=0)) == []


def test_rules_count_in_their_time(make_book: Callable[[str], RuleBook]) -> None:
    """A rule with from: is tried only on messages that came since."""
    rule = (
        "triage:\n  - {id: all, from: 2026-03-05, when: {message.text: {has: hello}}, then: {priority: P1}}"
    )
    assert [case.past.conversation for case in replay(PASTS, make_book(rule)).cases] == [3, 4]


def test_guards_name_what_breaks_them(old: RuleBook, new: RuleBook) -> None:
    """Each broken guard is a sentence with the figure and the limit."""
    impact = replay(PASTS, new, old)
    assert broken_guards(impact, Guards(max_new_p0_per_day=0.2, max_changed_percent=50)) == [
        "0.25 new P0 a day, and max_new_p0_per_day is 0.2"
    ]
    assert broken_guards(impact, Guards(max_changed_percent=5)) == [
        "40.0 % of decisions change, and max_changed_percent is 5"
    ]


def test_no_past(new: RuleBook) -> None:
    """Without any messages nothing changes and no guard breaks."""
    impact = replay([], new)
    assert (impact.messages, impact.changed_percent, impact.new_p0_per_day) == (0, 0, 0)
