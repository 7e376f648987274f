"""Drafts that wait for a person: somebody is reminded after half an hour, a manager after an hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bot.service_level.incidents import Cause, Incidents
from bot.service_level.on_call import tellings
from bot.service_level.terms import Terms
from bot.service_level.wording import lasting, spoken
from bot.store.clocks import Clocks
from bot.store.database import Database
from bot.store.incidents import IncidentStore
from bot.store.jobs import Job, Jobs
from plugins.alert import Severity
from plugins.model import Conversation, Priority
from rules.rota import ON_CALL, Step

REMIND = "approval"
"""The kind of the jobs that remind of a draft."""

#: Without `approval:` in rules.yaml (specification §9); there, the second one can name the managers.
STANDARD = (Step(after=timedelta(minutes=30), to=ON_CALL), Step(after=timedelta(minutes=60), to=ON_CALL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """Reminds of drafts; each field is a doer that it needs."""

    database: Database
    jobs: Jobs
    store: IncidentStore
    clocks: Clocks
    incidents: Incidents
    terms: Terms
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def drafted(
        self, conversation_id: UUID, conversation: Conversation, draft: int, priority: Priority
    ) -> None:
        """Set the reminders of a new draft; its wait is counted in the clock of its priority."""
        rota, promise = self.terms.rota, self.terms.promises.of(priority)
        steps = rota.approval if rota and rota.approval else STANDARD
        now = self.now()
        for telling in tellings(steps, now, promise.calendar):
            payload = {
                "draft": draft,
                "conversation_id": str(conversation_id),
                "conversation": conversation.id,
                "account_id": conversation.account_id,
                "step": telling.step,
                "to": telling.to,
                "waited": steps[telling.step].after.total_seconds(),
            }
            dedup = f"{REMIND}:{draft}:{telling.step}"
            await self.jobs.put(REMIND, payload, run_at=telling.at, dedup=dedup)

    async def remind(self, job: Job) -> None:
        """Tell of a draft, if it still waits. Safe to repeat."""
        about = job.payload
        if not await self.store.draft_waits(int(about["draft"])):
            return
        conversation_id, now = UUID(about["conversation_id"]), self.now()
        due = [clock.due_at for clock in await self.clocks.of(conversation_id) if clock.fulfilled_at is None]
        soonest = min((at for at in due if at is not None), default=None)
        text = f"An AI draft has waited {lasting(timedelta(seconds=about['waited']))} for a person."
        if soonest is not None:
            verb = "was" if soonest < now else "is"
            text += f" An answer {verb} due by {spoken(soonest, self.terms.zone, now=now)}."
        cause = Cause(
            name=f"waiting:{about['step']}",
            at=now,
            severity=Severity.WARNING,
            title=f"Draft waits for approval: conversation {about['conversation']}",
            text=text,
        )
        async with self.database.transaction() as on:
            await self.incidents.open(
                f"hotdash-{about['account_id']}-{about['conversation']}-draft-{about['draft']}",
                cause,
                conversation_id=conversation_id,
                steps=(Step(after=timedelta(0), to=str(about["to"])),),
                on=on,
            )
        self.jobs.bell.ring()
