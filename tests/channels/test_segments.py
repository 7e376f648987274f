"""SMS sizes agree with the agreed vectors, and keep their laws for any text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.opt_out import keyword
from channels.segments import LIMITS, Encoding, size, smart

VECTORS = json.loads((Path(__file__).parent / "sms_vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["segment_vectors"], ids=lambda vector: vector["id"])
def test_segments(vector: dict[str, Any]) -> None:
    """Encoding, units and segments are those of the vector."""
    measured = size(vector["text"])
    assert (measured.encoding, measured.units, measured.segments) == (
        vector["encoding"],
        vector["units"],
        vector["segments"],
    )


@pytest.mark.parametrize("vector", VECTORS["segment_vectors"], ids=lambda vector: vector["id"])
def test_smart_encoding(vector: dict[str, Any]) -> None:
    """Smart encoding with accents stripped gives the vector's text, of the vector's size."""
    text = smart(vector["text"], strip_accents=True)
    measured = size(text)
    assert text == vector["smart_text"]
    assert (measured.encoding, measured.units, measured.segments) == (
        vector["smart_encoding"],
        vector["smart_units"],
        vector["smart_segments"],
    )


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS["segment_vectors"] if vector["needs_accent_strip"]],
    ids=lambda vector: vector["id"],
)
def test_accents_stay_unless_asked(vector: dict[str, Any]) -> None:
    """Without leave to strip accents, a text that needs it stays as it is."""
    assert smart(vector["text"]) == vector["text"]


@pytest.mark.parametrize("vector", VECTORS["keyword_vectors"], ids=lambda vector: repr(vector["text"]))
def test_keywords(vector: dict[str, Any]) -> None:
    """A lone carrier word is known, inside a sentence it is not."""
    assert keyword(vector["text"]) == vector["class"]


def test_the_alphabet(shared_data: Path) -> None:
    """Every character of the default alphabet is GSM-7."""
    rows = (shared_data / "gsm7_alphabet.jsonl").read_text(encoding="utf-8").splitlines()
    for row in rows:
        character = chr(int(json.loads(row)["codepoint"].removeprefix("U+"), 16))
        assert size(character).encoding is Encoding.GSM_7, character


@given(st.text(max_size=700))
def test_units_fit_their_segments(text: str) -> None:
    """Segments are as few as the units demand, or more where a pair would be cut; never fewer."""
    measured = size(text)
    single, several = LIMITS[measured.encoding]
    if measured.segments <= 1:
        assert measured.units <= single
    else:
        assert measured.units > single
        assert measured.segments >= -(-measured.units // several)
        assert measured.segments <= -(-measured.units // (several - 1))


@given(st.text(max_size=200))
def test_smart_encoding_never_costs_more(text: str) -> None:
    """Smart encoding makes a text GSM-7 or leaves it alone, and doing it twice changes nothing."""
    once = smart(text)
    assert once == text or size(once).encoding is Encoding.GSM_7
    assert smart(once) == once
