"""The nouns of the house, in the order in which a message meets them.

All are frozen. Times are UTC-aware `datetime`, money is `Decimal` with its currency, durations are
`timedelta`. Sequences are tuples, so that a noun can be shared between tasks without a copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Priority(StrEnum):
    """How soon a conversation needs an answer; P0 is the most urgent (specification §3)."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"

    @property
    def in_chatwoot(self) -> str:
        """Chatwoot's own word for this priority: urgent, high, medium or low."""
        return {"P0": "urgent", "P1": "high", "P2": "medium", "P3": "low"}[self.value]


class Route(StrEnum):
    """Who acts next: a person at once, or the drafter first."""

    HUMAN = "human"
    DRAFT = "draft"


class Status(StrEnum):
    """The states of a conversation in Chatwoot."""

    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount with its ISO 4217 currency, such as 120.50 EUR."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:,.2f} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The customer, as Chatwoot knows them."""

    id: int
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)  #: Chatwoot's custom attributes.
    verified: bool = False  #: The address is theirs: a mail, an SMS, or a visitor whom the shop signed in.


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message; only its description, never its bytes."""

    kind: str  #: Chatwoot's file_type: image, audio, video, file, location…
    url: str | None = None
    name: str | None = None
    size: int | None = None  #: Bytes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation as it stood when Chatwoot sent the event that is being worked."""

    id: int  #: Chatwoot's display_id, the number that agents see.
    account_id: int
    inbox_id: int | None = None
    inbox_type: str = ""  #: Chatwoot's own name, such as "Channel::Email".
    status: Status = Status.OPEN
    priority: Priority | None = None
    labels: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)  #: Chatwoot's custom attributes.
    assignee_id: int | None = None
    team_id: int | None = None
    updated_at: datetime | None = None  #: Orders the snapshots; Chatwoot delivers in any order.


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one contact wrote, as Chatwoot delivered it."""

    id: int  #: Chatwoot's message id; it orders the messages of a conversation.
    conversation: Conversation
    contact: Contact
    channel: str  #: Name of the channel plugin that serves the inbox: email, chat, sms…
    content: str  #: The newest words of the customer, without quoted history.
    raw_content: str  #: The same as it came, so that nothing is lost by the cleaning.
    received_at: datetime
    subject: str | None = None
    attachments: tuple[Attachment, ...] = ()
    automatic: bool = False  #: No person waits for an answer: an auto-reply, a bounce, a list, a lone STOP.
    attributes: Mapping[str, Any] = field(default_factory=dict)  #: Chatwoot's content_attributes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier message of the conversation, for whoever needs to read back."""

    author: str  #: customer or agent.
    content: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One product of an order."""

    title: str
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """Where a parcel can be followed."""

    carrier: str | None = None
    number: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order that belongs to the contact; never with payment data in it."""

    name: str  #: What the customer calls it, such as "#1042".
    source: str  #: Name of the plugin that found it.
    status: str  #: One of: unfulfilled, in_transit, delivered, cancelled, returned, unknown.
    placed_at: datetime | None = None
    total: Money | None = None
    refunded: Money | None = None
    expected_at: datetime | None = None  #: Promised delivery.
    delivered_at: datetime | None = None
    lines: tuple[OrderLine, ...] = ()
    tracking: tuple[Tracking, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedOrder:
    """An order as a shop gave it, with its owner; the owner is compared with the contact, then dropped."""

    order: Order
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that rules may ask about a message, as a plugin declares it."""

    name: str  #: As rules.yaml names it, such as loyalty.points.
    type: str  #: One of: text, number, money, duration, list, yes_no.
    description: str  #: One sentence for the people who write rules.
    fallback: Any = None  #: The value when the plugin has none; None is "not known".


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A part of a knowledge-base article, as found for a question."""

    id: str  #: Stable over re-indexing as long as the text stays the same.
    article_id: str  #: File name within the knowledge base, such as "shipping-policy.md".
    title: str
    text: str
    score: float  #: Comparable within one answer of the retriever only.
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What the knowledge base has for a message."""

    passages: tuple[Passage, ...]  #: Best first; may be empty.
    topic: str | None  #: Topic of the best article: shipping, returns, refunds…
    confidence: float  #: Calibrated chance, 0–1, that a good answer can be drafted from here.
    index_version: str
    degraded: str | None = None  #: Why the match is weaker than it should be, if it is.
    raw_confidence: float = 0.0  #: Before calibration: what a refit learns from.


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule may ask about a message, by the fact's name; None is "not known".

    Values are str, int, float, bool, Money, timedelta, datetime or a tuple of str, as the registry in
    `rules/facts.py` and the plugins declare them.
    """

    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a decision is what it is: one rule that matched."""

    rule: str  #: The rule's id in rules.yaml.
    text: str  #: For people: what matched, and on which values.
    line: int | None = None  #: In the rules file.


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the rules made of the facts."""

    priority: Priority
    route: Route
    reasons: tuple[Reason, ...]
    team: str | None = None  #: Name of the Chatwoot team, if a rule names one.
    labels: tuple[str, ...] = ()
    version: str = ""  #: Which rules decided: content hash of the rules file.
    trace: Mapping[str, Any] = field(default_factory=dict)  #: JSON-ready: each rule, condition, value.
    shadow: tuple[str, ...] = ()  #: Rules that matched but are only being tried.


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source that a draft leans on."""

    number: int  #: The n of the [n] in the answer.
    kind: str  #: kb or order.
    source: str  #: What the note shows: "shipping-policy.md", "#1042".
    title: str
    quote: str  #: Verbatim from the source.
    passage_id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a draft with its support, as the grounding check sees it."""

    text: str
    citations: tuple[int, ...] = ()
    supported: bool = True
    problem: str | None = None  #: Such as: "30 days" does not occur in the sources.


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer that a person may send, with what it rests on."""

    answer: str  #: With [n] marks; channels remove them for the customer.
    greeting: str = ""  #: How `answer` begins, if it greets; a channel may leave it out.
    offer: str = ""  #: Its last sentence, if that only offers further help.
    closing: str = ""  #: How it ends, if it closes like a letter.
    confidence: float  #: 0–1.
    citations: tuple[Citation, ...]
    sentences: tuple[Sentence, ...]
    suggested_actions: tuple[str, ...] = ()
    tone: str = "friendly"
    language: str = "en"  #: ISO 639-1.
    author: str = "extractive"  #: extractive, or the model's name.
    warnings: tuple[str, ...] = ()
    index_version: str = ""
    raw_confidence: float = 0.0  #: Before calibration: what a refit learns from.


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """No draft, with the reason for the person who takes over."""

    reason: str
    passages: tuple[Passage, ...] = ()  #: The nearest articles, for a look.
    failed: bool = False  #: The drafter broke or took too long; else nothing fits.


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A draft in the shape of its channel: exactly what the customer would receive."""

    channel: str
    parts: tuple[str, ...]  #: Sent one after the other as messages of their own.
    warnings: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)  #: Such as the encoding and segments of an SMS.
    refusal: str | None = None  #: Why it must not be sent at all, such as a contact who opted out.
