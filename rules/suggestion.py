"""Did you mean …? The known word that looks most like a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

#: Likeness 0–100 from which a suggestion helps more than it misleads; "contct.plan" is at 95.
LIKENESS = 70


def nearest(word: str, known: Iterable[str], *, likeness: float = LIKENESS) -> str | None:
    """The member of `known` closest to `word` by edit distance, or None when none comes up to `likeness`."""
    best = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=likeness)
    return None if best is None else str(best[0])
