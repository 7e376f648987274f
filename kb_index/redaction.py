"""Takes payment data and personal data out of a text before a model, a log or the index sees it."""

from __future__ import annotations

import re

#: Twelve to nineteen digits, single spaces, dots or dashes between them.
_DIGITS = re.compile(r"(?<![\w.-])\d(?:[ .\-\u00a0]?\d){11,18}(?![\w-])")
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
_GROUPS = re.compile(
    r"(?<![\w#.$€£-])(?:\+\d{1,3}[ .-]?)?\(?\d{2,5}\)?(?:[ ./-]?\(?\d{2,5}\)?){1,4}(?![\w%])"
)
_CALLED = re.compile(
    r"\b((?i:my name is|i am called|ich heiße|mein name ist) )[^\W\d_][\w'’-]*(?: [A-Z][\w'’-]*)*"
)
_REFERENCE = re.compile(
    r"#\s?[A-Z]{0,4}-?\d{3,}\b|(?<![$€£\d.,])\b[A-Z]{0,4}-?\d{5,}\b(?![.,]\d)|"
    r"(?<=\border )(?:no\.? |number |nr\.? )?\d{2,}\b",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b\d{1,5}[a-z]? (?:[A-Z][\w'’.-]* ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Way|Court|Ct|"
    r"Square|Sq|Close|Boulevard|Blvd|Terrace|Place|Pl)\b\.?|"
    r"\b[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|str\.|weg|allee|platz|gasse|ring) \d{1,4}[a-z]?\b"
)
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")


def without_payment_data(text: str) -> str:
    """The text with card numbers, IBANs, security codes and expiry dates replaced by what they were."""
    text = _DIGITS.sub(lambda found: "[card number]" if is_card(found.group()) else found.group(), text)
    text = _IBAN.sub(lambda found: "[IBAN]" if is_iban(found.group()) else found.group(), text)
    return _EXPIRY.sub(r"\1[expiry date]", _CODE.sub(r"\1[security code]", text))


def without_personal_data(text: str, *, name: str | None = None) -> str:
    """The text without payment data, e-mail addresses, telephone numbers and the contact's own name."""
    text = _EMAIL.sub("[e-mail address]", without_payment_data(text))
    for part in (name or "").split():
        if len(part) > 2:
            text = re.sub(rf"\b{re.escape(part)}\b", "[name]", text, flags=re.IGNORECASE)
    return _GROUPS.sub(_telephone, text)


def without_identity(text: str, *, name: str | None = None) -> str:
    """The text also without order numbers and street addresses, for texts that outlive their conversation.

    `name` may hold any number of the contact's names. An address is found by its form in English and German;
    one without a street's number or word is not.
    """
    for part in re.split(r"[\W\d_]+", name or ""):
        if len(part) > 2:
            text = re.sub(rf"\b{re.escape(part)}\b", "[name]", text, flags=re.IGNORECASE)
    text = _CALLED.sub(r"\1[name]", without_personal_data(text))
    return _REFERENCE.sub("[number]", _STREET.sub("[address]", text))


def _telephone(found: re.Match[str]) -> str:
    """Eight to fifteen digits in groups (ITU-T E.164) are a telephone number, unless they are a date."""
    written = found.group()
    digits = sum(mark.isdigit() for mark in written)
    grouped = any(mark in " ./-()+" for mark in written)
    is_one = 8 <= digits <= 15 and grouped and not _DATE.fullmatch(written)
    return "[telephone number]" if is_one else written


def card_numbers(text: str) -> tuple[str, ...]:
    """The card numbers in a text, as written."""
    return tuple(found.group() for found in _DIGITS.finditer(text) if is_card(found.group()))


def is_card(digits: str) -> bool:
    """Whether digits are a card number: a known issuer's first digits and the Luhn check (ISO/IEC 7812-1)."""
    number = re.sub(r"\D", "", digits)
    known = r"5[0678]|6" if len(number) == 12 else _ISSUERS  # only Maestro has cards of 12 digits
    return 12 <= len(number) <= 19 and re.match(known, number) is not None and _luhn(number)


def _luhn(number: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return len(set(number)) > 1 and sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether a text is an International Bank Account Number: ISO 13616, remainder 1 of 97."""
    compact = re.sub(r"\s", "", text).upper()
    if not 15 <= len(compact) <= 34 or not compact.isascii():
        return False
    return int("".join(str(int(mark, 36)) for mark in compact[4:] + compact[:4])) % 97 == 1
