"""Keeps the clocks of conversations: hears what happens, works the clocks out, acts when time is up.

Every change is written in one transaction: what happened, how the clocks stand, their events, and the jobs
that come of them. A job of kind "clock" looks again when a clock becomes at risk or is breached; whether it
does, it works out anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from bot.chatwoot.payloads import ConversationEvent, MessageEvent
from bot.service_level.clocks import Clock, Kind, Metric, read_clocks
from bot.service_level.incidents import ONCE, Cause, Incidents, incident_key
from bot.service_level.ledger import columns, events, happenings, same, settled, turning_points
from bot.service_level.terms import Terms
from bot.service_level.wording import NAMES, lasting, spoken
from bot.store.clocks import Clocks, KeptClock, Locked
from bot.store.database import Database, Transaction
from bot.store.jobs import Job, Jobs
from bot.store.posts import Posts
from plugins.alert import Severity
from plugins.model import Conversation, Priority, Status
from rules.rota import Step

log = structlog.get_logger()

CLOCK = "clock"
"""The kind of the jobs that look at a conversation's clocks; their payload is {"conversation_id": ours}."""

AUTO_REPLY, HOLDING = "auto_reply:", "holding:"
"""How the causes of public posts begin that no person wrote for this customer (`AfterHours`, `Waiting`)."""

