"""Between the record and the clocks: what happened, as clocks read it; clocks, as they are written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.service_level.clocks import Clock, Happening, Kind, State
from bot.service_level.promises import Promises
from bot.store.clocks import KeptClock, KeptHappening
from plugins.model import Priority

#: A promise is broken after its due time, not at it.
_JUST_AFTER = timedelta(seconds=1)


def happenings(kept: Sequence[KeptHappening], promises: Promises) -> list[Happening]:
    """What is kept of a conversation, in the words of clocks.

    "Pending" means "the customer has to act" only when the customer has an answer: conversations that the bot
    takes first are pending from the start, and their customers wait.
    """
    told, unanswered = [], False
    for one in kept:
        kind = Kind(one.kind)
        if kind is Kind.CUSTOMER:
            unanswered = True
        elif kind in (Kind.AGENT, Kind.APPROVED):
            unanswered = False
        if kind is Kind.PENDING and unanswered:
            continue
        promise = promises.of(Priority(one.priority)) if one.priority else None
        told.append(Happening(at=one.at, kind=kind, promise=promise))
    return told


def events(clock: Clock, now: datetime) -> list[tuple[str, int, datetime]]:
    """The events of a clock so far: kind, number, when.

    Numbers keep them apart: `at_risk` and `breached` count once for each promise that was put on the clock,
    `paused` and `resumed` for each pause. A clock that is overdue is no longer at risk.
    """
    found = [("applied", clock.applied, clock.started_at)]
    for count, pause in enumerate(clock.pauses, 1):
        found.append(("paused", count, pause.start))
        if pause.end is not None and pause.end != clock.fulfilled_at:
            found.append(("resumed", count, pause.end))
    state, risky, due = clock.state(now), clock.at_risk_at, clock.due_at
    if state is State.AT_RISK and risky is not None:
        found.append(("at_risk", clock.applied, risky))
    if state is State.BREACHED and due is not None:
        found.append(("breached", clock.applied, due))
    if clock.fulfilled_at is not None:
        found.append(("fulfilled", 1, clock.fulfilled_at))
    return found


def turning_points(clock: Clock) -> list[datetime]:
    """When a running clock becomes at risk, and when it is breached: just after it was due."""
    if clock.fulfilled_at is not None:
        return []
    due = clock.due_at and clock.due_at + _JUST_AFTER
    return [moment for moment in (clock.at_risk_at, due) if moment is not None]


def columns(clock: Clock) -> dict[str, Any]:
    """A clock as it is written down, by the fields of `KeptClock` but its id."""
    return {
        "metric": clock.metric.value,
        "number": clock.number,
        "priority": clock.promise.priority,
        "target": clock.target,
        "started_at": clock.started_at,
        "at_risk_at": clock.at_risk_at,
        "due_at": clock.due_at,
        "fulfilled_at": clock.fulfilled_at,
        "applied": clock.applied,
    }


def settled(stands: KeptClock, clock: Clock) -> bool:
    """Whether a clock was fulfilled before: other promises that are made later do not change it."""
    return (
        stands.fulfilled_at is not None
        and stands.fulfilled_at == clock.fulfilled_at
        and stands.started_at == clock.started_at
    )


def same(stands: KeptClock, clock: Clock) -> bool:
    """Whether a clock stands as it was written down."""
    return all(getattr(stands, name) == value for name, value in columns(clock).items())
