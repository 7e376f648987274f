"""When the team works: business hours with special days and holidays, and the working time between instants.

Spans are local wall-clock times, minutes [opens, closes) of a day; everything else is reckoned in UTC. Where
the clocks are changed, an instant is open when its wall-clock time is: a night shift is an hour shorter in
spring and an hour longer in autumn.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

Spans = tuple[tuple[int, int], ...]  #: Minutes of a day, [opens, closes), 1440 is its end.

_DAY = timedelta(days=1)
_LEAST = timedelta(microseconds=1)
#: How far ahead an open hour is looked for: a calendar may have run out of days.
HORIZON = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time that does not count, [start, end); without an end it still lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Business hours in one time zone. All instants that go in are aware; all that come out are in UTC."""

    time_zone: tzinfo
    days: Mapping[int, Spans]  #: By weekday, Monday is 0; a missing one is closed.
    special: Mapping[date, Spans] = field(default_factory=dict)  #: Instead of the weekday's, and of holidays.
    holidays: Container[date] = frozenset()  #: Closed.

    def hours_of(self, day: date) -> Spans:
        """The open spans of one local day."""
        if day in self.special:
            return self.special[day]
        return () if day in self.holidays else self.days.get(day.weekday(), ())

    def is_open(self, at: datetime) -> bool:
        """Whether the team works at this instant; at closing time it does not."""
        local = at.astimezone(self.time_zone)
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.hours_of(local.date()))

    def next_open(self, at: datetime) -> datetime | None:
        """The first working instant from `at` on, which may be `at`; None if there is none in sight."""
        return next((opens for opens, _ in self.open_spans(at)), None)

    def due(self, start: datetime, target: timedelta, pauses: Iterable[Pause] = ()) -> datetime | None:
        """The earliest instant at which `target` of working time outside all pauses has passed since `start`.

        None while a pause lasts that began before then. What ends exactly at closing time is due at closing
        time.
        """
        left = target
        for opens, closes in self._working(start, pauses):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        return None

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
        """The working time outside all pauses from `start` to `end`."""
        spans = self._working(start, (*pauses, Pause(start=end)))
        return sum((closes - opens for opens, closes in spans), timedelta())

    def open_spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open spans [opens, closes) from `since` on, in order, in pieces of at most a day."""
        for start, end, offset in self._steady(since.astimezone(UTC)):
            day, last = (start + offset).date(), (end + offset - _LEAST).date()
            while day <= last:
                midnight = datetime.combine(day, time(), UTC) - offset
                for opens, closes in self.hours_of(day):
                    first = max(start, midnight + timedelta(minutes=opens))
                    until = min(end, midnight + timedelta(minutes=closes))
                    if first < until:
                        yield first, until
                day += _DAY

    def _working(self, start: datetime, pauses: Iterable[Pause]) -> Iterator[tuple[datetime, datetime]]:
        """The open spans without the pauses, up to the first pause that still lasts."""
        ended = sorted((pause.start, pause.end) for pause in pauses if pause.end is not None)
        lasting = min((pause.start for pause in pauses if pause.end is None), default=None)
        for opens, closes in self.open_spans(start):
            if lasting is not None:
                if opens >= lasting:
                    return
                closes = min(closes, lasting.astimezone(UTC))
            for begins, ends in ended:
                if opens < begins.astimezone(UTC) < closes:
                    yield opens, begins.astimezone(UTC)
                if begins < closes:
                    opens = max(opens, ends.astimezone(UTC))
            if opens < closes:
                yield opens, closes

    def _steady(self, since: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
        """UTC time from `since` on in pieces of at most a day, within each of which the offset stays."""
        start = since
        while start < since + HORIZON:
            end, offset = start + _DAY, self._offset(start)
            if self._offset(end) != offset:
                end = self._change(start, end)
            yield start, end, offset
            start = end

    def _change(self, before: datetime, after: datetime) -> datetime:
        """The instant between two at which the clocks are changed."""
        offset = self._offset(before)
        while after - before > _LEAST:
            middle = before + (after - before) / 2
            if self._offset(middle) == offset:
                before = middle
            else:
                after = middle
        return after

    def _offset(self, at: datetime) -> timedelta:
        return at.astimezone(self.time_zone).utcoffset() or timedelta()


#: Round the clock, for what cannot wait until morning.
ALWAYS = Calendar(time_zone=UTC, days=dict.fromkeys(range(7), ((0, 1440),)))
