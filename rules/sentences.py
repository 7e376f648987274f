"""Cuts a text into the pieces whose meaning `resembles` compares: the whole, and its first sentences."""

from __future__ import annotations

import re

#: Pieces per text: each costs the model some milliseconds.
MOST_PIECES = 12

_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def sentences(text: str) -> list[str]:
    """The whole text first, then its sentences when there are several; at most `MOST_PIECES` in all."""
    pieces = [piece for part in _END.split(text) if (piece := part.strip()) and any(map(str.isalpha, piece))]
    whole = text.strip()
    return [whole] if len(pieces) < 2 else [whole, *dict.fromkeys(pieces)][:MOST_PIECES]
