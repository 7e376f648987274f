"""Money that customers mention."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.model import Money
from rules.amounts import amounts, refund_amount


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("$150", "150.00 USD"),
        ("150 dollars", "150.00 USD"),
        ("150-dollar", "150.00 USD"),
        ("120,50 €", "120.50 EUR"),
        ("1.200,00 EUR", "1,200.00 EUR"),
        ("€1.200", "1,200.00 EUR"),
        ("£20", "20.00 GBP"),
        ("US$ 99.5", "99.50 USD"),
        ("A$40", "40.00 AUD"),
        ("1 200 euros", "1,200.00 EUR"),
        ("1'200.50 CHF", "1,200.50 CHF"),
        ("Rs. 1,500", "1,500.00 INR"),
        ("$1,234,567.89", "1,234,567.89 USD"),
        ("$2k", "2,000.00 USD"),
        ("300 bucks", "300.00 USD"),
        ("＄１５０", "150.00 USD"),
        ("a hundred and fifty dollars", "150.00 USD"),
        ("two thousand five hundred pounds", "2,500.00 GBP"),
        ("twenty-five euros", "25.00 EUR"),
        ("it cost $12.", "12.00 USD"),
    ],
)
def test_amount_is_read(text: str, written: str) -> None:
    """An amount is read however people write it."""
    assert [str(mention.money) for mention in amounts(text)] == [written]


@pytest.mark.parametrize(
    "text",
    ["order #1500", "10%", "version 1.2.3", "call 555-1234", "I paid 150", "5 stars", "100k followers"],
)
def test_other_numbers_are_no_amounts(text: str) -> None:
    """A number without a currency is not money."""
    assert list(amounts(text)) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I want my $150 back", "150.00 USD"),
        ("Please refund 120,50 €", "120.50 EUR"),
        ("I paid $600 for this chair. I want a refund.", "600.00 USD"),
        ("refund me $20 and the $130.50 too", "130.50 USD"),
        ("a refund of 250", "250.00 USD"),
        ("give me back my 300 bucks", "300.00 USD"),
        ("I would like my $80 back", "80.00 USD"),
        ("80 dollars back please", "80.00 USD"),
        ("Rückerstattung von 89,90 Euro", "89.90 EUR"),
        ("Quiero el reembolso de 200 €", "200.00 EUR"),
    ],
)
def test_refund_is_found(text: str, wanted: str) -> None:
    """The largest amount that stands near a word for refund counts."""
    assert str(refund_amount(text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "it cost $600",
        "refund for order #12345",
        "refund order 12345",
        "please refund 88213",
        "refund within 30 days",
        "refund 2 items",
        "The chair cost $600." + " It is nice." * 20 + " How do refunds work?",
    ],
)
def test_no_refund_amount(text: str) -> None:
    """Amounts far from a refund, order numbers and days are no refund amounts."""
    assert refund_amount(text) is None


def test_home_currency() -> None:
    """An amount without currency is in the shop's own."""
    assert refund_amount("a refund of 250", home_currency="EUR") == Money(amount=Decimal(250), currency="EUR")


@given(st.integers(0, 99_999_999), st.sampled_from(["{:,.2f}", "{:.2f}"]), st.sampled_from(["$", "€", "£"]))
def test_any_amount_comes_back(cents: int, style: str, sign: str) -> None:
    """What is written in the English way is read as the same amount, in the German way too."""
    amount = Decimal(cents) / 100
    english = style.format(amount)
    german = english.translate(str.maketrans(",.", ".,"))
    for written in (f"{sign}{english}", f"{german} {sign}"):
        assert [mention.money.amount for mention in amounts(f"so {written} it is")] == [amount]
