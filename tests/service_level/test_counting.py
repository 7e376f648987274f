"""Due and elapsed times against a counter that looks at every second by itself."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.service_level.calendar import ALWAYS, Calendar, Pause, Spans
from bot.service_level.clocks import Clock, Metric, Promise, State

WINDOWS, CASES = 25, 40  #: Together 1,000 cases.
DAYS = 24
#: Zones with and without changes, with odd offsets, with a change of half an hour, one south of the equator.
ZONES = ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca"]
#: Around changes of the clocks in those zones, and one quiet time.
STARTS = ["2026-03-01", "2026-03-20", "2026-10-18", "2026-10-25", "2026-04-01", "2026-02-10", "2026-07-01"]


def _random_spans(rng: random.Random) -> Spans:
    minutes = sorted(rng.sample(range(0, 1441, rng.choice((5, 15, 60))), rng.choice((2, 2, 4))))
    return tuple(zip(minutes[::2], minutes[1::2], strict=True))


def _random_calendar(rng: random.Random, first: date) -> Calendar:
    near = [first + timedelta(days=days) for days in range(DAYS)]
    return Calendar(
        time_zone=ZoneInfo(rng.choice(ZONES)),
        days={day: _random_spans(rng) for day in range(7) if rng.random() < 0.8},
        special={day: _random_spans(rng) for day in rng.sample(near, 2)},
        holidays=frozenset(rng.sample(near, 3)),
    )


def _open_seconds(calendar: Calendar, first: datetime) -> np.ndarray:
    """One yes or no for each second from `first` on, from what a clock on the wall would show."""
    minutes = []
    for minute in range(DAYS * 1440):
        wall = (first + timedelta(minutes=minute)).astimezone(calendar.time_zone)
        if wall.date() in calendar.special:
            spans = calendar.special[wall.date()]
        elif wall.date() in calendar.holidays:
            spans = ()
        else:
            spans = calendar.days.get(wall.weekday(), ())
        shown = wall.hour * 60 + wall.minute
        minutes.append(any(shown in range(*span) for span in spans))
    return np.repeat(np.array(minutes), 60)


def _cases(seed: int):
    rng = random.Random(seed)
    first = datetime.fromisoformat(rng.choice(STARTS)).replace(tzinfo=UTC)
    calendar = _random_calendar(rng, first.date())
    seconds = _open_seconds(calendar, first)
    for _ in range(CASES):
        start = rng.randrange(10 * 86400)
        target = rng.randrange(1, 10 * 3600)
        counted, pauses = seconds.copy(), []
        for _ in range(rng.choice((0, 0, 1, 2, 3))):
            begins = rng.randrange(max(0, start - 86400), start + 3 * 86400)
            ends = begins + rng.randrange(1, 2 * 86400)
            counted[begins:ends] = False
            pauses.append((begins, ends))
        if rng.random() < 0.2:
            begins = rng.randrange(start, start + 2 * 86400)
            counted[begins:] = False
            pauses.append((begins, None))
        yield calendar, first, counted, start, target, pauses


def _moment(first: datetime, second: int | None) -> datetime | None:
    return None if second is None else first + timedelta(seconds=second)


@pytest.mark.parametrize("seed", range(WINDOWS))
def test_agrees_with_counting_every_second(seed: int) -> None:
    """Due time, elapsed time and being open are what counting the seconds one by one gives."""
    for calendar, first, counted, start, target, written in _cases(seed):
        pauses = [Pause(start=_moment(first, a), end=_moment(first, b)) for a, b in written]  # type: ignore[arg-type]
        working = np.flatnonzero(counted[start:]) + start
        due = calendar.due(_moment(first, start), timedelta(seconds=target), pauses)
        if len(working) >= target:
            assert due == _moment(first, int(working[target - 1]) + 1)
        elif any(end is None for _, end in written):
            assert due is None
        else:
            assert due is None or due > _moment(first, len(counted))
        end = start + 4 * 86400
        elapsed = calendar.elapsed(_moment(first, start), _moment(first, end), pauses)
        assert elapsed == timedelta(seconds=int(counted[start:end].sum()))
        if not written:
            assert calendar.is_open(_moment(first, start)) == counted[start]


def test_counter_sees_a_difference() -> None:
    """The comparison is not blind: a target longer by a second is found different in nearly every case."""
    different = 0
    for calendar, first, counted, start, target, written in _cases(0):
        pauses = [Pause(start=_moment(first, a), end=_moment(first, b)) for a, b in written]
        working = np.flatnonzero(counted[start:]) + start
        due = calendar.due(_moment(first, start), timedelta(seconds=target + 1), pauses)
        expected = _moment(first, int(working[target - 1]) + 1) if len(working) >= target else None
        different += due != expected
    assert different > CASES * 0.7


def test_always_counts_real_time() -> None:
    """Round the clock, working time is real time, whatever the wall shows."""
    start = datetime(2026, 3, 8, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    assert ALWAYS.due(start, timedelta(hours=50)) == start.astimezone(UTC) + timedelta(hours=50)
    assert ALWAYS.elapsed(start, start.astimezone(UTC) + timedelta(days=40)) == timedelta(days=40)


def test_calendar_that_has_run_out() -> None:
    """A calendar without any further open day has no due time, and says so rather than looking for ever."""
    calendar = Calendar(time_zone=UTC, days={}, special={date(2026, 1, 5): ((540, 600),)})
    assert calendar.next_open(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert calendar.next_open(datetime(2026, 1, 6, tzinfo=UTC)) is None
    assert calendar.due(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=2)) is None


def test_at_risk_from_three_quarters() -> None:
    """A clock is at risk from the second on in which 75 % of its target is used up."""
    start = datetime(2026, 4, 13, 13, tzinfo=UTC)
    promise = Promise(targets={Metric.FIRST_RESPONSE: timedelta(hours=1)}, calendar=ALWAYS)
    clock = Clock(metric=Metric.FIRST_RESPONSE, number=1, started_at=start, promise=promise)
    assert clock.state(start + timedelta(minutes=44, seconds=59)) is State.RUNNING
    assert clock.state(start + timedelta(minutes=45)) is State.AT_RISK
    assert clock.state(start + timedelta(hours=1)) is State.AT_RISK
    assert clock.state(start + timedelta(hours=1, seconds=1)) is State.BREACHED
