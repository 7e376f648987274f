"""Collects what the rules may ask about a message: its words, the customer, the order, the knowledge base."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.store.record import Record, Unanswered
from kb_index.knowledge_base import KnowledgeBase
from plugins.manager import Plugins
from plugins.model import Facts, Match, Message, Order
from rules.facts import read_text_facts

#: Unanswered messages older than this do not count as a burst of impatience.
_LATELY = timedelta(minutes=10)
#: How customers write an order's number: "#1042", "NW-20418", "order 12345".
_ORDER_NAME = re.compile(r"#\w[\w-]{1,19}|\b[A-Z]{1,4}-\d{3,12}\b|\b\d{4,12}\b")
_MOST_HINTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The facts of a message, with the two of their sources that a draft needs again."""

    facts: Facts
    match: Match
    orders: tuple[Order, ...]
    unverified: bool = False  #: An order was asked about by somebody who may not be who they say.


class Gatherer:
    """Asks every source of facts; a source that fails leaves its facts unknown."""

    def __init__(
        self,
        plugins: Plugins,
        knowledge: KnowledgeBase,
        record: Record,
        *,
        is_open: Callable[[datetime], bool],
    ) -> None:
        """`is_open` says whether a moment lies within business hours."""
        self._plugins = plugins
        self._knowledge = knowledge
        self._record = record
        self._is_open = is_open

    async def gather(self, message: Message, waiting: Sequence[Unanswered]) -> Gathered:
        """The facts of `message`; `waiting` are the customer's unanswered messages, oldest first."""
        hints = order_hints(message)
        known = message.contact.verified
        orders = await self._plugins.orders(message.contact, hints) if known else ()
        match, customer, extra, mood = await asyncio.gather(
            self._knowledge.match(message.content, orders),
            self._record.customer(message.contact.id),
            self._plugins.facts(message),
            self._plugins.sentiment(message.content),
        )
        now = datetime.now(UTC)
        facts: dict[str, Any] = {
            **{f"contact.{name}": value for name, value in message.contact.attributes.items()},
            **{f"conversation.{name}": value for name, value in message.conversation.attributes.items()},
            **extra,
            **await asyncio.to_thread(read_text_facts, message),
            **_order_facts(orders, now),
            "customer.unresolved_conversations": customer.unresolved,
            "customer.last_grade": customer.last_grade,
            "customer.disputes": customer.disputes,
            "kb.topic": match.topic,
            "kb.confidence": match.confidence,
            "time.after_hours": not self._is_open(message.received_at),
            "conversation.waiting": now - waiting[0].written_at if waiting else timedelta(0),
            "conversation.unanswered_messages": sum(now - one.written_at <= _LATELY for one in waiting),
            "conversation.labels": message.conversation.labels,
        }
        if mood is not None:
            facts["message.anger"] = mood
        return Gathered(facts=Facts(facts), match=match, orders=orders, unverified=bool(hints) and not known)


def order_hints(message: Message) -> tuple[str, ...]:
    """What may be an order's number: from the conversation's attribute `order_number` and the message."""
    attribute = message.conversation.attributes.get("order_number")
    written = _ORDER_NAME.findall(f"{message.subject or ''}\n{message.content[:20_000]}")
    hints = [str(attribute)[:40]] if attribute else []
    return tuple(dict.fromkeys([*hints, *written]))[:_MOST_HINTS]


def _order_facts(orders: Sequence[Order], now: datetime) -> dict[str, Any]:
    if not orders:
        return {}
    newest = orders[0]
    late = now - newest.expected_at if newest.expected_at else None
    arrived = newest.status in ("delivered", "cancelled", "returned")
    return {
        "order.value": newest.total,
        "order.status": newest.status,
        "order.refunded": newest.refunded,
        "order.delay_days": None if late is None else 0 if arrived else max(late.days, 0),
    }
