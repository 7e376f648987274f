"""Takes payment data and personal data out of a text before a model, a log or the index sees it."""

from __future__ import annotations

import re

#: Thirteen to nineteen digits, single spaces, dots or dashes between them.
_DIGITS = re.compile(r"(?<![\w.-])\d(?:[ .\-\u00a0]?\d){12,18}(?![\w-])")
_ISSUERS = re.compile(r"[3-6]|2[2-7]|1800|2131|9")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
_CODE = re.compile(
    r"\b((?:cvv2?|cvc2?|csc|cid|(?:card )?security code|verification code)\b\W{0,4}(?:is|was|:|=)?\W{0,3})"
    r"(\d{3,4})\b",
    re.IGNORECASE,
)
_EXPIRY = re.compile(
    r"\b((?:exp(?:iry|ires|iration)?(?: date)?|valid (?:thru|until))\W{0,4})(\d{1,2}\s?[/-]\s?\d{2,4})\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w#.])(?:\+\d{1,3}[ .-]?|00)?\(?\d{2,4}\)?(?:[ ./\-]\(?\d{2,4}\)?){2,4}(?!\w)")


def without_payment_data(text: str) -> str:
    """The text with card numbers, IBANs, security codes and expiry dates replaced by what they were."""
    text = _DIGITS.sub(lambda found: "[card number]" if is_card(found.group()) else found.group(), text)
    text = _IBAN.sub(lambda found: "[IBAN]" if is_iban(found.group()) else found.group(), text)
    return _EXPIRY.sub(r"\1[expiry date]", _CODE.sub(r"\1[security code]", text))


def without_personal_data(text: str) -> str:
    """The text without payment data, e-mail addresses and telephone numbers."""
    text = _EMAIL.sub("[e-mail address]", without_payment_data(text))
    return _PHONE.sub("[telephone number]", text)


def card_numbers(text: str) -> tuple[str, ...]:
    """The card numbers in a text, as written."""
    return tuple(found.group() for found in _DIGITS.finditer(text) if is_card(found.group()))


def is_card(digits: str) -> bool:
    """Whether digits are a card number: a known issuer's first digits and the Luhn check (ISO/IEC 7812-1)."""
    number = re.sub(r"\D", "", digits)
    return 13 <= len(number) <= 19 and bool(_ISSUERS.match(number)) and _luhn(number)


def _luhn(number: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return len(set(number)) > 1 and sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether a text is an International Bank Account Number: ISO 13616, remainder 1 of 97."""
    compact = re.sub(r"\s", "", text).upper()
    if not 15 <= len(compact) <= 34 or not compact.isascii():
        return False
    return int("".join(str(int(mark, 36)) for mark in compact[4:] + compact[:4])) % 97 == 1
