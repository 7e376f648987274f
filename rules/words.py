"""Finds all words and phrases of all rules in a text in one pass (Aho-Corasick), at word boundaries only."""

from __future__ import annotations

from collections.abc import Iterable

import ahocorasick

from rules.folding import fold

#: Writing systems without spaces between words: there a boundary is everywhere.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
)


def _joins(char: str) -> bool:
    """Whether a character continues the word beside it."""
    if char.isascii():
        return char.isalnum() or char == "_"
    return char.isalnum() and not any(first <= ord(char) <= last for first, last in _UNSPACED)


class WordIndex:
    """All words and phrases that rules look for.

    A phrase that ends in `*` stands for every word that begins so: `refund*` finds refunds and refunded.
    Phrases are compared in folded form (`rules/folding.py`).
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        entries: dict[str, list[tuple[str, bool]]] = {}
        for phrase in set(phrases):
            key = fold(phrase.removesuffix("*"))
            if key:
                entries.setdefault(key, []).append((phrase, phrase.endswith("*")))
        for key, found in entries.items():
            self._automaton.add_word(key, (len(key), tuple(found)))
        self._empty = not entries
        if entries:
            self._automaton.make_automaton()

    def find(self, folded: str) -> set[str]:
        """The phrases that stand in a folded text, as they were given to the index."""
        found: set[str] = set()
        if self._empty:
            return found
        for end, (length, phrases) in self._automaton.iter(folded):
            start = end - length + 1
            if start and _joins(folded[start - 1]) and _joins(folded[start]):
                continue
            after = folded[end + 1 : end + 2]
            ends_inside = bool(after) and _joins(after) and _joins(folded[end])
            for phrase, open_end in phrases:
                if open_end or not ends_inside:
                    found.add(phrase)
        return found
