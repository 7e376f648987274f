"""Languages, slips of the pen, questions in parts, instructions to a model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb_index.actions import suggested_actions
from kb_index.injection import is_instruction
from kb_index.language import language_of
from kb_index.questions import parts_of
from kb_index.sentences import sentences
from kb_index.wording import article_words, spelt


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order? I have not got it.", "en"),
        ("Wo ist meine Bestellung? Ich warte seit Tagen.", "de"),
        ("Où est ma commande, je ne sais pas quand elle vient", "fr"),
        ("¿Dónde está mi pedido? No lo veo por ninguna parte", "es"),
        ("我的订单在哪里", "zh"),
        ("Где мой заказ", "ru"),
        ("ok", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_known_by_its_commonest_words(text: str, language: str) -> None:
    """Short messages in common languages are told apart; what cannot be told is English."""
    assert language_of(text) == language


def test_a_slip_is_put_right_only_where_an_article_has_the_word() -> None:
    """A word that neither articles nor model know becomes the article's; others stay."""
    vocabulary = frozenset({"cancel", "delivery"})
    assert spelt("Cancle the delivary of order 12", vocabulary, {"order"}.__contains__) == (
        "cancel the delivery of order 12"
    )
    assert spelt("whether or weather", frozenset({"whether"}), {"weather", "whether"}.__contains__) == (
        "whether or weather"
    )


def test_synonyms_speak_the_articles_language() -> None:
    """What customers say is put in the words of articles; what is no synonym adds nothing."""
    assert article_words("I want my money back") == "refund"
    assert "damaged" in article_words("it arrived broken")
    assert article_words("Do gift cards expire?") == ""


def test_a_message_is_taken_apart_by_what_it_asks() -> None:
    """Questions and requests stand out of a longer message, at most three."""
    text = "Hi there. I bought a pan. Can I return it and how long does the refund take? Please reply soon."
    assert parts_of(text)[:2] == ("Can I return it", "how long does the refund take?")
    assert len(parts_of("a? b? c? what? why not? how now?")) <= 3


def test_abbreviations_and_numbers_end_no_sentence() -> None:
    """A full stop after an abbreviation, in a number or before nothing ends no sentence."""
    assert sentences("Up to 500 °F. It costs approx. $5.95, e.g. for pans. Done.") == [
        "Up to 500 °F.",
        "It costs approx. $5.95, e.g. for pans.",
        "Done.",
    ]


def test_actions_are_of_the_closed_list() -> None:
    """At most three actions, order lookup first when it is about an order."""
    assert suggested_actions("I want a refund for the broken kettle", about_order=True) == (
        "order_lookup",
        "replacement",
        "refund",
    )


def test_orders_to_a_model_are_told_from_other_texts(shared_data: Path) -> None:
    """Most instructions to a model are recognised, and no harmless text is taken for one."""
    lines = (shared_data / "hostile.jsonl").read_text("utf-8").split("\n")
    rows = [row for row in (json.loads(line) for line in lines if line) if "text" in row]
    direct = [is_instruction(row["text"]) for row in rows if row["category"] == "prompt_injection_direct"]
    harmless = [row["text"] for row in rows if row["category"].startswith("benign")]
    assert sum(direct) / len(direct) > 0.6
    assert not [text for text in harmless if is_instruction(text)]
