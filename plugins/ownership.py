"""Whose order it is: order data may be shown to its owner only, or order numbers could be guessed."""

from __future__ import annotations

import re

from plugins.model import Contact, OwnedOrder


def belongs_to(owned: OwnedOrder, contact: Contact) -> bool:
    """True if the shop's email or phone of the order is the contact's."""
    return _same(_email(owned.email), _email(contact.email)) or _same(
        _phone(owned.phone), _phone(contact.phone)
    )


def _same(one: str, other: str) -> bool:
    return bool(one) and one == other


def _email(address: str | None) -> str:
    return (address or "").strip().casefold()


def _phone(number: str | None) -> str:
    """Digits with the country code; a number without one is nobody's, as it could be anybody's."""
    digits = re.sub(r"[^\d+]", "", number or "")
    digits = re.sub(r"^00", "+", digits)
    return digits if re.fullmatch(r"\+\d{7,15}", digits) else ""
