"""Amounts as people write them in rules.yaml: durations "15m", money "500 USD", numbers, dates."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from plugins.model import Money

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}  # seconds
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhdw] ?)+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_MONEY = re.compile(r"(-?\d+(?:\.\d+)?) ?([A-Za-z]{3})")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_YES_NO = {"true": True, "yes": True, "false": False, "no": False}


def read_duration(text: str) -> timedelta | None:
    """`15m`, `1h30m`, `2d` as a timedelta; None when the text is no duration."""
    if not _DURATION.fullmatch(text):
        return None
    try:
        return timedelta(seconds=sum(float(n) * _UNITS[unit] for n, unit in _DURATION_PART.findall(text)))
    except OverflowError:
        return None


def read_money(text: str) -> Money | None:
    """`500 USD` or `120.50 EUR` as money; None when amount or ISO 4217 code is missing."""
    found = _MONEY.fullmatch(text)
    return found and Money(amount=Decimal(found[1]), currency=found[2].upper())


def read_number(text: str) -> Decimal | None:
    """A whole or decimal number with a point; None for anything else."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def read_yes_no(text: str) -> bool | None:
    """true, false, yes or no, in any case; None for anything else."""
    return _YES_NO.get(text.lower())


def read_day(text: str) -> date | datetime | None:
    """`2026-11-27` as a date, `2026-11-27T18:00` or with an offset as a datetime; else None."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None


def written(value: Any) -> str:
    """A fact or an argument the way a rule author would write it: 500 USD, 2h, yes, "text"."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return f'"{value}"'
        case Money():
            return f"{value.amount.normalize():f} {value.currency}"
        case timedelta():
            return _written_duration(value)
        case Decimal():
            return f"{value.normalize():f}"
        case tuple() | list():
            return ", ".join(written(item) for item in value) if value else "nothing"
        case _:
            return str(value)


def _written_duration(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"
