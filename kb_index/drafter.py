"""The drafter: from a message and what was found for it to a draft worth approving, or a reason why not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from kb_index.composer import compose
from kb_index.extract import Extract, extract
from kb_index.injection import visible
from kb_index.inspection import Proposal, inspect
from kb_index.knowledge_base import KnowledgeBase
from kb_index.language import language_of
from kb_index.language_model import LanguageModel, ModelTrouble
from kb_index.order_facts import Asked, order_asked_about
from kb_index.redaction import without_payment_data
from kb_index.voice import BrandVoice
from kb_index.writer import write
from plugins.errors import KnowledgeBaseError
from plugins.model import Abstention, Draft, Match, Message, Order, Turn

log = logging.getLogger(__name__)

NOTHING_FITS = 0.3  #: Calibrated confidence below which no answer is composed.
ABOUT_ORDER = 0.5  #: The same for a question about an order that is not known.
WEAK_FIT = 0.35  #: Fit of the best sentence below which it is no answer.
BESIDE_ORDER = 0.75  #: Fit from which an article's sentences follow the order's status.
QUESTION = 4_000  #: Characters of a message that are read.


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafter:
    """Writes drafts from the knowledge base and the contact's orders.

    Without a model the draft is an extract: the articles' own sentences. With one, a model that fails, is
    late or declines means no draft, never an extract in its place: the two must not be mistaken.
    """

    kb: KnowledgeBase
    voice: BrandVoice = field(default_factory=BrandVoice)
    model: LanguageModel | None = None
    deadline: timedelta = timedelta(seconds=20)

    async def close(self) -> None:
        """Close the connection to the model's server, if there is one."""
        if self.model is not None:
            await self.model.close()

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

        `orders` must be the contact's own. Trouble with a model and the deadline are abstentions; a
        cancellation passes through and closes the request to the model.
        """
        asked = order_asked_about(question, orders)
        if asked.order is None and asked.reference and asked.about_order:
            return _none(match, f"order {asked.reference} is not known to be the contact's")
        if asked.order is None and asked.about_order and match.confidence < ABOUT_ORDER:
            return _none(match, "it asks about an order, and no order of the contact is known")
        if asked.order is None and (not match.passages or match.confidence < NOTHING_FITS):
            return _none(match, "the knowledge base has nothing on this")
        readable = without_payment_data(visible(question[: QUESTION * 4]))[:QUESTION]
        try:
            async with asyncio.timeout(self.deadline.total_seconds()):
                proposal = await self._propose(message, readable, match, asked, history)
        except TimeoutError:
            return _none(match, f"no draft within {self.deadline.total_seconds():g} seconds", failed=True)
        except ModelTrouble as trouble:
            return _none(match, str(trouble), failed=True)
        if proposal is None:
            return _none(match, "no article says anything that answers this")
        inspected = await asyncio.to_thread(
            inspect,
            proposal,
            readable,
            match,
            voice=self.voice,
            calibration=self.kb.calibration,
            embedder=self.kb.embedder,
        )
        return _none(match, inspected) if isinstance(inspected, str) else inspected

    async def _propose(
        self, message: Message, question: str, match: Match, asked: Asked, history: Sequence[Turn]
    ) -> Proposal | None:
        """What is to be inspected: by the model if there is one, else composed; None when nothing fits."""
        name = message.contact.name
        if self.model is not None:
            written = await write(
                self.model, question, match.passages, asked.order, history, voice=self.voice, name=name
            )
            return Proposal(
                composed=written.composed,
                author=self.model.name,
                language=written.answer.language,
                tone=written.answer.tone,
                asked=asked,
                actions=written.answer.actions,
                model_confidence=written.answer.confidence,
            )
        found = await asyncio.to_thread(self._extract, self.kb.spelt(question), match)
        if asked.order is not None:
            found = found.at_least(BESIDE_ORDER, sentences=3)
        elif not found.chosen or found.fit < WEAK_FIT:
            return None
        return Proposal(
            composed=compose(question, found, match.passages, asked.order, voice=self.voice, name=name),
            author="extractive",
            language=language_of(question),
            tone=self.voice.tone,
            asked=asked,
            unanswered=found.unanswered,
            from_elsewhere=bool(found.chosen)
            and match.passages[0].article_id not in {statement.article for statement in found.chosen},
            only_requests=bool(found.chosen) and all(statement.request for statement in found.chosen),
        )

    def _extract(self, question: str, match: Match) -> Extract:
        try:
            return extract(question, match.passages, self.kb.embedder)
        except KnowledgeBaseError as error:
            log.warning("Choosing sentences by words alone: %s", error)
            return extract(question, match.passages, None)


def _none(match: Match, reason: str, *, failed: bool = False) -> Abstention:
    return Abstention(reason=reason, passages=match.passages[:3], failed=failed)
