"""What a contact's order says, in sentences that may go to the customer: status, dates, tracking, refund."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from plugins.model import Order

_GOODS = r"(?:orders?|parcels?|packages?|deliver(?:y|ies)|shipments?|items?|purchases?|goods|stuff)"
#: What "where is my …" may ask for that an order's delivery does not answer.
_NOT_GOODS = (
    r"(?:refund|money|invoice|receipt|account|label|password|code|discount|gift|voucher|points|credit)"
)
#: Questions that an order answers, not an article.
_ABOUT_ORDER = re.compile(
    "|".join(
        (
            rf"where(?:'s|s| is| are)? +(?:my|our|the) +(?!{_NOT_GOODS})\w+",
            rf"(?:status|update|news|eta)\b.{{0,20}}\b(?:my|our|the|an|this)\b.{{0,12}}\b{_GOODS}\b",
            rf"\b{_GOODS}\s+(?:status|update|id|eta)\b",
            r"\btracking\s+(?:status|update|number|id|link)\b",
            rf"\btrack(?:ing)?\b.{{0,16}}\b(?:my|our|the|last|this)\b.{{0,12}}\b{_GOODS}\b",
            rf"\b(?:has|have|did|is|was|will)\b.{{0,24}}\b(?:my|our)\b.{{0,16}}\b{_GOODS}\b.{{0,24}}"
            r"\b(?:ship|sent|arriv|deliver|dispatch|come|left|on (?:its|the) way)",
            r"\bwhen (?:will|can|do|does|should|is).{0,30}\b(?:my|our|it)\b.{0,24}\b(?:arriv|"
            r"deliver|come|here|ship)",
            rf"\b{_GOODS}\b.{{0,30}}(?:\bnot|n't|\bnever|\bstill)\b.{{0,24}}\b(?:arriv|receiv|deliver|come|got)",
            rf"(?:\bnot|n't|\bnever|\bstill)\b.{{0,24}}\b(?:arriv|receiv|deliver|got)\w*.{{0,20}}\b{_GOODS}",
        )
    ),
    re.IGNORECASE,
)
_WHEREABOUTS = re.compile(r"\b(?:status|where|track|arriv|deliver|ship|sent|receiv|update)", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?:#\s?|\border\s+(?:no\.?|number|id)?\s*[:#]?\s*)([A-Z]{0,4}-?\d{3,12})\b", re.IGNORECASE
)

_STATUS = {
    "unfulfilled": "is being prepared and has not left our warehouse yet",
    "in_transit": "is on its way to you",
    "delivered": "was delivered",
    "cancelled": "was cancelled",
    "returned": "was returned to us",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether a question is about an order, and about which of the contact's."""

    about_order: bool
    order: Order | None
    reference: str | None = None  #: The order that the customer named, whether or not it was found.


@dataclass(frozen=True, slots=True)
class OrderFact:
    """One sentence on an order, with what the order says verbatim."""

    text: str
    quote: str


def order_asked_about(question: str, orders: Sequence[Order]) -> Asked:
    """Which order a question is about: the one it names, else the newest.

    An order that is named but is not one of the contact's is never answered with another one.
    """
    named = _REFERENCE.search(question)
    reference = named.group(1) if named else None
    about = bool(_ABOUT_ORDER.search(question) or (reference and _WHEREABOUTS.search(question)))
    if reference is not None:
        digits = reference.lstrip("#").casefold()
        found = [order for order in orders if order.name.lstrip("#").casefold() == digits]
        return Asked(about, found[0] if found and about else None, reference)
    known = [order for order in orders if order.status != "unknown"]
    if not about or not known:
        return Asked(about, None)
    newest = max(known, key=lambda order: (order.placed_at is not None, order.placed_at or datetime.min))
    return Asked(about, newest)


def order_facts(order: Order) -> tuple[OrderFact, ...]:
    """What the customer should hear of an order, most important first."""
    facts = [OrderFact(f"Your order {order.name} {_status(order)}.", f"status: {order.status}")]
    if order.status in {"unfulfilled", "in_transit"} and order.expected_at:
        day = _day(order.expected_at)
        facts.append(OrderFact(f"It is expected on {day}.", f"expected: {day}"))
    if order.status == "in_transit":
        facts += [_tracking(number, carrier, url) for number, carrier, url in _trackings(order)]
    if order.refunded is not None and order.refunded.amount > 0:
        facts.append(OrderFact(f"{order.refunded} of it has been refunded.", f"refunded: {order.refunded}"))
    return tuple(facts)


def evidence(order: Order) -> str:
    """Everything on an order that a draft may speak of, as lines of `name: value`; no payment data."""
    lines = [f"order: {order.name}", f"status: {order.status}"]
    dates = {"placed": order.placed_at, "expected": order.expected_at, "delivered": order.delivered_at}
    lines += [f"{name}: {_day(value)}" for name, value in dates.items() if value]
    lines += [f"total: {order.total}"] if order.total else []
    lines += [f"refunded: {order.refunded}"] if order.refunded else []
    lines += [f"item: {line.quantity} × {line.title}" for line in order.lines]
    for number, carrier, url in _trackings(order):
        lines.append("tracking: " + " ".join(part for part in (carrier, number, url) if part))
    return "\n".join(lines)


def _status(order: Order) -> str:
    if order.status == "delivered" and order.delivered_at:
        return f"was delivered on {_day(order.delivered_at)}"
    return _STATUS.get(order.status, "is with us, but its delivery status is not known yet")


def _trackings(order: Order) -> list[tuple[str | None, str | None, str | None]]:
    return [(t.number, t.carrier, t.url) for t in order.tracking if t.number or t.url]


def _tracking(number: str | None, carrier: str | None, url: str | None) -> OrderFact:
    by = f" with {carrier}" if carrier else ""
    under = f" under the number {number}" if number else ""
    at = f" here: {url}" if url else ""
    quote = " ".join(part for part in (carrier, number, url) if part)
    return OrderFact(f"You can follow it{by}{under}{at}.".replace("..", "."), f"tracking: {quote}")


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
