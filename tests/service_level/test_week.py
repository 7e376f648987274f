"""A week of a shop on a virtual clock: nights, a weekend, a holiday, changed clocks, dying workers."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from plugins.model import Priority, Status

NEW_YORK = ZoneInfo("America/New_York")


def at(text: str, *, fold: int = 0) -> datetime:
    """A moment of the week on the wall in New York: "31 22:00" is Saturday 31 October, "1 01:50" a Sunday."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    month = 10 if int(day) > 20 else 11
    return datetime(2026, month, int(day), hour, minute, tzinfo=NEW_YORK, fold=fold)


async def _answered(shop, number: int) -> None:
    """Thursday: answered and resolved in time."""
    await shop.customer(number)
    await shop.until(at("29 11:00"))
    await shop.agent(number)
    await shop.until(at("29 12:00"))
    await shop.becomes(number, Status.RESOLVED)


async def _week(shop) -> dict[str, int]:
    numbers = {name: await shop.conversation() for name in ("answered", "late", "low", "critical", "draft")}
    await _answered(shop, numbers["answered"])
    await shop.until(at("29 16:30"))
    await shop.customer(numbers["late"])
    await shop.until(at("30 13:00"))
    await shop.agent(numbers["late"])
    await shop.until(at("30 14:00"))
    await shop.becomes(numbers["late"], Status.RESOLVED)

    await shop.until(at("30 18:00"))
    await shop.customer(numbers["low"], Priority.P3)
    await shop.until(at("30 23:00"))
    await shop.customer(numbers["low"], Priority.P3)

    await shop.until(at("31 22:00"))
    await shop.customer(numbers["critical"], Priority.P0)
    await shop.until(at("31 22:05"))
    await shop.agent_notes(numbers["critical"], "/ack")
    await shop.until(at("31 22:20"))
    await shop.agent(numbers["critical"])
    await shop.until(at("31 22:21"))
    await shop.becomes(numbers["critical"], Status.PENDING)
    await shop.until(at("1 01:50"))
    await shop.customer(numbers["critical"], Priority.P0)
    await shop.until(at("1 01:04", fold=1))  # fourteen minutes later, though the wall shows less
    await shop.agent(numbers["critical"])
    await shop.until(at("1 01:05", fold=1))
    await shop.becomes(numbers["critical"], Status.RESOLVED)

    await shop.until(at("2 10:00"))
    await shop.draft(numbers["draft"])
    await shop.until(at("2 11:10"))
    await shop.agent(numbers["draft"])
    await shop.becomes(numbers["draft"], Status.RESOLVED)

    await shop.until(at("2 20:00"))
    await shop.customer(numbers["low"], Priority.P3)
    await shop.until(at("6 12:00"))
    return numbers


def _dying(seed: int) -> Callable[[], int | None]:
    """Two of three pieces of work are cut short at one of their calls to the database, again and again."""
    rng = random.Random(seed)
    return lambda: rng.randrange(16) if rng.random() < 0.7 else None


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
async def test_each_thing_happens_exactly_once(shop, seed: int | None) -> None:
    """Each alert, warning, reply and breach of the week comes once and in time, whatever workers die."""
    if seed is not None:
        shop.kill_after = _dying(seed)
    numbers = await _week(shop)
    assert (shop.deaths > 30) is (seed is not None)
    names = {number: name for name, number in numbers.items()}

    told = [
        (names[number], metric, kind) for number, metric, kind in await shop.events("at_risk", "breached")
    ]
    assert told == [
        ("late", "first_response", "at_risk"),
        ("late", "first_response", "breached"),
        ("critical", "first_response", "at_risk"),
        ("critical", "first_response", "breached"),
        ("critical", "next_response", "at_risk"),
        ("low", "first_response", "at_risk"),
        ("low", "first_response", "breached"),
    ]
    assert shop.notes(numbers["answered"]) == []
    assert [_title(line) for line in shop.notes(numbers["critical"])] == [
        "P0 after hours",
        "First response at risk",
        "First response overdue",
        "P0 after hours",
        "P0 after hours",
        "Next response at risk",
    ]
    assert [_title(line) for line in shop.notes(numbers["draft"])] == ["Draft waits for approval"] * 2
    assert [(name, _title(title), _number(title, names)) for name, title in shop.pagers.heard()] == [
        ("olive-pager", "First response at risk", "late"),
        ("olive-pager", "First response overdue", "late"),
        ("managers", "First response overdue", "late"),
        ("olive-pager", "P0 after hours", "critical"),
        ("olive-pager", "First response at risk", "critical"),
        ("olive-pager", "First response overdue", "critical"),
        ("olive-pager", "P0 after hours", "critical"),
        ("managers", "P0 after hours", "critical"),
        ("olive-pager", "Next response at risk", "critical"),
        ("max-pager", "Draft waits for approval", "draft"),
        ("managers", "Draft waits for approval", "draft"),
        ("max-pager", "First response at risk", "low"),
        ("max-pager", "First response overdue", "low"),
        ("managers", "First response overdue", "low"),
    ]
    replies = {name: [_promise(text) for text in shop.replies(number)] for name, number in numbers.items()}
    assert replies == {
        "answered": [],
        "late": [],
        "low": ["Thursday 5:00 PM Eastern", "Friday 5:00 PM Eastern"],
        "critical": ["Monday 9:15 AM Eastern"],
        "draft": [],
    }
    fulfilled = [(names[one], metric) for one, metric, _ in await shop.events("fulfilled")]
    assert sorted(fulfilled) == sorted(
        [
            (name, metric)
            for name in ("answered", "late", "draft")
            for metric in ("first_response", "resolution")
        ]
        + [("critical", metric) for metric in ("first_response", "next_response", "resolution")]
    )
    assert [event[1:] for event in await shop.events("paused", "resumed")] == [
        ("resolution", "paused"),
        ("resolution", "resumed"),
    ]


def _title(line: str) -> str:
    return line.removeprefix("⏰ **").split(":")[0]


def _number(title: str, names: dict[int, str]) -> str:
    return names[int(title.split("conversation ")[1].split()[0])]


def _promise(text: str) -> str:
    return text.split(" by ")[1].split(".")[0]
