"""What may go into a shop's search: only what was checked, always quoted.

Customers write order numbers, and so anything at all; a search that took it as it is could be widened to the
orders of others ("1 OR email:*").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ORDER_NAME = re.compile(r"#?[A-Za-z0-9-]{1,20}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_PHONE = re.compile(r"\+\d{7,15}")
_MOST_NAMES = 5


def order_names(hints: Iterable[str]) -> tuple[str, ...]:
    """The hints that can be an order's name, as they are and without repeats; five at most."""
    return tuple(dict.fromkeys(hint for hint in hints if _ORDER_NAME.fullmatch(hint)))[:_MOST_NAMES]


def email(address: str | None) -> str | None:
    """An address that is safe within quotes; None for anything else."""
    address = (address or "").strip()
    return address if _EMAIL.fullmatch(address) else None


def phone(number: str | None) -> str | None:
    """A number in international form (E.164); None for anything else."""
    number = re.sub(r"[\s().-]", "", number or "")
    return number if _PHONE.fullmatch(number) else None


def quoted(field: str, value: str) -> str:
    """A term of Shopify's search syntax, such as name:"#1042"."""
    return f'{field}:"{value}"'