_STATUSES = {
    Status.OPEN: Kind.OPEN,
    Status.PENDING: Kind.PENDING,
    Status.SNOOZED: Kind.SNOOZE,
    Status.RESOLVED: Kind.RESOLVED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timekeeper:
    """The one who keeps clocks; each field is a doer that it needs."""

    database: Database
    clocks: Clocks
    posts: Posts
    jobs: Jobs
    incidents: Incidents
    terms: Terms
    answer_within: Callable[[str], timedelta | None]  #: What a channel asks for, whatever the priority.
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def hear(
        self, conversation_id: UUID, news: MessageEvent | ConversationEvent, *, on: Transaction
    ) -> None:
        """Take in what Chatwoot tells, in the transaction that records it. In any order, also twice."""
        changed = await self._snapshot(conversation_id, news.conversation, on)
        if isinstance(news, MessageEvent):
            changed |= await self._message(conversation_id, news, on)
        if changed:
            await self._work_out(conversation_id, on)

    async def prioritise(self, conversation_id: UUID, priority: Priority) -> None:
        """Put the promise of a priority on all running clocks of a conversation, from their start."""
        async with self.database.transaction() as on:
            if await self.clocks.change(
                conversation_id, "priority", Kind.PRIORITY, self.now(), priority=priority, on=on
            ):
                await self._work_out(conversation_id, on)
        self.jobs.bell.ring()

    async def disregard(self, conversation_id: UUID, message: int) -> None:
        """Stop the clocks that a message started: a machine wrote it, so nobody waits."""
        async with self.database.transaction() as on:
            if await self.clocks.forget(conversation_id, message, on=on):
                await self._work_out(conversation_id, on)

    async def look(self, job: Job) -> None:
        """Work the clocks of a conversation out again, because one of them may have run down."""
        moment = datetime.fromisoformat(job.payload["moment"])
        async with self.database.transaction() as on:
            # Postgres' clock, which let the job go, may be ahead of ours.
            await self._work_out(UUID(job.payload["conversation_id"]), on, now=max(moment, self.now()))
        self.jobs.bell.ring()

    async def promise_anew(self) -> None:
        """Let the promises of new rules reach all running clocks."""
        moment = self.now().isoformat()
        for conversation_id in await self.clocks.running_in():
            await self.jobs.put(
                CLOCK,
                {"conversation_id": str(conversation_id), "moment": moment},
                dedup=f"{CLOCK}:{conversation_id}:{moment}",
            )

    async def due(self, conversation_id: UUID) -> str | None:
        """Which promise of a conversation is due next, in words; None if none is open."""
        running = [
            clock
            for clock in await self.clocks.of(conversation_id)
            if clock.fulfilled_at is None and clock.due_at is not None
        ]
        if not running:
            return None
        soonest = min(running, key=lambda clock: clock.due_at or clock.started_at)
        assert soonest.due_at is not None, "others were left out"
        now = self.now()
        verb = "was due" if soonest.due_at < now else "due"
        return f"{NAMES[Metric(soonest.metric)]} {verb} by {spoken(soonest.due_at, self.terms.zone, now=now)}"

    async def _snapshot(self, conversation_id: UUID, conversation: Conversation, on: Transaction) -> bool:
        """What the state that came with an event says of status and priority."""
        at = conversation.updated_at
        if at is None:
            return False
        kind = _STATUSES[conversation.status]
        changed = await self.clocks.change(conversation_id, "status", kind, at, on=on)
        if conversation.priority is not None:
            changed |= await self.clocks.change(
                conversation_id, "priority", Kind.PRIORITY, at, priority=conversation.priority, on=on
            )
        return changed

    async def _message(self, conversation_id: UUID, message: MessageEvent, on: Transaction) -> bool:
        if message.deleted:
            return await self.clocks.forget(conversation_id, message.id, on=on)
        kind = await self._kind(message, on)
        if kind is None:
            return False
        new = await self.clocks.add(conversation_id, message.id, kind, message.written_at, on=on)
        if (
            new
            and kind is Kind.PRIVATE_NOTE
            and message.author == "user"
            and message.content.split() == ["/ack"]
        ):
            await self.incidents.acknowledge(
                conversation_id, message.author_name or f"agent {message.author_id}", on=on
            )
        return new

    async def _kind(self, message: MessageEvent, on: Transaction) -> Kind | None:
        """What a message means for clocks."""
        if message.kind == "activity":
            return None
        if message.private:
            return Kind.PRIVATE_NOTE
        if message.kind == "incoming":
            return Kind.CUSTOMER if message.from_customer and not message.automatic else None
        if message.marker is not None:
            # Everything else that we post in public was approved by a person.
            cause = await self.posts.cause(message.marker, on=on)
            automatic = cause is None or cause.startswith((AUTO_REPLY, HOLDING))
            return Kind.AUTO_REPLY if automatic else Kind.APPROVED
        return Kind.AGENT if message.author == "user" else Kind.AUTO_REPLY

    async def _work_out(self, conversation_id: UUID, on: Transaction, *, now: datetime | None = None) -> None:
        """Bring clocks, events, jobs and incidents of a conversation to what follows from what happened."""
        now = now or self.now()
        locked = await self.clocks.lock(conversation_id, on=on)
        promises = self.terms.promises.within(self.answer_within(locked.channel))
        kept = await self.clocks.happenings(conversation_id, on=on)
        found = read_clocks(happenings(kept, promises), promises.of(None))
        before = {
            (clock.metric, clock.number): clock for clock in await self.clocks.of(conversation_id, on=on)
        }
        for clock in found:
            stands = before.pop((clock.metric, clock.number), None)
            await self._set(locked, clock, stands, now, on)
        for gone in before.values():
            await self.clocks.remove(gone.id, on=on)
            key = incident_key(locked.account_id, locked.number, gone.metric, gone.number)
            await self.incidents.close(key, text="Nobody waits.", on=on)
        await self._set_timer(conversation_id, found, now, on)

    async def _set(
        self,
        locked: Locked,
        clock: Clock,
        stands: KeptClock | None,
        now: datetime,
        on: Transaction,
    ) -> None:
        """Write a clock down, and do what follows from each event that was not written down before."""
        if stands is not None and settled(stands, clock):
            return
        stay = stands is not None and same(stands, clock)
        number = stands.id if stands and stay else await self.clocks.set(locked.id, columns(clock), on=on)
        for kind, count, at in events(clock, now):
            if stay and kind == "applied":
                continue
            if await self.clocks.note_event(number, kind, count, at, on=on):
                log.info("sla.event", event_kind=kind, conversation=locked.number, metric=clock.metric.value)
                await self._act(kind, count, at, locked, clock, now, on)

    async def _set_timer(
        self, conversation_id: UUID, clocks: Sequence[Clock], now: datetime, on: Transaction
    ) -> None:
        """Have the clocks looked at when the next of them runs down; that look sets the timer after it."""
        moments = [moment for clock in clocks for moment in turning_points(clock) if moment > now]
        if moments:
            moment = min(moments).isoformat()
            await self.jobs.put(
                CLOCK,
                {"conversation_id": str(conversation_id), "moment": moment},
                run_at=min(moments),
                dedup=f"{CLOCK}:{conversation_id}:{moment}",
                on=on,
            )

    async def _act(
        self,
        kind: str,
        count: int,
        at: datetime,
        locked: Locked,
        clock: Clock,
        now: datetime,
        on: Transaction,
    ) -> None:
        """Tell people what they must know of an event."""
        key = incident_key(locked.account_id, locked.number, clock.metric, clock.number)
        if kind == "fulfilled":
            await self.incidents.close(key, text=f"Done: {NAMES[clock.metric]}.", on=on)
            if clock.metric is not Metric.RESOLUTION:
                await self.incidents.close_drafts(locked.id, on=on)
        elif kind in ("at_risk", "breached") and clock.fulfilled_at is None:
            cause = self._cause(kind, count, at, locked, clock, now)
            rota = self.terms.rota
            steps: Sequence[Step] = rota.escalation if rota and kind == "breached" else ONCE
            await self.incidents.open(
                key,
                cause,
                conversation_id=locked.id,
                steps=steps,
                calendar=clock.promise.calendar,
                on=on,
            )

    def _cause(
        self, kind: str, count: int, at: datetime, locked: Locked, clock: Clock, now: datetime
    ) -> Cause:
        name = NAMES[clock.metric]
        if kind == "breached":
            title, severity = f"{name.capitalize()} overdue", Severity.ERROR
            text = f"It was promised by {spoken(at, self.terms.zone, now=now)}."
        else:
            title, severity = f"{name.capitalize()} at risk", Severity.WARNING
            due = clock.due_at or at
            text = f"Due by {spoken(due, self.terms.zone, now=now)}, in {lasting(due - now)}."
        return Cause(
            name=f"{kind}:{count}",
            at=now,
            severity=severity,
            title=f"{title}: conversation {locked.number} ({clock.promise.priority})",
            text=text,
        )
