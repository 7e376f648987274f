"""Text tools: citation marks go, Markdown becomes plain, long texts are cut at good places."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.model import Draft
from plugins.text import body, graphemes, plain, split, without_citations, without_pictures


@pytest.mark.parametrize(
    ("marked", "clean"),
    [
        ("Within 30 days [1].", "Within 30 days."),
        ("Yes [1, 2] and no [3–5].", "Yes and no."),
        ("See [1](https://x.example).", "See [1](https://x.example)."),
        ("Size [XL] stays", "Size [XL] stays"),
        ("[1] First", " First"),
    ],
)
def test_citations_go(marked: str, clean: str) -> None:
    """Marks go with the blank before them; links and other brackets stay."""
    assert without_citations(marked) == clean


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Yes**, _really_", "Yes, really"),
        ("# Returns\n\nWithin *30* days", "Returns\n\nWithin 30 days"),
        ("* one\n+ two", "- one\n- two"),
        ("[our page](https://x.example/r)", "our page (https://x.example/r)"),
        ("[x.example](https://x.example/)", "https://x.example/"),
        ("<https://x.example>", "https://x.example"),
        ("`SKU_1_2` and snake_case_name", "SKU_1_2 and snake_case_name"),
        ("3 * 4 * 5", "3 * 4 * 5"),
        ("```\ncode\n```", "code"),
        (r"1\. not a list \*", "1. not a list *"),
    ],
)
def test_markdown_becomes_plain(markdown: str, text: str) -> None:
    """Markup goes, words and addresses stay."""
    assert plain(markdown) == text


def test_pictures_become_links() -> None:
    """Nothing in a reply loads by itself."""
    assert without_pictures("![cat](https://x.example/c.png)") == "[cat](https://x.example/c.png)"


@given(st.text(max_size=400), st.integers(min_value=20, max_value=100))
def test_split_keeps_everything_but_blanks(text: str, limit: int) -> None:
    """Parts hold all that is not blank, in order, and no grapheme is cut."""
    parts = split(text, limit)
    assert "".join("".join(parts).split()) == "".join(text.split())
    if "://" not in text and "www." not in text.lower():
        whole = [one for one in graphemes(text.strip()) if one.strip()]
        cut = [one for part in parts for one in graphemes(part) if one.strip()]
        assert all(len(part) <= max(limit, max(map(len, whole), default=0)) for part in parts)
        assert len(cut) <= len(whole) + len(parts)


@pytest.mark.parametrize("limit", [30, 40, 60])
def test_an_address_is_never_cut(limit: int) -> None:
    """An address stays whole, even a longer one than a part."""
    address = "https://shop.example/track?number=1Z999AA10123456784&lang=en"
    parts = split(f"You can follow your parcel here: {address} and tell us if it is late. " * 2, limit)
    assert sum(address in part for part in parts) == 2


@pytest.mark.parametrize("one", ["👩‍👩‍👧‍👦", "é" + "\u0301" * 3, "🇩🇪", "👍🏽"])
def test_a_grapheme_is_never_cut(one: str) -> None:
    """What looks like one character stays one."""
    for part in split(one * 40, 25):
        assert part == one * (len(part) // len(one))


def test_a_body_has_no_courtesies() -> None:
    """Greeting, offer and closing are left out, as far as asked for, and never the answer itself."""
    draft = Draft(
        answer="Hi Ada,\n\nIt takes 3 days.\n\nJust ask.\n\nKind regards\nThe shop",
        greeting="Hi Ada,",
        offer="Just ask.",
        closing="Kind regards\nThe shop",
        confidence=0.9,
        citations=(),
        sentences=(),
    )
    assert body(draft) == "It takes 3 days."
    assert body(draft, greeting=True, offer=True) == "Hi Ada,\n\nIt takes 3 days.\n\nJust ask."
    bare = replace(draft, greeting="", offer="", closing="")
    assert body(bare) == bare.answer
    assert body(replace(draft, answer="Hi Ada,")) == "Hi Ada,"
