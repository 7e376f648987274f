"""Text work that every channel needs: citation marks out, Markdown to plain text, long texts in parts."""

from __future__ import annotations

import re

import regex

from plugins.model import Draft

_CITATION = re.compile(r"[ \t\u00a0]*\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\](?![(\[:])")
_PICTURE = re.compile(r"!(?=\[[^\]\n]*\]\()")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_GRAPHEME = regex.compile(r"\X")
#: Where a text may be cut, best first: after a paragraph, a line, a sentence, a word.
_SEAMS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？])"),
    re.compile(r"\s+"),
)

_MARKDOWN = (
    (re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n?", re.MULTILINE), ""),
    (re.compile(r"!\[([^\]\n]*)\]\([^)\s]*(?:\s+\"[^\"\n]*\")?\)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\]\(<?([^)\s>]+)>?(?:\s+\"[^\"\n]*\")?\)"), None),
    (re.compile(r"<((?:https?://|mailto:)[^>\s]+)>"), r"\1"),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE), r"\1"),
    (re.compile(r"^[ \t]{0,3}(?:[-*_][ \t]*){3,}$", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)[*+-][ \t]+", re.MULTILINE), r"\1- "),
    (re.compile(r"^[ \t]{0,3}>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"(?<![\w_])(_{1,3})(?=\S)([^_\n]+?)(?<=\S)\1(?![\w_])"), r"\2"),
    (re.compile(r"~~(?=\S)([^~\n]+?)~~"), r"\1"),
    (re.compile(r"(?<!`)`([^`\n]+)`(?!`)"), r"\1"),
    (re.compile(r"\\\n"), "\n"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])"), r"\1"),
)


def without_citations(text: str) -> str:
    """The text without marks such as [1] or [2, 3]; links of the form [1](…) stay."""
    return _CITATION.sub("", text)


def without_pictures(text: str) -> str:
    """Markdown with links for pictures: a picture loads by itself, and its address can carry data out."""
    return _PICTURE.sub("", text)


def body(draft: Draft, *, greeting: bool = False, offer: bool = False) -> str:
    """The answer without its closing, and without its greeting and its offer of help unless asked for."""
    text = draft.answer.strip()
    for said, kept in ((draft.closing, False), (draft.offer, offer)):
        if said and not kept:
            text = text.removesuffix(said).rstrip()
    if draft.greeting and not greeting:
        text = text.removeprefix(draft.greeting).lstrip()
    return text or draft.answer.strip()


def plain(text: str) -> str:
    """Markdown as a person would type it: no markup, links as "words (address)"."""
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(_link if replacement is None else replacement, text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _link(match: re.Match[str]) -> str:
    words, address = match[1], match[2].removeprefix("mailto:")
    bare = address.split("://", 1)[-1].rstrip("/")
    return address if words in (address, bare) else f"{words} ({address})"


def graphemes(text: str) -> list[str]:
    """The characters as people count them: an emoji family or a letter with its accents is one."""
    return _GRAPHEME.findall(text)


def split(text: str, limit: int) -> tuple[str, ...]:
    """Cut a text into parts of at most `limit` characters, at the best seam there is.

    A paragraph, then a line, a sentence, a word is kept whole if it fits; a grapheme always is. An address
    (URL) is never cut, even when it alone is longer than the limit. An empty text gives no parts.
    """
    parts = []
    rest = text.strip()
    while len(rest) > limit:
        end = _cut(rest, limit)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return tuple(part for part in (*parts, rest) if part)


def _cut(text: str, limit: int) -> int:
    """Where the first part ends; at least one grapheme in."""
    for seam in _SEAMS:
        ends = [match.start() for match in seam.finditer(text, 0, limit + 1) if 0 < match.start() <= limit]
        # A seam in the first third would leave a stub of a part; a finer seam further on reads better.
        if ends and ends[-1] >= limit // 3:
            return ends[-1]
        if ends and seam is _SEAMS[-1]:
            return ends[-1]
    for address in _URL.finditer(text, 0):
        if address.start() <= limit < address.end():
            return address.start() or address.end()
        if address.start() > limit:
            break
    end = 0
    for match in _GRAPHEME.finditer(text):
        if match.end() > limit:
            return end or match.end()
        end = match.end()
    return end
