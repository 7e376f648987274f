"""How far a text is from its draft, and whether something that matters changed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import Indel, Levenshtein

#: From here on two texts are the same, or one is an edit of the other. Edit distance cannot tell another
#: answer from one in other words, so below it a text only counts as "replaced".
SAME, EDIT = 0.98, 0.60

_SIGNATURE = re.compile(r"\n\s*--\s*\n.*\Z", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|cannot|without|neither|nor|unable|nicht|kein\w*|nie|ohne|pas|jamais|sans"
    r"|nunca|sin|senza|mai|niet|geen|nooit)\b|n[’']t\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|www\.)[^\s)>\]]+|[\w.+-]+@[\w-]+\.[\w.]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What a final text is to its draft."""

    kind: str  #: approved (the same), edited or replaced.
    similarity: float  #: 0–1, without signatures.
    edit_distance: int  #: Characters (Levenshtein).
    flags: tuple[str, ...]  #: Of: numbers, negation, links.


def compare(draft: str, final: str) -> Likeness:
    """Compare a final text with the draft that it came from."""
    before, after = _body(draft), _body(final)
    similarity = Indel.normalized_similarity(before, after)
    return Likeness(
        kind="approved" if similarity >= SAME else "edited" if similarity >= EDIT else "replaced",
        similarity=similarity,
        edit_distance=Levenshtein.distance(before, after),
        flags=tuple(
            name
            for name, pattern in (("numbers", _NUMBER), ("negation", _NEGATION), ("links", _LINK))
            if _found(pattern, before) != _found(pattern, after)
        ),
    )


def _body(text: str) -> str:
    """The text as people compare it: without signature, line ends and runs of blanks."""
    return " ".join(_SIGNATURE.sub("", text).split())


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return sorted(found.casefold().rstrip(".,;:") for found in pattern.findall(text))
