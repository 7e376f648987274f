"""Sentences of an English-like text, and the words in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Ends of abbreviations that end no sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|incl|excl|no|nr|st|mr|mrs|ms|dr|prof|inc|ltd|co|min|max|tel|fig|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.|(?<![°\w])[a-z]\.|(?:\A|\n)\s*\d{1,2}\.)\Z",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|\Z)|[。！？]+|\n{2,}|\n(?=\s*(?:[-*+•]|\d{1,2}[.)])\s)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

_STOP = """
    a about after again all also am an and any are as at be because been before being but by can cannot
    could did do does doing don't done for from get getting give go going got had has have having he hello
    help her here hey hi him his how i i'd i'm i've if in into is it it's its just kindly know let like may
    me might more most must my need no not now of on one only or our out over own please plz re s same she
    should show so some still such t tell than thank thanks that that's the their them then there these they
    this those through to too us under until up very want was we were what what's when where which while who
    why will with would yes you your"""
#: Words too common to tell one question from another.
STOP_WORDS = frozenset(_STOP.split())


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence; together they cover the text without a gap."""
    start = 0
    for found in _END.finditer(text):
        piece = text[start : found.end()]
        if found.group().startswith(".") and _ABBREVIATION.search(piece[-8:]) and found.end() < len(text):
            continue
        if piece.strip():
            yield start, found.end()
            start = found.end()
    if start < len(text):
        yield start, len(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the space around them."""
    return [piece for start, end in sentence_spans(text) if (piece := text[start:end].strip())]


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]


def telling_words(text: str) -> list[str]:
    """The words of a text that say what it is about, in lower case."""
    return [word for word in words(text) if word not in STOP_WORDS]
