"""The drafter: from a message and what was found for it to a draft worth approving, or a reason why not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from kb_index.actions import suggested_actions
from kb_index.composer import Composed, compose
from kb_index.extract import Extract, extract
from kb_index.grounding import check, foreign_links, promises_money
from kb_index.injection import is_instruction, visible
from kb_index.knowledge_base import KnowledgeBase
from kb_index.language import language_of
from kb_index.order_facts import Asked, order_asked_about
from kb_index.redaction import card_numbers, without_payment_data
from kb_index.voice import BrandVoice
from plugins.model import Abstention, Draft, Match, Message, Order, Turn

log = logging.getLogger(__name__)

NOTHING_FITS = 0.15  #: Calibrated confidence below which no answer is composed.
WEAK_FIT = 0.35  #: Fit of the best sentence below which it is no answer.


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafter:
    """Writes drafts from the knowledge base and the contact's orders."""

    kb: KnowledgeBase
    voice: BrandVoice = field(default_factory=BrandVoice)
    deadline: timedelta = timedelta(seconds=20)

    async def draft(
        self,
        message: Message,
        *,
        question: str,
        match: Match,
        orders: Sequence[Order] = (),
        history: Sequence[Turn] = (),
    ) -> Draft | Abstention:
        """A draft for `question`, the customer's words, or an abstention with the reason for a person.

        `orders` must be the contact's own. Whatever goes wrong on the way is an abstention, except a
        cancellation, which passes through.
        """
        try:
            async with asyncio.timeout(self.deadline.total_seconds()):
                return await self._draft(message, question, match, tuple(orders), tuple(history))
        except TimeoutError:
            reason = f"no draft within {self.deadline.total_seconds():g} seconds"
        return Abstention(reason=reason, passages=match.passages[:3])

    async def _draft(
        self,
        message: Message,
        question: str,
        match: Match,
        orders: tuple[Order, ...],
        history: tuple[Turn, ...],
    ) -> Draft | Abstention:
        asked = order_asked_about(question, orders)
        nearest = match.passages[:3]
        if asked.order is None and (not match.passages or match.confidence < NOTHING_FITS):
            return Abstention(reason="the knowledge base has nothing on this", passages=nearest)
        readable = without_payment_data(visible(question))[:4_000]
        found = await asyncio.to_thread(extract, readable, match.passages, self.kb.embedder)
        if asked.order is not None and match.raw_confidence <= 0.85:
            found = replace(found, chosen=found.chosen[:2] if found.fit > 0.75 else ())
        if asked.order is None and (not found.chosen or found.fit < WEAK_FIT):
            return Abstention(reason="no article says anything that answers this", passages=nearest)
        composed = compose(
            readable, found, match.passages, asked.order, voice=self.voice, name=message.contact.name
        )
        return self._finished(composed, found, readable, match, asked)

    def _finished(
        self, composed: Composed, found: Extract, question: str, match: Match, asked: Asked
    ) -> Draft | Abstention:
        """The composed reply after every check; stopped when it promises money or shows what it must not."""
        texts = (*composed.evidence.values(), *self.voice.links)
        stopped = None
        if card_numbers(composed.answer):
            stopped = "the draft contained a full card number and was stopped"
        elif promise := promises_money(composed.answer, texts):
            stopped = f'the draft promised money and was stopped: "{promise}"'
        elif foreign := foreign_links(composed.answer, (*texts, self.voice.closing)):
            stopped = f"the draft contained a link that no source has and was stopped: {foreign[0]}"
        if stopped:
            return Abstention(reason=stopped, passages=match.passages[:3])
        sentences = check(
            composed.answer,
            composed.evidence,
            verbatim=composed.verbatim,
            courtesy=(self.voice.sympathy, self.voice.offer, *self.voice.closing.splitlines()),
        )
        warnings = ["extract of the articles, word for word; no language model wrote it"]
        raw = match.raw_confidence
        if found.unanswered:
            warnings.append(f'nothing was found for: "{"; ".join(found.unanswered)}"')
            raw *= 0.7
        if is_instruction(question):
            warnings.append("the message tries to give instructions to a model; they were not followed")
            raw *= 0.5
        if unsupported := [sentence for sentence in sentences if not sentence.supported]:
            warnings.append(f"{len(unsupported)} of {len(sentences)} sentences are not supported")
            raw *= 0.5
        language = language_of(question)
        if language != "en":
            warnings.append(f"the customer writes in another language ({language}) than the articles")
            raw *= 0.7
        if avoided := self.voice.avoided(composed.answer):
            warnings.append(f"the brand voice avoids: {', '.join(avoided)}")
        if match.degraded:
            warnings.append(match.degraded)
        return Draft(
            answer=composed.answer,
            confidence=round(self.kb.calibration(raw), 4),
            raw_confidence=round(raw, 4),
            citations=composed.citations,
            sentences=sentences,
            suggested_actions=suggested_actions(question, about_order=asked.about_order),
            tone=self.voice.tone,
            language=language,
            author="extractive",
            warnings=tuple(warnings),
            index_version=match.index_version,
        )
