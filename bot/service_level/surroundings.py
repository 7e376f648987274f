"""What the service leans on: a part that fails is told of once, and told of again when it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from bot.service_level.incidents import ONCE, Cause, Incidents
from bot.service_level.terms import Terms
from bot.service_level.wording import lasting
from bot.store.database import Database
from bot.store.jobs import Jobs
from bot.store.lookout import Lookout
from plugins.alert import Severity

log = structlog.get_logger()

CHATWOOT, WEBHOOKS, KNOWLEDGE, DRAFTER = "Chatwoot", "webhooks", "knowledge base", "drafter"
RULES = "rules"

_AGAIN = timedelta(minutes=1)

#: What people notice while a part fails, and what the service does instead (specification §9).
EFFECTS = {
    CHATWOOT: "Notes and answers wait, and are tried again until it is back.",
    WEBHOOKS: "Chatwoot is asked for news every five minutes; drafts come up to five minutes late.",
    KNOWLEDGE: "Drafts rest on the articles that were read before.",
    RULES: "Messages are decided by the rules that were in force before.",
    DRAFTER: "Messages go to people without a draft.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Notes whether parts work; each field is a doer that it needs."""

    database: Database
    jobs: Jobs
    lookout: Lookout
    incidents: Incidents
    terms: Terms
    account_id: int
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    #: When this process last wrote down that a part works: every message says so of some.
    lately: dict[str, datetime] = field(default_factory=dict)

    async def report(self, name: str, fault: str | None) -> None:
        """Note whether a part works: `fault` is why not."""
        if fault is None:
            await self.worked(name)
        else:
            await self.failed(name, fault)

    async def failed(self, name: str, reason: str) -> None:
        """Note that a part does not work, with the reason; if it worked until now, people are told."""
        at = self.now()
        self.lately.pop(name, None)
        async with self.database.transaction() as on:
            if not await self.lookout.down(name, reason, at, on=on):
                return
            log.error("component.down", component=name, reason=reason)
            rota = self.terms.rota
            cause = Cause(
                name="down",
                at=at,
                severity=Severity.ERROR,
                title=f"{name[0].upper()}{name[1:]} not working",
                text="\n\n".join(filter(None, (reason, EFFECTS.get(name)))),
            )
            await self.incidents.open(self._key(name), cause, steps=rota.escalation if rota else ONCE, on=on)
        self.jobs.bell.ring()

    async def worked(self, name: str) -> None:
        """Note that a part works; if it did not until now, those who were told hear that it is over."""
        at = self.now()
        if name in self.lately and at - self.lately[name] < _AGAIN:
            return
        self.lately[name] = at
        async with self.database.transaction() as on:
            since = await self.lookout.up(name, at, on=on)
            if since is None:
                return
            text = f"Works again after {lasting(at - since)}: {name}."
            log.info("component.up", component=name, seconds=(at - since).total_seconds())
            await self.incidents.close(self._key(name), text=text, on=on)
        self.jobs.bell.ring()

    def _key(self, name: str) -> str:
        return f"hotdash-{self.account_id}-down-{name.replace(' ', '-')}"
