"""The agreed vectors, all of them: due times, elapsed time and clocks."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.service_level.calendar import Calendar, Pause
from bot.service_level.clocks import Clock, Happening, Kind, Metric, Promise, State, read_clocks

VECTORS = json.loads(Path(__file__).with_name("sla_vectors.json").read_text())
METRICS = {"frt": Metric.FIRST_RESPONSE, "nrt": Metric.NEXT_RESPONSE, "rt": Metric.RESOLUTION}


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _spans(spans: list[list[str]]) -> tuple[tuple[int, int], ...]:
    return tuple((_minutes(opens), _minutes(closes)) for opens, closes in spans)


def _calendar(written: dict[str, Any]) -> Calendar:
    days = {int(day) - 1: _spans(spans) for day, spans in written.get("week", {}).items()}
    return Calendar(
        time_zone=ZoneInfo(written["tz"]),
        days=dict.fromkeys(range(7), ((0, 1440),)) if written.get("always_open") else days,
        special={date.fromisoformat(day): _spans(spans) for day, spans in written.get("special", {}).items()},
        holidays=frozenset(map(date.fromisoformat, written.get("holidays", []))),
    )


CALENDARS = {name: _calendar(written) for name, written in VECTORS["calendars"].items()}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _pauses(vector: dict[str, Any]) -> tuple[Pause, ...]:
    return tuple(
        Pause(start=_at(pause["from"]), end=_at(pause["to"]) if pause["to"] else None)
        for pause in vector["pauses"]
    )


def _named(vectors: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("vector", vectors, ids=lambda vector: vector["id"])


@_named(VECTORS["due_vectors"])
def test_due(vector: dict[str, Any]) -> None:
    """Each due time is the agreed one, to the second, and in UTC."""
    calendar = CALENDARS[vector["calendar"]]
    due = calendar.due(_at(vector["start"]), timedelta(minutes=vector["target_min"]), _pauses(vector))
    assert due == (_at(vector["due_utc"]) if vector["due_utc"] else None)
    assert due is None or due.tzinfo is UTC


@_named(VECTORS["elapsed_vectors"])
def test_elapsed(vector: dict[str, Any]) -> None:
    """Each elapsed working time is the agreed one."""
    calendar = CALENDARS[vector["calendar"]]
    elapsed = calendar.elapsed(_at(vector["start"]), _at(vector["end"]), _pauses(vector))
    assert elapsed == timedelta(minutes=vector["working_min"])


def _clocks(vector: dict[str, Any]) -> dict[Metric, Clock]:
    promise = Promise(
        targets={
            METRICS[name]: timedelta(minutes=target)
            for name, target in vector["targets_min"].items()
            if target is not None
        },
        calendar=CALENDARS[vector["calendar"]],
        pause_on_snooze=vector["pause_on_snooze"],
    )
    now = _at(vector["now"])
    happenings = [
        Happening(at=_at(event["at"]), kind=Kind(event["kind"]))
        for event in vector["events"]
        if _at(event["at"]) <= now
    ]
    return {clock.metric: clock for clock in read_clocks(happenings, promise)}


@_named(VECTORS["clock_vectors"])
def test_clocks(vector: dict[str, Any]) -> None:
    """The clocks that a stream of events gives have the agreed due times, states and elapsed times."""
    clocks, now = _clocks(vector), _at(vector["now"])
    for name, expected in vector["expect"].items():
        clock = clocks.get(METRICS[name])
        if expected["status"] == "none":
            assert clock is None
            continue
        assert clock is not None
        assert clock.state(now) is State(expected["status"])
        assert clock.due_at == (_at(expected["due"]) if expected["due"] else None)
        if "elapsed_min" in expected:
            assert clock.elapsed(now) == timedelta(minutes=expected["elapsed_min"])
