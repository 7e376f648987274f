"""The desk at which people decide about drafts: approve, edit, reject, escalate, undo, grade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import structlog

from bot.review.likeness import compare
from bot.review.people import Person
from bot.store.database import Database, Transaction
from bot.store.jobs import Jobs
from bot.store.reviews import Card, NewVerdict, Reviews, Verdict
from kb_index.redaction import card_numbers
from plugins.channels import Channels
from plugins.errors import BadRequest, ReviewConflict
from plugins.model import Priority, Reply

log = structlog.get_logger()

SEND = "send"
"""The kind of the jobs that send an approved text; their payload is {"verdict": id}."""
HAND_OVER = "hand_over"
"""The kind of the jobs that hand a conversation to senior support; their payload is {"verdict": id}."""

#: Why a draft was no good: code → what a person reads.
REASONS = {
    "wrong": "says something wrong",
    "incomplete": "leaves something out",
    "off_topic": "does not answer the question",
    "tone": "is in the wrong tone",
    "policy": "is against policy",
    "outdated": "rests on an outdated article",
    "write_own": "I would rather write it myself",
    "other": "something else",
}

#: Where an escalation goes unless a team is named.
SENIOR = "senior"

Way = Literal["page", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Takes verdicts; each is about one version of one draft, and only the first one counts."""

    database: Database
    reviews: Reviews
    jobs: Jobs
    channels: Channels
    undo_for: timedelta  #: Between an approval and its sending.

    async def approve(
        self, draft: int, version: str, person: Person, way: Way, *, text: str | None = None
    ) -> Verdict:
        """Approve a draft as it is, or with the `text` that a person made of it; it leaves after `undo_for`.

        Raises:
            ReviewConflict: somebody was faster, or the customer wrote again; nothing happened.
            BadRequest: this text must not be sent.
        """
        card = await self.card(draft)
        reply = card.reply
        if text is not None and text.strip() != card.text.strip():
            reply = await self.fit(card, text)
        _demand_sendable(card, reply)
        final = "\n\n".join(reply.parts)
        likeness = compare(card.text, final)
        same = reply.parts == card.reply.parts
        verdict = NewVerdict(
            draft=draft,
            kind="approved" if same else "edited",
            way=way,
            by_id=person.id,
            by_name=person.name,
            final_content=final,
            parts=reply.parts,
            edit_distance=likeness.edit_distance,
            flags=likeness.flags,
            delay=self.undo_for,
        )
        return await self._decide(verdict, version, "approved", SEND)

    async def reject(
        self, draft: int, version: str, person: Person, way: Way, *, reason: str, note: str | None = None
    ) -> Verdict:
        """Put a draft aside for one of `REASONS`. Raises ReviewConflict, or BadRequest for another reason."""
        if reason not in REASONS:
            raise BadRequest(f"{reason} is not a reason; choose one of: {', '.join(REASONS)}")
        verdict = NewVerdict(
            draft=draft,
            kind="rejected",
            way=way,
            by_id=person.id,
            by_name=person.name,
            reason=reason,
            note=note,
        )
        return await self._decide(verdict, version, "rejected", None)

    async def escalate(
        self,
        draft: int,
        version: str,
        person: Person,
        way: Way,
        *,
        team: str | None = None,
        priority: Priority | None = None,
        note: str | None = None,
    ) -> Verdict:
        """Give the conversation to a team, senior support by default. Raises ReviewConflict."""
        verdict = NewVerdict(
            draft=draft,
            kind="escalated",
            way=way,
            by_id=person.id,
            by_name=person.name,
            team=team or SENIOR,
            priority=priority,
            note=note,
        )
        return await self._decide(verdict, version, "escalated", HAND_OVER)

    async def undo(self, verdict: int, person: Person) -> bool:
        """Take back what has not left yet; True if the draft waits again, False if a newer one does.

        Raises ReviewConflict when it is too late.
        """
        found = await self.reviews.verdict(verdict)
        if found is None:
            raise BadRequest("there is no such verdict", status=404)
        async with self.database.transaction() as on:
            card = await self.reviews.lock(found.draft_id, on=on)
            assert card is not None, "a verdict has its draft"
            if not await self.reviews.undo(verdict, person.name, on=on):
                raise ReviewConflict(
                    "too late: it has left, or was undone before", state=card.state, draft=card.id
                )
            waits = await self.reviews.reopen(found.draft_id, on=on)
        log.info("review.undone", verdict=verdict, by=person.id)
        return waits

    async def grade(
        self, verdict: int, grades: tuple[int, int, int], person: Person, comment: str | None = None
    ) -> None:
        """Grade what was sent: tone, accuracy, policy, 1–5 each.

        Raises BadRequest for other grades, ReviewConflict before it was sent or when it was graded before.
        """
        if not all(1 <= grade <= 5 for grade in grades):
            raise BadRequest("grades are three numbers from 1 to 5: tone, accuracy, policy")
        if not await self.reviews.grade(verdict, grades, person.name, comment):
            raise ReviewConflict("only what was sent can be graded, and only once", state="graded", draft=0)
        log.info("review.graded", verdict=verdict, by=person.id, grades=grades)

    async def card(self, draft: int) -> Card:
        """A draft. Raises BadRequest (404) without one."""
        card = await self.reviews.card(draft)
        if card is None:
            raise BadRequest("there is no such draft", status=404)
        return card

    async def fit(self, card: Card, text: str) -> Reply:
        """A person's own text in the form of the draft's channel."""
        return await self.channels.fit(text, card.channel)

    async def _decide(self, verdict: NewVerdict, version: str, state: str, job: str | None) -> Verdict:
        async with self.database.transaction() as on:
            card = await self.reviews.lock(verdict.draft, on=on)
            _demand_current(card, version, outrun_matters=job == SEND)
            await self.reviews.close(verdict.draft, state, on=on)
            number = await self.reviews.decide(verdict, on=on)
            if job is not None:
                await self._queue(job, number, verdict.delay, on)
        self.jobs.bell.ring()
        log.info("review.decided", draft=verdict.draft, kind=verdict.kind, by=verdict.by_id, way=verdict.way)
        kept = await self.reviews.verdict(number)
        assert kept is not None, "it was written a moment ago"
        return kept

    async def _queue(self, kind: str, verdict: int, delay: timedelta | None, on: Transaction) -> None:
        run_at = datetime.now(UTC) + (delay or timedelta())
        await self.jobs.put(kind, {"verdict": verdict}, run_at=run_at, dedup=f"{kind}:{verdict}", on=on)


def _demand_current(card: Card | None, version: str, *, outrun_matters: bool) -> None:
    if card is None:
        raise BadRequest("there is no such draft", status=404)
    if card.state != "pending":
        raise ReviewConflict(
            f"draft #{card.id} does not wait any more: it is {card.state}", state=card.state, draft=card.id
        )
    if card.version != version:
        raise ReviewConflict(f"draft #{card.id} has changed since you saw it", state="changed", draft=card.id)
    if outrun_matters and card.outrun:
        raise ReviewConflict(
            f"the customer wrote again after draft #{card.id}; a new draft follows",
            state="outrun",
            draft=card.id,
        )


def _demand_sendable(card: Card, reply: Reply) -> None:
    refusal = card.reply.refusal or reply.refusal
    if refusal:
        raise BadRequest(f"this must not be sent: {refusal}")
    if not reply.parts:
        raise BadRequest("the reply is empty; there is nothing to send")
    if any(card_numbers(part) for part in reply.parts):
        raise BadRequest("the reply holds a whole card number; remove it")
