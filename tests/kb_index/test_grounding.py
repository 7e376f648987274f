"""The grounding check: numbers, links, negations, promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_index.embedding import MiniLm
from kb_index.grounding import check, foreign_links, promises_money, quantities, split

SOURCE = {1: "Returns\nYou can return an item within 30 days of delivery. The label costs $6.50."}


def only(answer: str, source: dict[int, str] = SOURCE) -> tuple[bool, str | None]:
    """Whether the single sentence of an answer is supported, and what is wrong with it."""
    (sentence,) = check(answer, source)
    return sentence.supported, sentence.problem


@pytest.mark.parametrize(
    "answer",
    [
        "You can return an item within 30 days of delivery. [1]",
        "You can return it within 30 days [1].",
        "The return label costs $6.50 [1].",
        "The label for a return costs 6.5 dollars [1].",
    ],
)
def test_what_the_source_says_is_supported(answer: str) -> None:
    """A sentence is supported in the source's words and in others."""
    assert only(answer) == (True, None)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("You can return an item within 90 days of delivery [1].", '"90 day"'),
        ("You can return an item within 30 weeks of delivery [1].", '"30 week"'),
        ("You can return an item within three days of delivery [1].", '"3 day"'),
        ("The return label costs $8.50 [1].", '"8.5 $"'),
        ("You cannot return an item within 30 days of delivery [1].", "the opposite"),
        ("You can return an item at https://evil.example/r within 30 days [1].", "evil.example"),
        ("Our kettles are made of solid gold by craftsmen [1].", "does not say"),
        ("You can return an item within 30 days [4].", "no source [4]"),
        ("Kettles are sold in Boston.", "names no source"),
        ("It will reach you in 4 days.", "names no source"),
    ],
)
def test_what_the_source_does_not_say_is_not(answer: str, problem: str) -> None:
    """Another number, unit, amount, negation, link, subject or source is found and named."""
    supported, said = only(answer)
    assert not supported
    assert problem in (said or "")


@pytest.mark.parametrize(
    "courtesy",
    ["Hi Sam,", "Thank you for your message.", "I'm sorry for the delay.", "Can I help you further?"],
)
def test_courtesy_needs_no_source(courtesy: str) -> None:
    """A greeting, thanks, an apology or a question states nothing."""
    assert only(courtesy, {}) == (True, None)


def test_marks_belong_to_the_sentence_before_them() -> None:
    """A mark counts for its sentence, before the full stop and after it."""
    told = split("One thing holds [1]. Another holds. [2][3] A third.")
    assert [sentence.citations for sentence in told] == [(1,), (2, 3), ()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 to 5 business days", {("3", "day"), ("5", "day")}),
        ("$1,000.00 or 20%", {("1000", "$"), ("20", "%")}),
        ("two weeks, not 14 days", {("2", "week"), ("14", "day")}),
        ("5.95 USD", {("5.95", "$")}),
    ],
)
def test_quantities_have_one_spelling(text: str, expected: set[tuple[str, str]]) -> None:
    """Ranges, separators, currencies and number words come out alike."""
    assert set(quantities(text)) == expected


@pytest.mark.parametrize(
    "promise",
    [
        "We will refund you $120.",
        "I've issued a refund of 20 dollars for you.",
        "You will receive a full refund tomorrow.",
        "Your refund has been approved.",
        "We'll send you a $50 gift card.",
        "I can offer you a 20% discount on the next order.",
        "I guarantee that you get your money back.",
    ],
)
def test_a_promise_of_money_is_found(promise: str) -> None:
    """A sentence that binds the company to pay this customer is a promise."""
    assert promises_money(promise, ["Refunds go back to your card."]) is not None


@pytest.mark.parametrize(
    "policy",
    [
        "Refunds go back to the payment method that you used.",
        "The label costs $6.50, which is taken off your refund.",
        "Gift cards cannot be returned.",
        "Could you tell us why you would like a refund?",
    ],
)
def test_a_policy_is_no_promise(policy: str) -> None:
    """What generally holds is not a promise to this customer."""
    assert promises_money(policy, []) is None


def test_the_articles_own_words_are_no_promise() -> None:
    """What an article says word for word may be said, even if it reads like a promise."""
    words = "We will refund the full price if the item arrives damaged."
    assert promises_money(f"{words} [1]", [words]) is None


def test_a_link_on_a_known_host_is_not_foreign() -> None:
    """Links and addresses are compared by host, whatever their path."""
    known = ["Follow it at https://ups.example/1Z"]
    assert foreign_links("https://ups.example/other www.ups.example", known) == ()
    assert foreign_links("https://ups.example.evil.example/1Z", known) == (
        "https://ups.example.evil.example/1Z",
    )


@given(st.text(max_size=300))
def test_any_text_can_be_checked(text: str) -> None:
    """No text makes the check fail, and it never supports a citation that does not exist."""
    for sentence in check(text, {}):
        assert not (sentence.citations and sentence.supported)


def test_other_words_with_the_same_meaning_are_support(embedder: MiniLm) -> None:
    """With the model, a paraphrase is supported; another number in the same words still is not."""
    source = {1: "You can return an item within 30 days of delivery."}
    told = "Sending a product back is possible for 30 days after you got it [1]."
    assert [one.supported for one in check(told, source)] == [False]
    assert [one.supported for one in check(told, source, embedder=embedder)] == [True]
    assert [one.supported for one in check(told.replace("30", "60"), source, embedder=embedder)] == [False]
    assert [one.supported for one in check("We sell boats [1].", source, embedder=embedder)] == [False]
