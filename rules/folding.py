"""Makes texts comparable: case, accents, width and typographic signs no longer matter.

`Café`, `CAFE` and full-width `ｃａｆｅ` all become `cafe`. The steps are NFKC, casefold, removal of the
combining accents U+0300–U+036F (marks of Indic, Thai, Hebrew or Japanese writing carry meaning and stay),
straight quotes and hyphens, no invisible characters, and single spaces for any white space.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("’‘‛`´ʼ", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
    }
)
_ACCENTS = re.compile("[\u0300-\u036f]+")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The comparable form of a text; folding twice changes nothing."""
    if text.isascii():
        folded = text.lower().replace("`", "'")
    else:
        folded = unicodedata.normalize("NFKC", text.translate(_SIGNS)).casefold()
        folded = _ACCENTS.sub("", unicodedata.normalize("NFD", folded))
        folded = unicodedata.normalize("NFKC", folded).translate(_SIGNS).casefold()
    return " ".join(folded.split())


def fold_pattern(pattern: str) -> str:
    """A regular expression for folded text: accents go, escapes keep their case."""
    return "".join(char if char.isascii() else fold(char) or char for char in pattern)
