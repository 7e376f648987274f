"""Regular expressions with word lists and gaps in them."""

from __future__ import annotations

import pytest

from plugins.errors import RulesError
from rules.arguments import compile_pattern
from rules.book import RuleBook
from rules.expressions import expand, lists_in
from rules.registry import FactRegistry, FactSpec, FactType

WORDS = {
    "payment": ("payment", "top up"),
    "failed": ("declin*", "not accepted", "can't"),
    "geld": ("支払い",),
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my payment was declined", True),
        ("the top up keeps being declining", True),
        ("prepayment was declined", False),
        ("payment " + "x" * 60 + " declined", False),
        ("payment not acceptedly", False),
        ("payment of 49.99 was declined", True),
        ("payment sent. we declined the invitation", False),
        ("top up: can't", True),
    ],
)
def test_lists_and_gaps(text: str, found: bool) -> None:
    """A list stands for its words at word boundaries, and the gap reaches 40 characters of the sentence."""
    pattern = compile_pattern(expand("{payment} … {failed}", WORDS))
    assert (pattern.search(text) is not None) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("we paid twice", True),
        ("it was double booked", True),
        ("prepaid twice", False),
        ("paid twicer", False),
    ],
)
def test_words_in_place(text: str, found: bool) -> None:
    """Words can be given in place, with a star for every ending."""
    pattern = compile_pattern(
        expand("{paid|book*} {twice}|{double|twice} {book*|order*}", {"twice": ("twice",)})
    )
    assert (pattern.search(text) is not None) is found


def test_writing_without_word_boundaries() -> None:
    """Words of a writing without spaces are found inside longer runs."""
    assert compile_pattern(expand("{geld}", WORDS)).search("先日支払いました支払いは")


def test_repetition_and_classes_are_left_alone() -> None:
    r"""`{0,40}`, `\x{af}` and `\p{Greek}` are no word lists."""
    assert lists_in(r"a{0,40} b{2} \x{af} \p{Greek} {failed}") == ["failed"]


def test_unknown_list_is_named() -> None:
    """A word list that does not exist is an error in the line of the expression, with the nearest name."""
    registry = FactRegistry(
        [FactSpec(name="message.text", type=FactType.TEXT, source="test", description="the text")]
    )
    level = "{name: N, first_response: 1h, resolution: 2h, route: draft, clock: always}"
    text = f"""version: 1
time_zone: UTC
priorities: {{P0: {level}, P1: {level}, P2: {level}, P3: {level}}}
default: {{priority: P2}}
words: {{payment: [payment]}}
triage:
  - id: pay
    when: {{message.text: {{matches: '{{paymnt}} … failed'}}}}
    then: {{priority: P0}}
"""
    with pytest.raises(RulesError, match=r'rules.yaml:8:\d+: error R107 .*"paymnt".*\n(.*\n)*.*"payment"'):
        RuleBook.parse(text, registry=registry)
