"""One message's whole journey, top to bottom: START READING HERE.

hear (bot/webhook.py) → read (bot/reader.py, bot/answerer.py) → gather → decide → apply → draft → format →
note. Each step writes down what it made before the next begins, keyed by its cause, so that after a crash
the same job finds what is done and goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from bot import notes
from bot.chatwoot.client import Chatwoot
from bot.chatwoot.handover import apply
from bot.gather import Gathered, Gatherer
from bot.inquiry import Inquiry
from bot.live_rules import LiveRules
from bot.postbox import Postbox
from bot.service_level.service import ServiceLevel
from bot.short_links import ShortLinks
from bot.store.decisions import Decisions, KeptDecision, KeptDraft
from bot.store.events import Events
from bot.store.record import Record
from bot.waiting import Waiting
from kb_index.drafter import Drafter
from plugins.channels import Channels
from plugins.model import Abstention, Route, Status

log = structlog.get_logger()

_UNVERIFIED = "no orders are looked up: nobody vouches for this contact; ask for proof before you answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Carries inquiries through the rooms; each field is the doer of a step."""

    events: Events
    record: Record
    gatherer: Gatherer
    rules: LiveRules
    decisions: Decisions
    chatwoot: Chatwoot
    drafter: Drafter
    channels: Channels
    links: ShortLinks
    postbox: Postbox
    waiting: Waiting
    service_level: ServiceLevel
    first_line: bool  #: Conversations start pending with the bot, and are opened here.
    history_turns: int
    review_page: str | None  #: Address of a draft's page, with {} for its number.

    async def carry(self, inquiry: Inquiry) -> None:
        """Take an inquiry from its facts to the private note. May be called again for the same inquiry."""
        gathered = await self.gatherer.gather(inquiry.message, inquiry.waiting)
        await self.service_level.weighed(gathered.match)
        kept = await self._decide(inquiry, gathered)
        await self.service_level.decided(
            inquiry.conversation_id,
            inquiry.message,
            kept.decision,
            language=kept.facts["message.language"],
        )
        warnings = await apply(self.chatwoot, inquiry.message.conversation, kept.decision)
        drafted = await self._draft(inquiry, gathered, kept)
        if gathered.unverified:
            warnings = (*warnings, _UNVERIFIED)
        await self._note(inquiry, kept, drafted, warnings)
        if isinstance(drafted, KeptDraft):
            await self.service_level.drafted(
                inquiry.conversation_id, inquiry.message, kept.decision, drafted.id
            )
            if kept.facts["time.after_hours"] is False:  # Else the after-hours reply says it.
                await self.waiting.hold(inquiry)
        if self.first_line and inquiry.message.conversation.status is Status.PENDING:
            await self.chatwoot.open(inquiry.message.conversation.id)
        await self.events.settle(
            inquiry.event_id, inquiry.answers, draft_created=isinstance(drafted, KeptDraft)
        )
        log.info(
            "message.carried",
            conversation=inquiry.message.conversation.id,
            messages=inquiry.answers,
            priority=kept.decision.priority,
            route=kept.decision.route,
            drafted=isinstance(drafted, KeptDraft),
        )

    async def _decide(self, inquiry: Inquiry, gathered: Gathered) -> KeptDecision:
        kept = await self.decisions.of_message(inquiry.message.id)
        if kept is not None:
            return kept
        decision = self.rules.decide(gathered.facts, at=datetime.now(UTC))
        return await self.decisions.keep(
            inquiry.conversation_id, inquiry.message.id, inquiry.answers, gathered.facts, decision
        )

    async def _draft(
        self, inquiry: Inquiry, gathered: Gathered, kept: KeptDecision
    ) -> KeptDraft | Abstention | None:
        """The draft, or why there is none; None when the rules want no draft."""
        if kept.decision.route is Route.HUMAN:
            return None
        there = await self.decisions.draft_of(kept.id)
        if there is not None:
            return there
        message = inquiry.message
        history = await self.record.turns(
            inquiry.conversation_id, before=inquiry.answers[0], most=self.history_turns
        )
        async with self.waiting.typing(message):
            draft = await self.drafter.draft(
                message,
                question=message.content,
                match=gathered.match,
                orders=gathered.orders,
                history=history,
            )
        await self.service_level.tried(draft)
        if isinstance(draft, Abstention):
            return draft
        shown = draft
        if self.channels.capabilities(message.channel).short_links:
            shown = replace(draft, answer=await self.links.shorten(draft.answer))
        reply = await self.channels.format(shown, message)
        return await self.decisions.keep_draft(inquiry.conversation_id, kept.id, draft, reply)

    async def _note(
        self,
        inquiry: Inquiry,
        kept: KeptDecision,
        drafted: KeptDraft | Abstention | None,
        warnings: Sequence[str],
    ) -> None:
        """Post the note, then take back the notes that it makes old."""
        number = inquiry.message.conversation.id
        if not isinstance(drafted, KeptDraft):
            await self.decisions.close_pending(inquiry.conversation_id, "replaced")
        stale = await self.decisions.stale_notes(inquiry.conversation_id)
        due = await self.service_level.due(inquiry.conversation_id)
        if isinstance(drafted, KeptDraft):
            text = notes.draft_note(
                kept.decision,
                drafted.draft,
                drafted.reply,
                replaces=bool(stale),
                burst=len(inquiry.answers),
                due=due,
                warnings=warnings,
                page=self.review_page.format(drafted.id) if self.review_page else None,
            )
            await self.postbox.note(f"draft:{kept.id}", number, text, after=inquiry.message.id)
        else:
            text = notes.human_note(kept.decision, drafted, replaces=bool(stale), due=due, warnings=warnings)
            await self.postbox.note(f"human:{kept.id}", number, text, after=inquiry.message.id)
        for old in stale:
            await self.postbox.take_back(number, old)
