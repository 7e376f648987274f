"""How the service stands: parts that fail, work that waits, promises that are due, open incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.store.clocks import Clocks, Waiting
from bot.store.database import Database
from bot.store.incidents import IncidentStore, KeptIncident
from bot.store.jobs import Backlog, Jobs
from bot.store.lookout import Component, Lookout

#: A job that was due for so long means that no worker keeps up, or that none runs.
LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The service at one moment."""

    at: datetime
    components: tuple[Component, ...]
    backlog: Backlog
    incidents: tuple[KeptIncident, ...]
    waiting: tuple[Waiting, ...]  #: The next due first.

    @property
    def overdue(self) -> int:
        """How many promises are broken and still open."""
        return sum(one.due_at is not None and one.due_at < self.at for one in self.waiting)

    @property
    def at_risk(self) -> int:
        """How many promises are at risk and not broken yet."""
        return sum(
            one.at_risk_at is not None and one.at_risk_at <= self.at
            for one in self.waiting
            if one.due_at is not None and one.due_at >= self.at
        )

    @property
    def faults(self) -> tuple[str, ...]:
        """What is out of order, one sentence each; empty when all is well."""
        found = [f"{one.name}: {one.reason}" for one in self.components if one.down_since is not None]
        oldest = self.backlog.oldest
        if oldest is not None and oldest > LATE:
            found.append(f"work has waited for {int(oldest.total_seconds())} s: does a worker run?")
        if self.backlog.dead:
            found.append(f"{self.backlog.dead} pieces of work were given up; see `hotdash events list`")
        return tuple(found)

    def as_json(self) -> dict[str, Any]:
        """The same for machines; times are ISO 8601 in UTC."""
        return {
            "ok": not self.faults,
            "at": _iso(self.at),
            "faults": list(self.faults),
            "components": [
                {"name": one.name, "down_since": _iso(one.down_since), "checked_at": _iso(one.checked_at)}
                for one in self.components
            ],
            "jobs": {
                "waiting": self.backlog.waiting,
                "delayed": self.backlog.delayed,
                "running": self.backlog.running,
                "dead": self.backlog.dead,
            },
            "incidents": [
                {
                    "key": one.key,
                    "conversation": one.conversation,
                    "opened_at": _iso(one.opened_at),
                    "acknowledged_by": one.acknowledged_by,
                }
                for one in self.incidents
            ],
            "promises": {"open": len(self.waiting), "at_risk": self.at_risk, "overdue": self.overdue},
        }


async def standing(database: Database, now: datetime) -> Standing:
    """How the service stands, read from the database. Raises StoreUnavailable."""
    return Standing(
        at=now,
        components=tuple(await Lookout(database).components()),
        backlog=await Jobs(database).backlog(),
        incidents=tuple(await IncidentStore(database).open_ones()),
        waiting=tuple(await Clocks(database).waiting()),
    )


def clock_as_json(waiting: Waiting, now: datetime) -> dict[str, Any]:
    """A clock for machines; `state` is running, at_risk, breached or paused."""
    return {
        "conversation": waiting.conversation,
        "channel": waiting.channel,
        "metric": waiting.metric,
        "priority": waiting.priority,
        "state": state_of(waiting, now),
        "started_at": _iso(waiting.started_at),
        "due_at": _iso(waiting.due_at),
    }


def state_of(waiting: Waiting, now: datetime) -> str:
    """How a clock that is not fulfilled stands at a moment."""
    if waiting.due_at is None:
        return "paused"
    if now > waiting.due_at:
        return "breached"
    return "at_risk" if waiting.at_risk_at is not None and now >= waiting.at_risk_at else "running"


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
