"""Regular expressions that a support lead can read: `{payment} … {declined|refused|fail*}`.

`{name}` stands for any word or phrase of the word list of that name, `{one|another}` for any of those words,
and `…` for up to 40 characters of the same sentence. Everything else is a google-re2 expression, applied to
folded text (`rules/folding.py`, in which neither `…` nor a brace before a letter can occur by itself).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import re2

from rules.folding import fold

#: What `…` stands for; spaces around it are for the reader. A point within "$49.99" ends no sentence.
_GAP = r"(?:[^.?!]|[.?!]\S){0,40}"
_WORDS = re.compile(r"(?<!\\[pPx])\{([^{}\d,][^{}]*)\}")  # but neither {0,5} nor \x{af} nor \p{Greek}


def lists_in(pattern: str) -> list[str]:
    """Names of the word lists that an expression refers to, in its order."""
    return [name for name in _WORDS.findall(pattern) if "|" not in name]


def expand(pattern: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """The plain google-re2 expression for `pattern`; every list in it must be in `words`."""

    def any_of(found: re.Match[str]) -> str:
        phrases = found[1].split("|") if "|" in found[1] else words[found[1]]
        return f"(?:{'|'.join(_word(phrase) for phrase in phrases if fold(phrase.strip('* ')))})"

    return _WORDS.sub(any_of, re.sub(r" ?… ?", lambda _: _GAP, pattern))


def _word(phrase: str) -> str:
    """One entry of a word list as an expression, with the edges of a word where it has letters."""
    stem = fold(phrase.removesuffix("*"))
    start = r"\b" if stem[0].isascii() and stem[0].isalnum() else ""
    if phrase.endswith("*"):
        return rf"{start}{re2.escape(stem)}\w*"
    end = r"\b" if stem[-1].isascii() and stem[-1].isalnum() else ""
    return f"{start}{re2.escape(stem)}{end}"
