"""Groups questions that no article answers by what they ask: the most wanted article first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.store.learning import Uncovered
from kb_index.embedding import Embedder

ALIKE = 0.6  #: Cosine from which two questions ask the same: paraphrases lie above it, other subjects below.
EXAMPLES = 3  #: Shown of each pattern.


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What several customers asked without an article to answer it."""

    questions: int
    examples: tuple[Uncovered, ...]  #: The newest.


def patterns(uncovered: Sequence[Uncovered], embedder: Embedder | None) -> list[Pattern]:
    """Questions, newest first, as patterns, the largest first; about 5 ms a question, so call it in a thread.

    Each question joins the pattern whose first question is most like it, if one is alike enough, else it is
    the first of its own. Without a model only questions of the same words are one pattern.
    """
    groups: list[list[Uncovered]] = []
    if embedder is None or not uncovered:
        by_words: dict[str, list[Uncovered]] = {}
        for one in uncovered:
            by_words.setdefault(" ".join(one.question.casefold().split()), []).append(one)
        groups = list(by_words.values())
    else:
        vectors = embedder([one.question for one in uncovered])
        leaders: list[int] = []
        for number, one in enumerate(uncovered):
            likeness = vectors[leaders] @ vectors[number]
            if leaders and likeness.max() >= ALIKE:
                groups[int(np.argmax(likeness))].append(one)
            else:
                leaders.append(number)
                groups.append([one])
    groups.sort(key=len, reverse=True)
    return [Pattern(questions=len(group), examples=tuple(group[:EXAMPLES])) for group in groups]
