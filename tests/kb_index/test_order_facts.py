"""Which questions an order answers, and what it says to the customer."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kb_index.order_facts import evidence, order_asked_about, order_facts
from plugins.model import Money, Order, OrderLine, Tracking

OLD = Order(name="#1001", source="t", status="delivered", placed_at=datetime(2026, 9, 1, tzinfo=UTC))
NEW = Order(
    name="#1042",
    source="t",
    status="in_transit",
    placed_at=datetime(2026, 10, 28, tzinfo=UTC),
    expected_at=datetime(2026, 11, 4, tzinfo=UTC),
    total=Money(amount=Decimal("89.90"), currency="USD"),
    refunded=Money(amount=Decimal(10), currency="USD"),
    lines=(OrderLine(title="Ember kettle", quantity=2),),
    tracking=(Tracking(carrier="UPS", number="1Z5"),),
)


@pytest.mark.parametrize(
    "question",
    [
        "Where is my order?",
        "where's my parcel",
        "Has my order shipped yet?",
        "status of my order please",
        "My package has not arrived",
        "I still haven't received my order",
        "When will it arrive?",
        "order #1042 where is it",
        "can you give me the tracking number",
    ],
)
def test_a_question_about_the_order_is_known(question: str) -> None:
    """Questions about where an order is are answered by the newest, or by the one that is named."""
    asked = order_asked_about(question, (OLD, NEW))
    assert asked.about_order
    assert asked.order is NEW


@pytest.mark.parametrize(
    "question",
    [
        "Do you ship to Canada?",
        "Where is my refund?",
        "How do I return an item?",
        "I forgot my password",
        "hello",
    ],
)
def test_another_question_is_not(question: str) -> None:
    """Questions about anything else are not answered by an order."""
    assert not order_asked_about(question, (NEW,)).about_order


def test_a_named_order_is_never_another() -> None:
    """The order that is named is taken, and none when it is not among the contact's."""
    assert order_asked_about("where is my order #1001?", (OLD, NEW)).order is OLD
    missing = order_asked_about("where is order 7777777?", (OLD, NEW))
    assert (missing.order, missing.reference) == (None, "7777777")


def test_what_an_order_says() -> None:
    """Status, expected day, tracking and refund, in sentences."""
    assert [fact.text for fact in order_facts(NEW)] == [
        "Your order #1042 is on its way to you.",
        "It is expected on 4 November 2026.",
        "You can follow it with UPS under the number 1Z5.",
        "10.00 USD of it has been refunded.",
    ]


def test_the_evidence_is_all_that_may_be_said() -> None:
    """The evidence of an order names each thing once, and nothing of payment."""
    assert evidence(NEW).splitlines() == [
        "order: #1042",
        "status: in_transit",
        "placed: 28 October 2026",
        "expected: 4 November 2026",
        "total: 89.90 USD",
        "refunded: 10.00 USD",
        "item: 2 × Ember kettle",
        "tracking: UPS 1Z5",
    ]


@pytest.mark.parametrize("status", ["unfulfilled", "delivered", "cancelled", "returned", "unknown", "odd"])
def test_every_status_has_words(status: str) -> None:
    """Whatever the status, there is a whole sentence on it."""
    (first, *_) = order_facts(Order(name="#1", source="t", status=status))
    assert first.text.startswith("Your order #1 ")
    assert first.text.endswith(".")
