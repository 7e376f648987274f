"""A passage's Markdown taken apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb_index.blocks import pieces, plain

PASSAGE = """\
One sentence that
goes on. Another one.

Steps:

1. Open **Orders**
   and choose it.

2. Print the label.

| Where | Cost | Time |
| --- | --- | --- |
| Canada | $14.95 | 6 days |

The end."""


def test_a_passage_comes_apart() -> None:
    """Paragraphs become sentences, lists items, tables rows in words; a lead has its list's block."""
    found = [(piece.block, piece.item, piece.lead, " ".join(piece.text.split())) for piece in pieces(PASSAGE)]
    assert found == [
        (0, False, False, "One sentence that goes on."),
        (0, False, False, "Another one."),
        (1, False, True, "Steps:"),
        (1, True, False, "Open **Orders** and choose it."),
        (1, True, False, "Print the label."),
        (2, True, False, "Canada: cost $14.95, time 6 days"),
        (3, False, False, "The end."),
    ]


def test_a_quote_is_as_it_stands_in_the_passage() -> None:
    """Every quote but a wrapped item's is found in the passage letter for letter."""
    assert [piece.quote in PASSAGE for piece in pieces(PASSAGE)].count(False) == 1


def test_marks_are_taken_off() -> None:
    """Emphasis, code, images and tags go; a link keeps its address; entities become characters."""
    text = plain("**Bold** `code` ![x](y.png) [our site](https://a.example/b) <b>x</b> &amp; _so_ a_b_c")
    assert text == "Bold code our site (https://a.example/b) x & so a_b_c"


@given(st.text(max_size=200))
def test_any_text_comes_apart(text: str) -> None:
    """No text fails, and blocks are numbered in reading order."""
    blocks = [piece.block for piece in pieces(text)]
    assert blocks == sorted(blocks)
