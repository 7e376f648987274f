"""An agent who answers in Chatwoot decides about the waiting draft too: approved, edited or replaced."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot.chatwoot.payloads import MessageEvent
from bot.review.likeness import compare
from bot.store.database import Transaction
from bot.store.reviews import NewVerdict, Reviews


@dataclass(frozen=True, slots=True)
class OwnReplies:
    """Weighs what agents write themselves against the draft that waited."""

    reviews: Reviews

    async def weigh(self, conversation_id: UUID, message: MessageEvent, *, on: Transaction) -> None:
        """Keep what a public reply of an agent's own means for the draft; nothing if none waits.

        A draft that was approved but has not left yet does not follow the agent's own words.
        """
        draft = await self.reviews.waiting_draft(conversation_id, on=on)
        card = await self.reviews.lock(draft, on=on) if draft is not None else None
        if card is None:
            return
        author = message.author_name or f"agent {message.author_id}"
        standing = await self.reviews.standing(card.id, on=on)
        if standing is not None:
            because = f"{author} answered first"
            if not await self.reviews.undo(standing.id, author, because=because, on=on):
                return  # it is leaving this very moment
            await self.reviews.reopen(card.id, on=on)
        likeness = compare(card.text, message.content)
        state = "replaced" if likeness.kind == "replaced" else "approved"
        if not await self.reviews.close(card.id, state, on=on):
            return
        verdict = NewVerdict(
            draft=card.id,
            kind=likeness.kind,
            way="own_reply",
            by_id=message.author_id or 0,
            by_name=author,
            final_content=message.content,
            edit_distance=likeness.edit_distance,
            flags=likeness.flags,
            sent_at=message.written_at,
        )
        number = await self.reviews.decide(verdict, on=on)
        if likeness.kind != "replaced":
            await self.reviews.sent(verdict, number, card, on=on)
