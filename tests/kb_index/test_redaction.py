"""Payment data and personal data leave a text before a model sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb_index.redaction import (
    card_numbers,
    is_iban,
    without_identity,
    without_payment_data,
    without_personal_data,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("card 4242 4242 4242 4242 please", "card [card number] please"),
        ("4242-4242-4242-4242", "[card number]"),
        ("my cvv is 123", "my cvv is [security code]"),
        ("exp 09/27", "exp [expiry date]"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [IBAN]"),
    ],
)
def test_payment_data_is_masked(text: str, expected: str) -> None:
    """Card numbers, codes, expiry dates and IBANs are replaced by what they were."""
    assert without_payment_data(text) == expected


@pytest.mark.parametrize(
    "text", ["order 1234567890123", "tracking 1Z999AA10123456784", "4242 4242 4242 4241", "call 555-0142"]
)
def test_other_numbers_stay(text: str) -> None:
    """Order, tracking and telephone numbers are not payment data."""
    assert without_payment_data(text) == text


def test_personal_data_is_reduced() -> None:
    """E-mail addresses and telephone numbers are not needed for an answer."""
    text = without_personal_data("Mail sam.lee@example.org or call +1 415 555 0142. Sam", name="Sam Lee")
    assert text == "Mail [e-mail address] or call [telephone number]. [name]"
    for number in ("(579)888-3058", "07700 063 966", "+49 30 1234567"):
        assert without_personal_data(number) == "[telephone number]"
    for other in ("2026-11-24", "24.11.2026", "order 1234567890", "$1,200.50", "5 to 10 days", "#1042-2231"):
        assert without_personal_data(other) == other


def test_an_iban_is_known_by_its_remainder() -> None:
    """An IBAN with one wrong digit is none."""
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB82 WEST 1234 5698 7654 33")


def test_card_numbers_of_the_shared_data(shared_data: Path) -> None:
    """Every card number that must be masked is, and look-alikes are left alone."""
    rows = [
        json.loads(line) for line in (shared_data / "hostile.jsonl").read_text("utf-8").split("\n") if line
    ]
    cards = [row for row in rows if row["category"] == "card_number" and row.get("must_mask")]
    missed = [row["text"] for row in cards if row["must_mask"] in without_payment_data(row["text"])]
    assert cards
    assert not missed
    for row in rows:
        if row["category"] == "card_lookalike":
            assert not card_numbers(row["text"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Where is order #1042?", "Where is order [number]?"),
        ("order 77 and AB-123456", "order [number] and [number]"),
        ("Send it to 12 High Street please", "Send it to [address] please"),
        ("Ich wohne in der Lindenstraße 5a", "Ich wohne in der [address]"),
        ("My name is Dana Reed, write to d@example.com", "My name is [name], write to [e-mail address]"),
        ("ada_lovelace here, Ada for short", "ada_lovelace here, [name] for short"),
        ("It costs 12,500 EUR within 30 days of 2026", "It costs 12,500 EUR within 30 days of 2026"),
    ],
)
def test_identity(text: str, left: str) -> None:
    """Order numbers, addresses and names go too; amounts, days and years stay."""
    assert without_identity(text, name="ada.lovelace") == left
