"""Composes a reply without a language model: greeting, order status, the sentences that answer, next step.

Every sentence that states something is verbatim from an article or made of the order's data, and cited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kb_index.extract import Extract
from kb_index.order_facts import evidence, order_facts
from kb_index.sentences import sentences
from kb_index.statements import Statement
from kb_index.voice import BrandVoice
from plugins.model import Citation, Order, Passage

#: Something went wrong for the customer: sympathy comes first.
_TROUBLE = re.compile(
    r"\b(?:damag|broke|crack|shatter|smash|dent|fault|defect|missing|wrong|late|delay|lost|stolen|never|"
    r"disappoint|frustrat|unhappy|angry|annoy|terrible|awful|problem|issue|declin|fail|twice|stopped|leak)\w*|"
    r"(?:n['’]t|not) (?:arriv|receiv|work|come|deliver|turn)\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A reply with what each of its numbers stands for."""

    answer: str
    citations: tuple[Citation, ...]
    evidence: dict[int, str]  #: Citation number → everything that its source says.
    verbatim: frozenset[str] = field(default_factory=frozenset)  #: Sentences copied from their source.


def compose(
    question: str,
    found: Extract,
    passages: tuple[Passage, ...],
    order: Order | None,
    *,
    voice: BrandVoice,
    name: str | None,
) -> Composed:
    """The reply to a question from the chosen statements and the contact's order, if it is about one."""
    sources = _Sources()
    paragraphs: list[str] = []
    opening = [voice.sympathy] if voice.sympathy and _TROUBLE.search(question) else []
    if order is not None:
        opening += [f"{fact.text} [{sources.order(order)}]" for fact in order_facts(order)]
    if opening:
        paragraphs.append(" ".join(opening))
    paragraphs += _paragraphs(found.chosen, passages, sources)
    if voice.offer:
        paragraphs.append(voice.offer)
    answer = "\n\n".join((voice.greet(name), *paragraphs, voice.closing.strip()))
    return Composed(
        answer=answer.strip(),
        citations=tuple(sources.citations),
        evidence=sources.texts,
        verbatim=frozenset(
            {one for statement in found.chosen for one in sentences(statement.text)} | _facts(order)
        ),
    )


def _facts(order: Order | None) -> set[str]:
    return {fact.text for fact in order_facts(order)} if order else set()


def _paragraphs(chosen: tuple[Statement, ...], passages: tuple[Passage, ...], sources: _Sources) -> list[str]:
    """Sentences of one place run together, list items stand in lines, requests close the reply as one."""
    paragraphs: list[str] = []
    place: tuple[int, int] | None = None
    listing = False
    for statement in (statement for statement in chosen if not statement.request):
        number = sources.passage(passages[statement.passage], statement.quote)
        cited = " ".join(f"{one} [{number}]" for one in sentences(statement.text))
        here = (statement.passage, statement.block)
        if statement.item:
            line = f"- {cited}"
            if listing or here == place:
                paragraphs[-1] += f"\n{line}"
            else:
                paragraphs.append(line)
        elif here == place and not listing:
            paragraphs[-1] += f" {cited}"
        else:
            paragraphs.append(cited)
        place, listing = here, statement.item
    requests = [statement for statement in chosen if statement.request]
    if requests:
        wanted = [re.sub(r"^Could you please send us (.+)\?$", r"\1", request.text) for request in requests]
        number = sources.passage(passages[requests[0].passage], requests[0].quote)
        paragraphs.append(f"To help you with this, could you please send us {_listed(wanted)}? [{number}]")
    return paragraphs


def _listed(things: list[str]) -> str:
    unique = list(dict.fromkeys(things))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} and {unique[-1]}"


class _Sources:
    """Numbers sources in the order in which the reply first leans on them."""

    def __init__(self) -> None:
        self.citations: list[Citation] = []
        self.texts: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def passage(self, passage: Passage, quote: str) -> int:
        return self._number(
            passage.id,
            Citation(
                number=0,
                kind="kb",
                source=passage.article_id,
                title=passage.title,
                quote=quote,
                passage_id=passage.id,
                url=passage.url,
            ),
            f"{passage.title}\n{passage.text}",
        )

    def order(self, order: Order) -> int:
        text = evidence(order)
        return self._number(
            f"order {order.name}",
            Citation(number=0, kind="order", source=order.name, title=f"Order {order.name}", quote=text),
            text,
        )

    def _number(self, key: str, citation: Citation, text: str) -> int:
        if key not in self._numbers:
            number = len(self.citations) + 1
            self._numbers[key] = number
            self.texts[number] = text
            self.citations.append(
                Citation(
                    number=number,
                    kind=citation.kind,
                    source=citation.source,
                    title=citation.title,
                    quote=citation.quote,
                    passage_id=citation.passage_id,
                    url=citation.url,
                )
            )
        return self._numbers[key]
