"""Who is on call at a moment, and whom to tell when nobody reacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from bot.service_level.calendar import ALWAYS, Calendar
from rules.rota import ON_CALL, OnCall, Step


@dataclass(frozen=True, slots=True)
class Telling:
    """One step, at its moment."""

    step: int  #: From 0, in the order of the rules file.
    at: datetime
    to: str  #: `ON_CALL`, or a name that has routes.


def on_call(rota: OnCall, at: datetime, zone: tzinfo) -> str:
    """The person on call at an instant.

    The rotation is reckoned in local wall-clock time, so a hand-over at 9:00 stays at 9:00 when the clocks
    are changed. The latest override that covers the moment wins.
    """
    local = at.astimezone(zone).replace(tzinfo=None)
    for override in reversed(rota.overrides):
        if override.starts <= local < override.ends:
            return override.person
    turn = (local - rota.starts) // rota.every
    return rota.people[turn % len(rota.people)]


def routes(rota: OnCall, to: str, at: datetime, zone: tzinfo) -> tuple[str, ...]:
    """The names of the notifiers that a step reaches at an instant."""
    return rota.routes[on_call(rota, at, zone) if to == ON_CALL else to]


def tellings(steps: tuple[Step, ...], since: datetime, calendar: Calendar = ALWAYS) -> tuple[Telling, ...]:
    """When whom to tell about something that waits since an instant; waiting is counted in `calendar`."""
    return tuple(
        Telling(number, at, step.to)
        for number, step in enumerate(steps)
        if (at := _after(step.after, since, calendar)) is not None
    )


def _after(wait: timedelta, since: datetime, calendar: Calendar) -> datetime | None:
    """At once means now, not when the team is back."""
    return calendar.due(since, wait) if wait else since.astimezone(UTC)
