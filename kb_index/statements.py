"""What a passage states, piece by piece, in words that may go to a customer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb_index.audience import for_customer, is_for_agents
from kb_index.blocks import pieces, plain
from kb_index.injection import is_instruction
from plugins.model import Passage

_ASIDE = re.compile(
    r"(?:yes|no|sure|of course|great question|good news|note|tip|hint|important|please note|great|thanks?|"
    r"thank you|hello|hi|welcome|absolutely|certainly|exactly|remember|example|that's it|"
    r"done)\W*(?:there)?\W*",
    re.IGNORECASE,
)
_META = re.compile(
    r"^\**(?:category|topic|tags?|keywords|author|last (?:updated|reviewed)|updated)\**\s*:", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence or list item."""

    text: str  #: For the customer: without Markdown, spoken to "you".
    quote: str  #: The same, verbatim from the passage.
    passage: int  #: Number of its passage among those given.
    article: str  #: Id of its article.
    block: int  #: Paragraph or list within the passage; neighbours in one block belong together.
    item: bool = False  #: An item of a list.
    lead: bool = False  #: Introduces the list that follows it.
    request: bool = False  #: Asks the customer for something, made of an instruction to agents.


def statements(passages: tuple[Passage, ...]) -> list[Statement]:
    """All statements of the passages, in reading order.

    Headings, questions, interjections, instructions to agents and text that tries to instruct a model are
    left out.
    """
    texts: dict[str, str] = {}
    for passage in passages:
        texts[passage.article_id] = f"{texts.get(passage.article_id, '')}\n{passage.text}"
    told = {key: is_for_agents(text) for key, text in texts.items()}
    # Articles of one knowledge base speak to the same people, even where a single one does not show it.
    mostly = sum(told.values()) * 2 > len(told)
    return [
        statement
        for number, passage in enumerate(passages)
        for statement in _of(passage, number, for_agents=mostly or told[passage.article_id])
    ]


def _of(passage: Passage, number: int, *, for_agents: bool) -> Iterator[Statement]:
    for piece in pieces(passage.text):
        text = plain(piece.text)
        if _META.match(piece.text) or is_instruction(text) or _ASIDE.fullmatch(text):
            continue
        if text.endswith("?") and not for_agents:
            continue
        told = for_customer(text) if for_agents else (text, False)
        if told is None or not _is_whole(told[0], item=piece.item):
            continue
        said, request = told
        yield Statement(
            text=said,
            quote=piece.quote,
            passage=number,
            article=passage.article_id,
            block=piece.block,
            item=piece.item and not for_agents,
            lead=piece.lead and not for_agents,
            request=request,
        )


def _is_whole(text: str, *, item: bool) -> bool:
    """Whether a text can stand by itself: more than an interjection or the stump of a sentence."""
    size = len(text.split())
    return size >= 2 if item else size >= 4 or bool(re.search(r"\d", text) and size >= 3)
