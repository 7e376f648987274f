"""What a passage states, piece by piece, in words that may go to a customer."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb_index.audience import for_customer, is_for_agents
from kb_index.injection import is_instruction
from kb_index.sentences import sentences
from plugins.model import Passage

_ITEM = re.compile(r"^\s*(?:[-*+•]|(\d{1,2})[.)])\s+(.*)$")
_SEPARATOR = re.compile(r"^[\s|:\-=*_]+$")
_ASIDE = re.compile(
    r"(?:yes|no|sure|of course|great question|good news|note|tip|hint|important|please note|great|thanks?|"
    r"thank you|hello|hi|welcome|absolutely|certainly|exactly|remember|example|that's it|"
    r"done)\W*(?:there)?\W*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?:Q|A|question|answer)\s*[:.]\s*", re.IGNORECASE)
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
    for block, (item, quote, lead) in enumerate_blocks(passage.text):
        text = plain(quote)
        if (
            _META.match(quote)
            or is_instruction(text)
            or _ASIDE.fullmatch(text)
            or (text.endswith("?") and not for_agents)
        ):
            continue
        told = for_customer(text) if for_agents else (text, False)
        if told is None or not _is_whole(told[0], item=item):
            continue
        said, request = told
        yield Statement(
            text=said,
            quote=quote,
            passage=number,
            article=passage.article_id,
            block=block,
            item=item and not for_agents,
            lead=lead and not for_agents,
            request=request,
        )


def enumerate_blocks(text: str) -> Iterator[tuple[int, tuple[bool, str, bool]]]:
    """Each sentence or list item: its block, whether it is an item, its text, whether it leads in."""
    block, header = 0, None
    lines = text.splitlines()
    paragraph: list[str] = []

    def flush(*, before_list: bool = False) -> Iterator[tuple[int, tuple[bool, str, bool]]]:
        told = sentences(" ".join(paragraph))
        paragraph.clear()
        for position, sentence in enumerate(told):
            lead = before_list and position == len(told) - 1 and sentence.rstrip("*_ ").endswith(":")
            yield block, (False, sentence, lead)

    for line in lines:
        item = _ITEM.match(line)
        if not line.strip() or line.lstrip().startswith("#") or _SEPARATOR.match(line):
            if _SEPARATOR.match(line) and "|" in line:
                continue
            following = _next_content(lines, line, after=lines.index(line))
            yield from flush(before_list=bool(following and _ITEM.match(following)))
            if not (following and _ITEM.match(following)):
                block, header = block + 1, None
        elif "|" in line and line.count("|") >= 2:
            yield from flush()
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if header is None:
                header = cells
            else:
                pairs = zip(header[1:], cells[1:], strict=False)
                told = ", ".join(f"{name.lower()} {cell}" for name, cell in pairs if cell)
                yield block, (True, f"{cells[0]}: {told}", False)
        elif item:
            yield from flush(before_list=True)
            yield block, (True, item.group(2).strip(), False)
        else:
            paragraph.append(line.strip())
    yield from flush()


def _next_content(lines: list[str], line: str, *, after: int) -> str | None:
    return next((other for other in lines[after + 1 :] if other.strip()), None)


def plain(markdown: str) -> str:
    """Text without Markdown marks: links as "words (address)", no images, entities as their characters."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", markdown)
    text = re.sub(r"\[([^\]]+)\]\((https?://[^)\s]+|mailto:[^)\s]+)[^)]*\)", _link, text)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<(https?://[^>]+)>", r"\1", text)
    text = re.sub(r"</?[a-zA-Z][^>]*>", "", text)
    text = re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<!\w)[*_](?=\S)(.+?)(?<=\S)[*_](?!\w)", r"\1", text)
    return _LABEL.sub("", " ".join(html.unescape(text).split())).strip()


def _link(found: re.Match[str]) -> str:
    address = found.group(2).removeprefix("mailto:")
    return address if found.group(1) == address else f"{found.group(1)} ({address})"


def _is_whole(text: str, *, item: bool) -> bool:
    """Whether a text can stand by itself: more than an interjection or the stump of a sentence."""
    size = len(text.split())
    return size >= 2 if item else size >= 4 or bool(re.search(r"\d", text) and size >= 3)
