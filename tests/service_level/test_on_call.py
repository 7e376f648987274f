"""Who is on call, and when whom to tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.service_level.calendar import Calendar
from bot.service_level.on_call import on_call, routes, tellings
from rules.facts import standard_registry
from rules.reader import read_rules
from rules.rota import OnCall, Step

ZONE = ZoneInfo("America/New_York")
HEAD = """version: 1
time_zone: America/New_York
priorities:
  P0: {name: Critical, first_response: 15m, resolution: 2h,  route: human, clock: always}
  P1: {name: High,     first_response: 1h,  resolution: 8h,  route: draft, clock: always}
  P2: {name: Normal,   first_response: 4h,  resolution: 24h, route: draft, clock: business_hours}
  P3: {name: Low,      first_response: 24h, resolution: 72h, route: draft, clock: business_hours}
default: {priority: P2}
"""
GOOD = """on_call:
  rotation: {start: 2026-10-19T09:00, every: 1w, people: [olive, max, priya]}
  overrides:
    - {from: 2026-12-24T09:00, until: 2026-12-28T09:00, person: max}
  escalation:
    - {after: 20m, to: managers}
    - {after: 0m, to: on_call}
  approval:
    - {after: 30m, to: on_call}
    - {after: 60m, to: managers}
  routes: {olive: [note, slack], max: [mail], priya: [mail], managers: [pagerduty]}
"""


def _read(text: str) -> tuple[OnCall | None, list[str]]:
    file, findings = read_rules(HEAD + text, standard_registry())
    return file.on_call if file else None, [finding.text for finding in findings]


@pytest.fixture
def rota() -> OnCall:
    """Three people who change on Mondays at 9, and Max over Christmas."""
    found, problems = _read(GOOD)
    assert problems == []
    assert found is not None
    return found


def test_people_take_turns(rota: OnCall) -> None:
    """The hand-over is at 9:00 on the wall, in the week before the clocks are changed and after it."""
    assert on_call(rota, datetime(2026, 10, 26, 8, 59, 59, tzinfo=ZONE), ZONE) == "olive"
    assert on_call(rota, datetime(2026, 10, 26, 9, tzinfo=ZONE), ZONE) == "max"
    assert on_call(rota, datetime(2026, 11, 2, 8, 59, 59, tzinfo=ZONE), ZONE) == "max"
    assert on_call(rota, datetime(2026, 11, 2, 14, tzinfo=UTC), ZONE) == "priya"
    assert on_call(rota, datetime(2026, 11, 9, 9, tzinfo=ZONE), ZONE) == "olive"


def test_before_the_first_turn(rota: OnCall) -> None:
    """Somebody is on call before the rotation starts, too: whose turn it would have been."""
    assert on_call(rota, datetime(2026, 10, 12, 9, tzinfo=ZONE), ZONE) == "priya"


def test_override(rota: OnCall) -> None:
    """An override holds from its first moment until just before its last."""
    assert on_call(rota, datetime(2026, 12, 24, 8, 59, tzinfo=ZONE), ZONE) == "olive"
    assert on_call(rota, datetime(2026, 12, 24, 9, tzinfo=ZONE), ZONE) == "max"
    assert on_call(rota, datetime(2026, 12, 28, 9, tzinfo=ZONE), ZONE) == "max"
    assert on_call(rota, datetime(2027, 1, 4, 9, tzinfo=ZONE), ZONE) == "priya"


def test_steps_reach_people(rota: OnCall) -> None:
    """Steps come in the order of their waits; each reaches the notifiers of whom it names."""
    start = datetime(2026, 10, 19, 20, tzinfo=ZONE)
    first, second = tellings(rota.escalation, start)
    assert (first.at, second.at) == (start, start + timedelta(minutes=20))
    assert routes(rota, first.to, first.at, ZONE) == ("note", "slack")
    assert routes(rota, second.to, second.at, ZONE) == ("pagerduty",)


def test_waits_in_business_hours() -> None:
    """A wait that is counted in business hours goes on next morning; telling at once waits for nothing."""
    calendar = Calendar(time_zone=ZONE, days=dict.fromkeys(range(5), ((540, 1020),)))
    steps = (Step(after=timedelta(0), to="a"), Step(after=timedelta(minutes=30), to="b"))
    at_once, later = tellings(steps, datetime(2026, 11, 20, 16, 50, tzinfo=ZONE), calendar)
    assert at_once.at == datetime(2026, 11, 20, 16, 50, tzinfo=ZONE)
    assert later.at == datetime(2026, 11, 23, 9, 20, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("written", "replacement", "problem"),
    [
        ("people: [olive, max, priya]", "people: [olive, maxx]", "must be one of"),
        ("every: 1w", "every: 5m", "at least 1h"),
        ("2026-10-19T09:00,", "2026-10-19T09:00Z,", "without an offset"),
        ("{after: 20m, to: managers}", "{after: 20m, to: manager}", "must be one of"),
        ("until: 2026-12-28T09:00", "until: 2026-12-20T09:00", "lies before"),
        ("  routes:", "  roads:", 'no "roads"'),
        ("olive: [note, slack]", "olive: []", "must not be empty"),
    ],
)
def test_mistakes_are_named(written: str, replacement: str, problem: str) -> None:
    """A mistake in the rotation is a finding that says what is wrong."""
    assert written in GOOD
    _, problems = _read(GOOD.replace(written, replacement))
    assert any(problem in found for found in problems), problems
