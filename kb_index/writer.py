"""Lets a language model write the reply from the same sources, and puts its citations right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb_index.composer import Composed
from kb_index.grounding import split
from kb_index.language_model import Answer, LanguageModel, ModelTrouble
from kb_index.order_facts import evidence
from kb_index.prompt import leaks, system_prompt, user_prompt
from kb_index.sentences import sentences, telling_words
from kb_index.voice import BrandVoice
from kb_index.wording import stem
from plugins.model import Citation, Order, Passage, Turn

PASSAGES = 5  #: That the model is shown, the best first.
_GREETING = re.compile(r"^(?:hi|hello|hey|dear)\b[^\n.!?]{0,40}[,!]?\s*\n+", re.IGNORECASE)
_MARKS = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A model's reply, and what it says of it."""

    composed: Composed
    answer: Answer


async def write(
    model: LanguageModel,
    question: str,
    passages: Sequence[Passage],
    order: Order | None,
    history: Sequence[Turn],
    *,
    voice: BrandVoice,
    name: str | None,
) -> Written:
    """A reply by the model. Raises ModelTrouble when it fails, declines, or gives away its rules."""
    sources = [_passage(passage) for passage in passages[:PASSAGES]]
    if order is not None:
        sources.insert(0, _order(order))
    system = system_prompt(voice)
    answer = await model.answer(
        system, user_prompt(question, history, [(source.title, text) for source, text in sources], name=name)
    )
    if answer.needs_human or not answer.answer.strip():
        raise ModelTrouble(f"{model.name} leaves this to a person: {answer.reason or 'no reason given'}")
    if leaks(answer.answer, system):
        raise ModelTrouble(f"{model.name} repeated its instructions; the draft was stopped")
    return Written(composed=_cited(answer.answer, sources, voice, name), answer=answer)


def _cited(body: str, sources: list[tuple[Citation, str]], voice: BrandVoice, name: str | None) -> Composed:
    """The reply with its citations numbered in the order of the text; a number without a source stays."""
    body = _GREETING.sub("", body.strip())
    given = dict(enumerate(sources, start=1))
    order = list(dict.fromkeys(int(found) for found in _MARKS.findall(body)))
    numbers = {old: new for new, old in enumerate((old for old in order if old in given), start=1)}
    # An invented number must not become a real one.
    invented = {old: len(sources) + place for place, old in enumerate(order, start=1) if old not in given}
    body = _MARKS.sub(lambda found: f"[{(numbers | invented)[int(found.group(1))]}]", body)
    told = split(body)
    citations = tuple(
        Citation(
            number=new,
            kind=given[old][0].kind,
            source=given[old][0].source,
            title=given[old][0].title,
            quote=_quote(" ".join(one.text for one in told if new in one.citations), given[old]),
            passage_id=given[old][0].passage_id,
            url=given[old][0].url,
        )
        for old, new in numbers.items()
    )
    return Composed(
        answer="\n\n".join((voice.greet(name), body.strip(), voice.closing.strip())),
        citations=citations,
        evidence={new: f"{given[old][0].title}\n{given[old][1]}" for old, new in numbers.items()},
    )


def _quote(told: str, source: tuple[Citation, str]) -> str:
    """The sentence of a source that is nearest to what the draft says from it, verbatim."""
    citation, text = source
    if citation.kind == "order":
        return text
    own = {stem(word) for word in telling_words(told)}
    return max(
        sentences(text), key=lambda one: len(own & {stem(word) for word in telling_words(one)}), default=text
    )


def _passage(passage: Passage) -> tuple[Citation, str]:
    citation = Citation(
        number=0,
        kind="kb",
        source=passage.article_id,
        title=passage.title,
        quote="",
        passage_id=passage.id,
        url=passage.url,
    )
    return citation, passage.text


def _order(order: Order) -> tuple[Citation, str]:
    text = evidence(order)
    title = f"Order {order.name}"
    return Citation(number=0, kind="order", source=order.name, title=title, quote=text), text
