"""The topics of a help desk: rules and reports speak of "shipping" or "returns", not of file names."""

from __future__ import annotations

import re

#: Topic → beginnings of words that speak of it; the first topic wins a tie.
TOPICS: dict[str, tuple[str, ...]] = {
    "shipping": ("ship", "deliver", "track", "parcel", "courier", "dispatch", "postage", "customs"),
    "returns": ("return", "exchang", "send back"),
    "refunds": ("refund", "money back", "reimburs"),
    "damaged": ("damag", "defect", "broken", "faulty", "missing item", "wrong item"),
    "warranty": ("warrant", "guarantee", "repair", "spare part"),
    "orders": ("order", "cancel", "out of stock", "availability", "checkout", "cart", "quantity"),
    "payment": (
        "pay", "billing", "bill", "invoice", "credit card", "charge", "fee", "card", "tax", "due amount",
    ),
    "pricing": ("price", "pricing", "discount", "promo", "coupon", "voucher", "sale"),
    "gift cards": ("gift",),
    "account": (
        "account", "password", "username", "login", "log in", "sign in", "two factor", "security", "profile",
    ),
    "subscription": ("subscription", "membership", "newsletter", "renewal"),
    "products": ("product", "spec", "size", "material", "care", "kettle", "cookware", "faq", "item query"),
    "contact": ("contact", "hours", "support", "phone", "opening", "store", "about"),
    "privacy": ("privacy", "personal data", "gdpr", "cookie"),
    "website": ("website", "site", "search", "app", "troubleshoot", "browser"),
}  # fmt: skip


def topic_of(title: str, category: str = "", key: str = "") -> str | None:
    """The topic that an article's title speaks of, else its category, else its file name; or None."""
    for text in (title, category, re.sub(r"[-_/.]", " ", key)):
        words = f" {text.casefold()} "
        counts = {
            topic: sum(len(re.findall(rf"\b{re.escape(start)}", words)) for start in starts)
            for topic, starts in TOPICS.items()
        }
        best = max(counts, key=counts.__getitem__)
        if counts[best]:
            return best
    return None
