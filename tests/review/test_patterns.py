"""Questions without an article are put together by what they ask."""

from __future__ import annotations

from bot.patterns import patterns
from bot.store.learning import Uncovered
from kb_index.embedding import load_embedder

ASKED = (
    "Do you sell gift cards?",
    "My kettle smells of burnt plastic",
    "Can I buy a gift card in your shop?",
    "Is there a store in Berlin?",
    "can i buy gift cards from you",
    "Why does the kettle smell like burnt plastic?",
)
UNCOVERED = [Uncovered(conversation=number, question=text) for number, text in enumerate(ASKED)]


def test_the_largest_first() -> None:
    """Paraphrases are one pattern, other subjects are others; the most frequent comes first."""
    found = patterns(UNCOVERED, load_embedder())
    assert [[one.conversation for one in pattern.examples] for pattern in found] == [[0, 2, 4], [1, 5], [3]]
    assert [pattern.questions for pattern in found] == [3, 2, 1]


def test_without_a_model() -> None:
    """Without a model only the same words make a pattern; of many questions three are shown."""
    again = [Uncovered(conversation=9, question="do you  sell GIFT cards?")] * 4
    first, *others = patterns([*UNCOVERED, *again], None)
    assert (first.questions, len(first.examples), len(others)) == (5, 3, 5)
    assert patterns([], None) == []
