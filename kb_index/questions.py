"""What a message asks: its separate questions and requests."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from kb_index.embedding import Embedder, Vectors
from kb_index.sentences import sentences, telling_words
from kb_index.wording import article_words

OWN_WORDS = 0.6  #: Share of the customer's own words where articles put it in others.
_PART = re.compile(
    r"(?<=[?!.])\s+|[,;]?\s+(?:and|also|plus|but)\s+(?=(?:also |then )?(?:how|what|when|where|who|"
    r"why|can|could|do|does|"
    r"is|are|will|would|should|which)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|^\s*(?:how|what|when|where|who|why|can|could|do|does|did|is|are|will|would|should|which|may)\b|"
    r"\b(?:i (?:want|need|would like|'d like|have to)|please|help|wondering|tell me|let me know|"
    r"looking for)\b",
    re.IGNORECASE,
)


def parts_of(question: str) -> tuple[str, ...]:
    """The things that a message asks, at most three; the whole message when none stands out."""
    pieces = [piece.strip(" ,;") for line in sentences(question) for piece in _PART.split(line)]
    asking = [piece for piece in pieces if _ASKS.search(piece) and telling_words(piece)]
    return tuple(asking[:3]) or (question.strip(),)


def asked_vectors(questions: Sequence[str], embedder: Embedder) -> Vectors:
    """One unit vector per question, in part made of the words that articles use for the same."""
    vectors = embedder(questions)
    told = {row: words for row, question in enumerate(questions) if (words := article_words(question))}
    if told:
        rows = list(told)
        vectors[rows] = OWN_WORDS * vectors[rows] + (1 - OWN_WORDS) * embedder(list(told.values()))
        vectors /= np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    return vectors
