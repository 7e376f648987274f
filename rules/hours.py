"""Reads `business_hours:`: spans for each weekday, special days and holidays."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import pairwise

from holidays import list_supported_countries

from rules.document import Node, Scalar
from rules.fields import FieldReader
from rules.language import BusinessHours
from rules.quantities import read_day

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SPAN = re.compile(r"([01]?\d|2[0-4]):([0-5]\d) ?[-–] ?([01]?\d|2[0-4]):([0-5]\d)")
_DAY = "a date such as 2026-12-24"

Spans = tuple[tuple[int, int], ...]


def read_business_hours(fields: FieldReader, node: Node) -> BusinessHours:
    """Business hours, with a finding for everything that does not fit.

    `days` maps weekdays to "09:00-17:00", a list of spans, or closed; `special` does so for dates;
    `holidays` is a list of dates, or a mapping with `country`, `subdivision` and `dates`.
    """
    parts = fields.closed(node, "business_hours", ("days", "special", "holidays"), required=("days",))
    days: dict[int, Spans] = {}
    if "days" in parts:
        named = fields.closed(parts["days"][1], "days", WEEKDAYS)
        days = {WEEKDAYS.index(name): _spans(fields, value, name) for name, (_, value) in named.items()}
        if named and not any(days.values()):
            fields.note("R205", parts["days"][0], "business_hours: the team is never there")
    special: dict[date, Spans] = {}
    if "special" in parts:
        for key, value in fields.mapping(parts["special"][1], "special").values():
            if (day := _day(fields, key, "special")) is not None:
                special[day] = _spans(fields, value, key.text)
    country = subdivision = None
    holidays: tuple[date, ...] = ()
    if "holidays" in parts:
        listed = parts["holidays"][1]
        if hasattr(listed, "entries"):
            closed = fields.closed(listed, "holidays", ("country", "subdivision", "dates"))
            country = fields.text(closed["country"][1], "country") if "country" in closed else None
            subdivision = (
                fields.text(closed["subdivision"][1], "subdivision") if "subdivision" in closed else None
            )
            holidays = _days(fields, closed["dates"][1]) if "dates" in closed else ()
        else:
            holidays = _days(fields, listed)
    if country is not None:
        _check_country(fields, parts["holidays"][1], country, subdivision)
    return BusinessHours(
        days=days, special=special, holidays=frozenset(holidays), country=country, subdivision=subdivision
    )


def _check_country(fields: FieldReader, node: Node, country: str, subdivision: str | None) -> None:
    states = list_supported_countries().get(country)
    if states is None:
        fields.note(
            "R112", node, f'nobody knows the holidays of "{country}"; write an ISO 3166 code such as US'
        )
    elif subdivision is not None and subdivision not in states:
        known = ", ".join(states) or "none"
        fields.note("R112", node, f'{country} has no subdivision "{subdivision}"; there are: {known}')


def _days(fields: FieldReader, node: Node) -> tuple[date, ...]:
    read = (_day(fields, item, "each holiday") for item in fields.items(node, "holidays"))
    return tuple(day for day in read if day is not None)


def _day(fields: FieldReader, node: Node, what: str) -> date | None:
    day = fields.read(node, what, read_day, _DAY)
    if isinstance(day, datetime):
        fields.note("R112", node, f"{what} must be {_DAY}, without a time")
        return None
    return day


def _spans(fields: FieldReader, node: Node, what: str) -> Spans:
    if isinstance(node, Scalar):
        if node.text == "closed":
            return ()
        span = _span(fields, node, what)
        return (span,) if span else ()
    spans = [span for item in fields.items(node, what) if (span := _span(fields, item, what))]
    for before, after in pairwise(sorted(spans)):
        if after[0] < before[1]:
            fields.note("R112", node, f"{what}: the spans overlap")
    return tuple(sorted(spans))


def _span(fields: FieldReader, node: Node, what: str) -> tuple[int, int] | None:
    return fields.read(node, what, _read_span, 'a span such as "09:00-17:00", or closed')


def _read_span(text: str) -> tuple[int, int] | None:
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    hour, minute, end_hour, end_minute = map(int, found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    return (start, end) if start < end <= 1440 else None
