"""The last look at every draft, whoever wrote it: stop it, mark it or let it pass, and how sure we are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb_index.actions import Action, suggested_actions
from kb_index.composer import Composed
from kb_index.confidence import Calibration
from kb_index.embedding import Embedder
from kb_index.grounding import check, foreign_links, promises_money
from kb_index.injection import is_instruction
from kb_index.order_facts import Asked
from kb_index.redaction import card_numbers
from kb_index.voice import BrandVoice
from plugins.model import Draft, Match, Sentence

UNSUPPORTED = 0.5  #: What the confidence is multiplied by for unsupported sentences.
INSTRUCTED = 0.5  #: … for a message that tries to instruct a model.
HALF_ANSWERED = 0.7  #: … for a part of the question that nothing was found for.
ANOTHER_LANGUAGE = 0.7  #: … for an extract in another language than the customer's.
FROM_ELSEWHERE = 0.8  #: … for a draft that is not from the best article, because that has no sentence for it.
ONLY_REQUESTS = 0.7  #: … for a draft that only asks the customer for something.


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A reply before it is inspected."""

    composed: Composed
    author: str  #: extractive, or the model's name.
    language: str
    tone: str
    asked: Asked
    actions: tuple[Action, ...] = ()
    model_confidence: float = 1.0
    unanswered: tuple[str, ...] = ()
    only_requests: bool = False
    from_elsewhere: bool = False  #: Not from the article that fits the question best.


def inspect(
    proposal: Proposal,
    question: str,
    match: Match,
    *,
    voice: BrandVoice,
    calibration: Calibration,
    embedder: Embedder | None = None,
) -> Draft | str:
    """The draft with every sentence's support and its confidence, or the reason why it is stopped."""
    composed = proposal.composed
    if reason := _stopped(composed, voice):
        return reason
    greeting = composed.answer.partition("\n")[0]
    sentences = check(
        composed.answer,
        composed.evidence,
        verbatim=composed.verbatim,
        courtesy=(greeting, voice.sympathy, voice.offer, *voice.closing.splitlines()),
        embedder=embedder,
    )
    unsupported = sum(not sentence.supported for sentence in sentences)
    cited = sum(bool(sentence.citations) for sentence in sentences)
    if proposal.author != "extractive" and unsupported > cited - unsupported:
        return "most of what the model wrote is not in its sources; the draft was stopped"
    raw, warnings = min(match.raw_confidence, proposal.model_confidence), list[str]()
    for text, factor in _remarks(proposal, question, match, sentences, voice):
        warnings.append(text)
        raw *= factor
    known = suggested_actions(question, about_order=proposal.asked.about_order)
    return Draft(
        answer=composed.answer,
        greeting=greeting,
        offer=voice.offer,
        closing=voice.closing.strip(),
        confidence=round(calibration(raw), 4),
        raw_confidence=round(raw, 4),
        citations=composed.citations,
        sentences=sentences,
        suggested_actions=tuple(action.value for action in dict.fromkeys((*proposal.actions, *known))),
        tone=proposal.tone,
        language=proposal.language,
        author=proposal.author,
        warnings=tuple(warnings),
        index_version=match.index_version,
    )


def _stopped(composed: Composed, voice: BrandVoice) -> str | None:
    """Why a reply must not even be shown as a draft, if so."""
    texts = (*composed.evidence.values(), *voice.links, voice.closing)
    if card_numbers(composed.answer):
        return "the draft contained a full card number and was stopped"
    if promise := promises_money(composed.answer, composed.evidence.values(), verbatim=composed.verbatim):
        return f'the draft promised money and was stopped: "{promise}"'
    if foreign := foreign_links(composed.answer, texts):
        return f"the draft contained a link that no source has and was stopped: {foreign[0]}"
    return None


def _remarks(
    proposal: Proposal, question: str, match: Match, sentences: tuple[Sentence, ...], voice: BrandVoice
) -> Iterator[tuple[str, float]]:
    """What the note should say of a draft, and the factor on the confidence that goes with it."""
    extractive = proposal.author == "extractive"
    if extractive:
        yield "extract of the articles, word for word: no language model wrote it", 1.0
    if unsupported := sum(not sentence.supported for sentence in sentences):
        yield f"{unsupported} of {len(sentences)} sentences are not supported by their sources", UNSUPPORTED
    if proposal.unanswered:
        yield f'nothing was found for "{"; ".join(proposal.unanswered)}"', HALF_ANSWERED
    if proposal.only_requests:
        yield "the articles are guidelines for agents: the draft only asks for what they need", ONLY_REQUESTS
    if proposal.from_elsewhere:
        yield "the article that fits best has no sentence for this: the draft is from others", FROM_ELSEWHERE
    if is_instruction(question):
        yield "the message tries to instruct a language model; that was not followed", INSTRUCTED
    if extractive and proposal.language != "en":
        yield f"the customer writes in another language ({proposal.language})", ANOTHER_LANGUAGE
    if avoided := voice.avoided(proposal.composed.answer):
        yield f"the brand voice avoids: {', '.join(avoided)}", 1.0
    if match.degraded:
        yield match.degraded, 1.0
