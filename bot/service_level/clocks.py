"""The clocks of a conversation: how long its customer has waited, and until when an answer is promised.

A clock is worked out anew from everything that happened in its conversation, so events that come late, twice
or in the wrong order cannot spoil it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.service_level.calendar import Calendar, Pause
from plugins.model import Priority, Status

#: A clock is at risk when this share of its target is used up.
AT_RISK = 0.75


class Metric(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"  #: First customer message → first reply.
    NEXT_RESPONSE = "next_response"  #: First unanswered customer message after a reply → next reply.
    RESOLUTION = "resolution"  #: First customer message → resolved.


class Kind(StrEnum):
    """What can happen in a conversation."""

    CUSTOMER = "customer"  #: The customer wrote.
    AGENT = "agent"  #: A person replied in public.
    APPROVED = "approved"  #: A draft that a person approved went out.
    AUTO_REPLY = "auto_reply"  #: An automatic text went out; it is not a reply.
    PRIVATE_NOTE = "private_note"  #: A note or a draft, which the customer does not see.
    SNOOZE = "snooze"
    UNSNOOZE = "unsnooze"
    PENDING = "pending"  #: The customer has to act.
    OPEN = "open"
    RESOLVED = "resolved"
    PRIORITY = "priority"  #: Another promise holds from the start of all running clocks.


class State(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    PAUSED = "paused"
    MET = "met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What customers are promised at one priority. A metric without a target has no clock."""

    targets: Mapping[Metric, timedelta]
    calendar: Calendar
    priority: Priority = Priority.P2
    pause_on_snooze: bool = False  #: Whether response clocks stand still too while a conversation is snoozed.


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened, at an aware instant; `promise` goes with PRIORITY."""

    at: datetime
    kind: Kind
    promise: Promise | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One promise to one customer: the `number`th of its metric in the conversation, from 1."""

    metric: Metric
    number: int
    started_at: datetime
    promise: Promise
    pauses: tuple[Pause, ...] = ()
    fulfilled_at: datetime | None = None
    applied: int = 1  #: How many promises were put on it so far; a changed priority puts on another.

    @property
    def target(self) -> timedelta | None:
        """The working time that is promised; None if nothing is."""
        return self.promise.targets.get(self.metric)

    @property
    def due_at(self) -> datetime | None:
        """The last instant at which the promise is kept; None while the clock is paused before it."""
        return self._after(1.0)

    @property
    def at_risk_at(self) -> datetime | None:
        """When AT_RISK of the target is used up; None while the clock is paused before it."""
        return self._after(AT_RISK)

    def elapsed(self, now: datetime) -> timedelta:
        """Working time used up: until it was fulfilled, else until `now`."""
        return self.promise.calendar.elapsed(self.started_at, self.fulfilled_at or now, self.pauses)

    def state(self, now: datetime) -> State:
        """How the clock stands at `now`. Fulfilled exactly when it is due, it is met."""
        due = self.due_at
        if due is not None and (self.fulfilled_at or now) > due:
            return State.BREACHED
        if self.fulfilled_at is not None:
            return State.MET
        if due is None:
            return State.PAUSED
        risky = self.at_risk_at
        return State.AT_RISK if risky is not None and now >= risky else State.RUNNING

    def _after(self, share: float) -> datetime | None:
        if self.target is None:
            return None
        return self.promise.calendar.due(self.started_at, self.target * share, self.pauses)

    @property
    def _standing_still(self) -> frozenset[Status]:
        """The statuses in which time does not count.

        Nobody waits for a reply in a resolved conversation; if its customer writes again, the wait goes on.
        """
        if self.metric is Metric.RESOLUTION:
            return frozenset({Status.SNOOZED, Status.PENDING})
        return frozenset({Status.RESOLVED, *([Status.SNOOZED] if self.promise.pause_on_snooze else [])})

    def with_pauses(self, stays: Iterable[tuple[Status, datetime, datetime | None]]) -> Clock:
        """The clock, paused by those stays [from, until) of its conversation in a status that pause it."""
        pauses = []
        for status, since, until in stays:
            end = self.fulfilled_at if until is None else until
            start = max(since, self.started_at)
            if self.fulfilled_at is not None and end is not None:
                end = min(end, self.fulfilled_at)
            if status in self._standing_still and (end is None or start < end):
                pauses.append(Pause(start=start, end=end))
        return replace(self, pauses=tuple(pauses))


