"""What rules.yaml promises, and `hotdash sla due`."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from bot.cli import hotdash
from bot.service_level.calendar import ALWAYS
from bot.service_level.promises import Promises, business_calendar
from plugins.errors import BadRequest, RulesError
from plugins.model import Priority
from rules.book import RuleBook
from rules.facts import standard_registry
from rules.language import BusinessHours

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A rules file without any rule or business hours: what holds by default."""
    path = tmp_path / "rules.yaml"
    path.write_text(
        """
version: 1
time_zone: America/New_York
priorities:
  P0: {name: Critical, first_response: 15m, resolution: 2h,  route: human, clock: always}
  P1: {name: High,     first_response: 1h,  resolution: 8h,  route: draft, clock: always}
  P2: {name: Normal,   first_response: 4h,  resolution: 24h, route: draft, clock: business_hours}
  P3: {name: Low,      first_response: 24h, resolution: 72h, route: draft, clock: business_hours}
default: {priority: P2}
"""
    )
    monkeypatch.setenv("HOTDASH_RULES", str(path))
    return path


def test_nine_to_five_by_default(rules: Path) -> None:
    """Without business hours in rules.yaml, Monday to Friday from 9 to 17 are the team's."""
    promises = Promises.read(RuleBook.load(rules, registry=standard_registry()).file)
    assert promises.calendar.is_open(datetime(2026, 3, 6, 9, tzinfo=NEW_YORK))
    assert not promises.calendar.is_open(datetime(2026, 3, 6, 17, tzinfo=NEW_YORK))
    assert not promises.calendar.is_open(datetime(2026, 3, 7, 12, tzinfo=NEW_YORK))
    assert promises.of(Priority.P0).calendar is ALWAYS
    assert promises.of(None) is promises.of(Priority.P2)


def test_holidays_of_a_country() -> None:
    """A country's public holidays are closed, observed days too; a special day wins over its holiday."""
    hours = BusinessHours(
        days=dict.fromkeys(range(7), ((540, 1020),)),
        country="US",
        special={date(2026, 10, 12): ((540, 600),)},
    )
    calendar = business_calendar(hours, NEW_YORK)
    assert calendar.hours_of(date(2026, 7, 3)) == ()
    assert calendar.hours_of(date(2026, 7, 2)) == ((540, 1020),)
    assert calendar.hours_of(date(2026, 10, 12)) == ((540, 600),)


@pytest.mark.parametrize(("country", "state"), [("XX", None), ("US", "QQ")])
def test_unknown_country(country: str, state: str | None) -> None:
    """A country or state that nobody knows is named, with what to write instead."""
    hours = BusinessHours(days={}, country=country, subdivision=state)
    with pytest.raises(RulesError, match=rf"{state or country}.*ISO 3166"):
        business_calendar(hours, NEW_YORK)


def test_due_as_json(rules: Path) -> None:
    """`sla due --json` gives due times in the business time zone and in UTC, over a change of the clocks."""
    call = ["sla", "due", "--priority", "P2", "--from", "2026-03-06T16:30-05:00", "--json"]
    result = CliRunner().invoke(hotdash, call, catch_exceptions=False)
    shown = json.loads(result.output)
    assert result.exit_code == 0
    assert shown["first_response"]["due"] == "2026-03-09T12:30:00-04:00"
    assert shown["first_response"]["due_utc"] == "2026-03-09T16:30:00Z"
    assert (shown["clock"], shown["in_business_hours"]) == ("business_hours", True)


def test_due_in_words(rules: Path) -> None:
    """`sla due` takes a time without an offset as one of the business time zone, and says when it is due."""
    call = ["sla", "due", "--priority", "p1", "--from", "2026-03-06T16:30"]
    result = CliRunner().invoke(hotdash, call, catch_exceptions=False)
    assert "round the clock" in result.output
    assert "Fri 06 Mar 2026 17:30:00 EST" in result.output


def test_due_of_no_time(rules: Path) -> None:
    """What is no time is refused with an example."""
    with pytest.raises(BadRequest, match="2026-03-06T16:30-05:00"):
        CliRunner().invoke(
            hotdash, ["sla", "due", "--priority", "P1", "--from", "noon"], catch_exceptions=False
        )


def test_now_by_default(rules: Path) -> None:
    """Without --from, the clock starts now."""
    before = datetime.now(UTC).replace(microsecond=0)
    result = CliRunner().invoke(hotdash, ["sla", "due", "--priority", "P0", "--json"])
    assert before <= datetime.fromisoformat(json.loads(result.output)["from"]) <= datetime.now(UTC)


def test_an_sms_is_answered_sooner() -> None:
    """`sla due --channel sms` promises 15 minutes for a first response, and leaves the resolution alone."""
    words = ["sla", "due", "--priority", "P2", "--from", "2026-03-04T10:00-05:00", "--json"]
    plain = json.loads(CliRunner().invoke(hotdash, words, catch_exceptions=False).output)
    sms = json.loads(CliRunner().invoke(hotdash, [*words, "--channel", "sms"], catch_exceptions=False).output)
    chat = json.loads(
        CliRunner().invoke(hotdash, [*words, "--channel", "chat"], catch_exceptions=False).output
    )
    assert sms["first_response"]["due"] == "2026-03-04T10:15:00-05:00"
    assert sms["resolution"] == plain["resolution"]
    assert chat == plain
