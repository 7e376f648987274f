"""Keeps the clocks of conversations: hears what happens, works the clocks out, acts when time is up.

Every change is written in one transaction: what happened, how the clocks stand, their events, and the jobs
that come of them. A job of kind "clock" looks again when a clock becomes at risk or is breached; whether it
does, it works out anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from bot.chatwoot.payloads import ConversationEvent, MessageEvent
from bot.service_level.clocks import Clock, Happening, Kind, Metric, State, read_clocks
from bot.service_level.incidents import ONCE, Cause, Incidents
from bot.service_level.promises import Promises
from bot.service_level.terms import Terms
from bot.service_level.wording import NAMES, lasting, spoken
from bot.store.clocks import Clocks, KeptClock, KeptHappening, Locked
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

#: A promise is broken after its due time, not at it.
_JUST_AFTER = timedelta(seconds=1)
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
        async with self.database.transaction() as on:
            await self._work_out(UUID(job.payload["conversation_id"]), on)
        self.jobs.bell.ring()

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

    async def _work_out(self, conversation_id: UUID, on: Transaction) -> None:
        """Bring clocks, events, jobs and incidents of a conversation to what follows from what happened."""
        locked = await self.clocks.lock(conversation_id, on=on)
        promises = self.terms.promises
        kept = await self.clocks.happenings(conversation_id, on=on)
        found = read_clocks(happenings(kept, promises), promises.of(None))
        before = {
            (clock.metric, clock.number): clock for clock in await self.clocks.of(conversation_id, on=on)
        }
        for clock in found:
            stands = before.pop((clock.metric, clock.number), None)
            await self._set(locked, clock, stands, on)
        for gone in before.values():
            await self.clocks.remove(gone.id, on=on)
            key = incident_key(locked.account_id, locked.number, gone.metric, gone.number)
            await self.incidents.close(key, text="Nobody waits.", on=on)

    async def _set(
        self,
        locked: Locked,
        clock: Clock,
        stands: KeptClock | None,
        on: Transaction,
    ) -> None:
        """Write a clock down, and do what follows from each event that was not written down before."""
        if stands is not None and _settled(stands, clock):
            return
        columns = _columns(clock)
        number = stands.id if stands is not None and _same(stands, columns) else None
        if number is None:
            number = await self.clocks.set(locked.id, columns, on=on)
        for kind, count, at in events(clock, self.now()):
            if await self.clocks.note_event(number, kind, count, at, on=on):
                log.info("sla.event", event_kind=kind, conversation=locked.number, metric=clock.metric.value)
                await self._act(kind, count, at, locked, clock, on)
        if clock.fulfilled_at is None:
            await self._set_timers(locked.id, number, clock, on)

    async def _set_timers(self, conversation_id: UUID, number: int, clock: Clock, on: Transaction) -> None:
        due = clock.due_at and clock.due_at + _JUST_AFTER
        for moment in (clock.at_risk_at, due):
            if moment is not None and moment > self.now():
                await self.jobs.put(
                    CLOCK,
                    {"conversation_id": str(conversation_id)},
                    run_at=moment,
                    dedup=f"{CLOCK}:{number}:{moment.isoformat()}",
                    on=on,
                )

    async def _act(
        self, kind: str, count: int, at: datetime, locked: Locked, clock: Clock, on: Transaction
    ) -> None:
        """Tell people what they must know of an event."""
        key = incident_key(locked.account_id, locked.number, clock.metric, clock.number)
        if kind == "fulfilled":
            await self.incidents.close(key, text=f"Done: {NAMES[clock.metric]}.", on=on)
            if clock.metric is not Metric.RESOLUTION:
                await self.incidents.close_drafts(locked.id, on=on)
        elif kind in ("at_risk", "breached") and clock.fulfilled_at is None:
            cause = self._cause(kind, count, at, locked, clock)
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

    def _cause(self, kind: str, count: int, at: datetime, locked: Locked, clock: Clock) -> Cause:
        name, now = NAMES[clock.metric], self.now()
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


def incident_key(account_id: int, conversation: int, metric: str, number: int) -> str:
    """The one key of everything that people are told about a clock of a conversation (Chatwoot's number)."""
    return f"hotdash-{account_id}-{conversation}-{metric}-{number}"


def _columns(clock: Clock) -> dict[str, Any]:
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


def _settled(stands: KeptClock, clock: Clock) -> bool:
    """Whether a clock was fulfilled before: other promises that are made later do not change it."""
    return (
        stands.fulfilled_at is not None
        and stands.fulfilled_at == clock.fulfilled_at
        and stands.started_at == clock.started_at
    )


def _same(stands: KeptClock, columns: dict[str, Any]) -> bool:
    return all(getattr(stands, name) == value for name, value in columns.items())