def read_clocks(happenings: Iterable[Happening], promise: Promise) -> tuple[Clock, ...]:
    """All clocks of a conversation, in the order in which they were started.

    Args:
        happenings: in any order; those of one instant in the order in which they happened.
        promise: what holds before the first PRIORITY.
    """
    reading = _Reading(promise)
    for happening in sorted(happenings, key=lambda happening: happening.at):
        reading.take(happening)
    return reading.clocks()


@dataclass(slots=True)
class _Reading:
    """What is known after the happenings taken so far."""

    promise: Promise
    status: Status = Status.OPEN
    since: datetime | None = None  #: When the conversation came into its status.
    stays: list[tuple[Status, datetime, datetime | None]] = field(default_factory=list)
    started: list[Clock] = field(default_factory=list)

    def take(self, happening: Happening) -> None:
        """Take one happening, no older than the one before."""
        at = happening.at
        match happening.kind:
            case Kind.CUSTOMER:
                self._enter(Status.OPEN, at)
                first = self._latest(Metric.FIRST_RESPONSE)
                answered = first is not None and first.fulfilled_at is not None
                self._start(Metric.NEXT_RESPONSE if answered else Metric.FIRST_RESPONSE, at)
                self._start(Metric.RESOLUTION, at)
            case Kind.AGENT | Kind.APPROVED:
                self._fulfil(Metric.FIRST_RESPONSE, at)
                self._fulfil(Metric.NEXT_RESPONSE, at)
            case Kind.RESOLVED:
                self._enter(Status.RESOLVED, at)
                self._fulfil(Metric.RESOLUTION, at)
            case Kind.SNOOZE:
                self._enter(Status.SNOOZED, at)
            case Kind.PENDING:
                self._enter(Status.PENDING, at)
            case Kind.OPEN | Kind.UNSNOOZE:
                self._enter(Status.OPEN, at)
            case Kind.PRIORITY if happening.promise is not None:
                self._promise(happening.promise)

    def clocks(self) -> tuple[Clock, ...]:
        """The clocks that have a target, with their pauses."""
        stays = [*self.stays]
        if self.since is not None:
            stays.append((self.status, self.since, None))
        return tuple(clock.with_pauses(stays) for clock in self.started if clock.target is not None)

    def _enter(self, status: Status, at: datetime) -> None:
        if status is self.status:
            return
        if self.since is not None:
            self.stays.append((self.status, self.since, at))
        self.status, self.since = status, at

    def _latest(self, metric: Metric) -> Clock | None:
        return next((clock for clock in reversed(self.started) if clock.metric is metric), None)

    def _start(self, metric: Metric, at: datetime) -> None:
        latest = self._latest(metric)
        if latest is None or latest.fulfilled_at is not None:
            number = latest.number + 1 if latest else 1
            self.started.append(Clock(metric=metric, number=number, started_at=at, promise=self.promise))

    def _fulfil(self, metric: Metric, at: datetime) -> None:
        self.started = [
            replace(clock, fulfilled_at=at)
            if clock.metric is metric and clock.fulfilled_at is None
            else clock
            for clock in self.started
        ]

    def _promise(self, promise: Promise) -> None:
        if promise == self.promise:
            return
        self.promise = promise
        self.started = [
            replace(clock, promise=promise, applied=clock.applied + 1)
            if clock.fulfilled_at is None
            else clock
            for clock in self.started
        ]
