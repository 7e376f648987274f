"""Approved texts go out, once; escalations reach their team."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.chatwoot.client import Chatwoot
from bot.postbox import Postbox
from bot.store.database import Database
from bot.store.jobs import Job
from bot.store.record import Record
from bot.store.reviews import Card, Reviews, Verdict
from plugins.errors import ChatwootForbidden, ChatwootRefused
from plugins.model import Priority

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Works the jobs of kind "send" and "hand_over". Safe to repeat after a crash at any point."""

    database: Database
    reviews: Reviews
    record: Record
    postbox: Postbox
    chatwoot: Chatwoot

    async def send(self, job: Job) -> None:
        """Send the parts of an approval as the user, unless it was undone or the customer wrote again."""
        number = int(job.payload["verdict"])
        approved = await self.reviews.verdict(number)
        if approved is not None and approved.leaving_at is None and approved.undone_at is None:
            seen = await self._card(approved)
            if seen.outrun:
                # What was approved before the newer message was read must not go out.
                await self._returned(approved, seen, "the customer has written again in the meantime")
                return
        verdict = await self.reviews.leave(number)
        if verdict is None:
            return
        card = await self._card(verdict)
        number = 0
        for place, part in enumerate(verdict.parts, 1):
            try:
                number = await self.postbox.reply(
                    f"reply:{verdict.id}:{place}", card.conversation, part, after=card.message
                )
            except (ChatwootRefused, ChatwootForbidden) as error:
                if place > 1:
                    raise
                await self._returned(verdict, card, str(error))
                return
        async with self.database.transaction() as on:
            await self.record.mark_answered(card.conversation_id, number, on=on)
            await self.reviews.sent(verdict, verdict.id, card, on=on)
        log.info("review.sent", verdict=verdict.id, conversation=card.conversation, message=number)

    async def hand_over(self, job: Job) -> None:
        """Set team and priority of an escalated conversation, and tell the team why in a note."""
        verdict = await self.reviews.verdict(int(job.payload["verdict"]))
        if verdict is None:
            return
        card = await self._card(verdict)
        assert verdict.team is not None, "an escalation has a team"
        assigned = await self.chatwoot.assign_team(card.conversation, verdict.team)
        if verdict.priority is not None:
            await self.chatwoot.set_priority(card.conversation, Priority(verdict.priority))
        lines = [f"🙋 Escalated to {verdict.team} by {verdict.by_name}"]
        lines += [verdict.note] if verdict.note else []
        lines += (
            [] if assigned else [f"❗ There is no team “{verdict.team}” in Chatwoot; assign one by hand."]
        )
        await self.postbox.note(
            f"escalation:{verdict.id}", card.conversation, "\n\n".join(lines), after=card.message
        )

    async def _returned(self, verdict: Verdict, card: Card, fault: str) -> None:
        """Chatwoot will never take it: the draft waits again, and a note says why."""
        log.error("review.not_sent", verdict=verdict.id, fault=fault)
        async with self.database.transaction() as on:
            await self.reviews.lock(card.id, on=on)
            await self.reviews.undo(verdict.id, "the service", because=fault, returned=True, on=on)
            await self.reviews.reopen(card.id, on=on)
        text = f"❗ The reply that {verdict.by_name} approved was not sent: {fault}"
        await self.postbox.note(f"not_sent:{verdict.id}", card.conversation, text, after=card.message)

    async def _card(self, verdict: Verdict) -> Card:
        card = await self.reviews.card(verdict.draft_id)
        assert card is not None, "a verdict has its draft"
        return card
