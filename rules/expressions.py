"""Regular expressions that a support lead can read: `{payment} … {failed}`.

`{name}` stands for any word or phrase of the word list of that name, and `…` for up to 40 characters of
the same sentence. Everything else is a google-re2 expression, applied to folded text (`rules/folding.py`, in which
neither `…` nor a brace before a letter can occur by itself).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import re2

from rules.folding import fold

#: What `…` stands for; spaces around it are for the reader. A point within "$49.99" ends no sentence.
_GAP = r"(?:[^.?!]|[.?!]\S){0,40}"
_LIST = re.compile(r"(?<!\\[pPx])\{([a-z_][a-z0-9_-]*)\}")  # but neither \x{af} nor \p{greek}


def lists_in(pattern: str) -> list[str]:
    """Names of the word lists that an expression refers to, in its order."""
    return _LIST.findall(pattern)


def expand(pattern: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """The plain google-re2 expression for `pattern`; every list in it must be in `words`."""
    spaced = re.sub(r" ?… ?", lambda _: _GAP, pattern)
    return _LIST.sub(lambda found: f"(?:{'|'.join(map(_word, words[found[1]]))})", spaced)


def _word(phrase: str) -> str:
    """One entry of a word list as an expression, with the edges of a word where it has letters."""
    stem = fold(phrase.removesuffix("*"))
    start = r"\b" if stem[0].isascii() and stem[0].isalnum() else ""
    if phrase.endswith("*"):
        return rf"{start}{re2.escape(stem)}\w*"
    end = r"\b" if stem[-1].isascii() and stem[-1].isalnum() else ""
    return f"{start}{re2.escape(stem)}{end}"
