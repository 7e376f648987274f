"""Takes a passage's Markdown apart: sentences of paragraphs, list items, rows of tables."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb_index.sentences import sentences

_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+(.*)$", re.DOTALL)
_RULE = re.compile(r"^[\s|:\-=*_]+$")
_LABEL = re.compile(r"^(?:Q|A|question|answer)\s*[:.]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, a list item or a row."""

    text: str
    quote: str  #: As it stands in the passage.
    block: int  #: Number of its paragraph, list or table in the passage.
    item: bool = False  #: A list item or a row.
    lead: bool = False  #: Ends with a colon and introduces the list that follows.


def pieces(markdown: str) -> Iterator[Piece]:
    """The pieces of a passage in reading order; headings and rules are left out.

    A sentence that leads into a list has the list's block. A row becomes "first cell: column cell, …".
    """
    groups = list(_groups(markdown))
    block = 0
    for place, (kind, lines) in enumerate(groups):
        if kind == "list":
            items = (_ITEM.sub(r"\1", line).strip() for line in lines)
            yield from (Piece(item, item, block, item=True) for item in items)
        elif kind == "table":
            yield from (Piece(row, line, block, item=True) for row, line in _rows(lines))
        else:
            told = sentences("\n".join(lines))
            follows = groups[place + 1][0] if place + 1 < len(groups) else None
            leads = follows == "list" and bool(told) and told[-1].rstrip("*_ ").endswith(":")
            for at, sentence in enumerate(told, start=1):
                yield Piece(sentence, sentence, block, lead=leads and at == len(told))
            if leads:
                continue
        block += 1


def _groups(markdown: str) -> Iterator[tuple[str, list[str]]]:
    """Lines that belong together, with their kind: text, list or table."""
    kind, lines, last = "", list[str](), "empty"
    for line in markdown.splitlines():
        now, before, last = _kind(line), last, _kind(line)
        if now == "text" and kind == "list" and before != "empty" and line[0].isspace():
            lines[-1] += f"\n{line.strip()}"
            continue
        # A list may have empty lines between its items; a rule within a table only draws its head.
        if (now == "empty" and kind == "list") or (now == "rule" and kind == "table"):
            continue
        if now != kind:
            if lines:
                yield kind, lines
            kind, lines = now, []
        if now in {"text", "list", "table"}:
            lines.append(line.strip())
    if lines:
        yield kind, lines


def _kind(line: str) -> str:
    if not line.strip():
        return "empty"
    if _RULE.match(line) or line.lstrip().startswith("#"):
        return "rule"
    if _ITEM.match(line):
        return "list"
    return "table" if line.count("|") >= 2 else "text"


def _rows(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each row but the head in words, with its line."""
    header, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    for (first, *cells), line in zip(rows, lines[1:], strict=True):
        named = zip(header[1:], cells, strict=False)
        yield f"{first}: {', '.join(f'{name.lower()} {cell}' for name, cell in named if cell)}", line


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
