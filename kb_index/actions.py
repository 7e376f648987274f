"""What an operator may want to do besides answering: a closed list, suggested and never carried out."""

from __future__ import annotations

import re
from enum import StrEnum


class Action(StrEnum):
    """The things that can be suggested."""

    REFUND = "refund"
    EXCHANGE = "exchange"
    REPLACEMENT = "replacement"
    RETURN_LABEL = "return_label"
    ORDER_LOOKUP = "order_lookup"
    CANCEL_ORDER = "cancel_order"
    CHANGE_ADDRESS = "change_address"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of an action, not a password
    CHECK_PAYMENT = "check_payment"
    ESCALATE = "escalate"


_SIGNS: dict[Action, str] = {
    Action.CANCEL_ORDER: r"\bcancel\w*\b.{0,30}\b(?:order|purchase|delivery|it)\b|\border\b.{0,20}\bcancel",
    Action.REPLACEMENT: r"\b(?:damag|broke|crack|shatter|smash|dent|fault|defect|missing|wrong item)",
    Action.REFUND: r"\brefund|money back|reimburs",
    Action.EXCHANGE: r"\bexchang|\bswap|different (?:size|colou?r)",
    Action.RETURN_LABEL: r"\breturn\w*\b|send (?:it|this|them) back",
    Action.CHANGE_ADDRESS: (
        r"\b(?:chang|updat|edit|correct|wrong|modif)\w*\b.{0,30}\baddress|address.{0,20}\bwrong"
    ),
    Action.RESET_PASSWORD: r"\bpassword|log ?in|sign ?in|locked out",
    Action.CHECK_PAYMENT: r"\b(?:charged|declin|payment fail|double charge|invoice)",
    Action.ESCALATE: r"\b(?:lawyer|lawsuit|fraud|hacked|manager|complaint)\b",
}
_PATTERNS = {action: re.compile(sign, re.IGNORECASE) for action, sign in _SIGNS.items()}


def suggested_actions(question: str, *, about_order: bool) -> tuple[Action, ...]:
    """The actions that a question calls for, at most three; order lookup when it is about an order."""
    found = [action for action, pattern in _PATTERNS.items() if pattern.search(question)]
    if about_order:
        found.insert(0, Action.ORDER_LOOKUP)
    return tuple(found[:3])
