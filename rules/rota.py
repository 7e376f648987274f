"""Who is on call and how people are told, as rules.yaml says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: Who a step tells when it names nobody: whoever is on call then.
ON_CALL = "on_call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Somebody else is on call, in [starts, ends) of local wall-clock time."""

    starts: datetime
    ends: datetime
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Whom to tell when nobody has reacted for a while."""

    after: timedelta
    to: str  #: `ON_CALL`, or a name that has routes.


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """The rotation and the steps of telling people. Times are local wall-clock times of the file's zone."""

    people: tuple[str, ...]  #: In turn.
    starts: datetime  #: The first hand-over.
    every: timedelta
    overrides: tuple[Override, ...] = ()
    escalation: tuple[Step, ...] = (
        Step(after=timedelta(0), to=ON_CALL),
    )  #: For an urgent message or breach.
    approval: tuple[Step, ...] = ()  #: For a draft that waits for a person.
    routes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: Name → names of notifiers.
