"""The facts that come with the product, and those of them that the words of a message alone can tell."""

from __future__ import annotations

from typing import Any

from plugins.model import Message
from rules.amounts import refund_amount
from rules.anger import anger
from rules.asks_human import asks_human
from rules.message_language import message_language
from rules.registry import FactRegistry, FactSpec, FactType

_WORDS = "the words of the message"
_CHATWOOT = "Chatwoot"
_RECORD = "the service's own record"
_ORDER = "the customer's latest order, from a commerce plugin"
_KNOWLEDGE = "the knowledge base"
_CLOCK = "the clock and the business hours in rules.yaml"

STANDARD: tuple[FactSpec, ...] = (
    FactSpec(
        name="message.text",
        type=FactType.TEXT,
        source=_CHATWOOT,
        description="What the customer wrote last, without quoted history; below the subject, if any.",
    ),
    FactSpec(
        name="message.subject",
        type=FactType.TEXT,
        source=_CHATWOOT,
        description="Subject line of an email.",
    ),
    FactSpec(
        name="message.channel",
        type=FactType.TEXT,
        source="the channel plugin that serves the inbox",
        description="How the message came: email, chat, sms, or the name of another channel plugin.",
    ),
    FactSpec(
        name="message.inbox",
        type=FactType.NUMBER,
        source=_CHATWOOT,
        description="Number of the inbox in Chatwoot, as in its address /inboxes/3.",
    ),
    FactSpec(
        name="message.language",
        type=FactType.TEXT,
        source=_WORDS,
        description='Two-letter code of the language, such as "en" or "de"; unknown for very short messages.',
    ),
    FactSpec(
        name="message.length",
        type=FactType.NUMBER,
        source=_WORDS,
        description="How many characters the customer wrote, without quoted history.",
    ),
    FactSpec(
        name="message.attachments",
        type=FactType.NUMBER,
        source=_CHATWOOT,
        description="How many files came with the message.",
        fallback=0,
    ),
    FactSpec(
        name="message.refund_amount",
        type=FactType.MONEY,
        source=_WORDS,
        description='The largest amount mentioned together with a refund: "I want my $150 back".',
    ),
    FactSpec(
        name="message.anger",
        type=FactType.NUMBER,
        source=_WORDS,
        description="How angry it sounds, 0 to 1: 0.5 is about one hostile word, 0.8 one furious word.",
        fallback=0,
    ),
    FactSpec(
        name="message.asks_human",
        type=FactType.YES_NO,
        source=_WORDS,
        description='Whether the customer asks for a person: "let me talk to an agent", "no bots please".',
        fallback=False,
    ),
    FactSpec(
        name="customer.unresolved_conversations",
        type=FactType.NUMBER,
        source=_RECORD,
        description="How many conversations of the customer are not resolved, this one included.",
    ),
    FactSpec(
        name="customer.last_grade",
        type=FactType.NUMBER,
        source=_RECORD,
        description="Mean grade (tone, accuracy, policy; 1 to 5) of the customer's last graded draft.",
    ),
    FactSpec(
        name="customer.disputes",
        type=FactType.NUMBER,
        source=_RECORD,
        description="How many chargebacks and disputes the customer's history holds.",
        fallback=0,
    ),
    FactSpec(name="order.value", type=FactType.MONEY, source=_ORDER, description="Total of the order."),
    FactSpec(
        name="order.status",
        type=FactType.TEXT,
        source=_ORDER,
        description="Where the order stands.",
        choices=("unfulfilled", "in_transit", "delivered", "cancelled", "returned", "unknown"),
    ),
    FactSpec(
        name="order.refunded",
        type=FactType.MONEY,
        source=_ORDER,
        description="What has been paid back for the order so far.",
    ),
    FactSpec(
        name="order.delay_days",
        type=FactType.NUMBER,
        source=_ORDER,
        description="Days by which an order that has not arrived is late; 0 when it is in time.",
    ),
    FactSpec(
        name="kb.topic",
        type=FactType.TEXT,
        source=_KNOWLEDGE,
        description="Topic of the article that fits best: shipping, returns… Unknown when none fits.",
    ),
    FactSpec(
        name="kb.confidence",
        type=FactType.NUMBER,
        source=_KNOWLEDGE,
        description="Chance, 0 to 1, that a good answer can be drafted from the articles found.",
    ),
    FactSpec(
        name="time.after_hours",
        type=FactType.YES_NO,
        source=_CLOCK,
        description="Whether the message came outside business hours.",
    ),
    FactSpec(
        name="conversation.waiting",
        type=FactType.DURATION,
        source=_CLOCK,
        description="How long the customer has waited for a person's answer.",
    ),
    FactSpec(
        name="conversation.unanswered_messages",
        type=FactType.NUMBER,
        source=_RECORD,
        description="How many messages the customer sent in the last 10 minutes without an answer.",
    ),
    FactSpec(
        name="conversation.labels",
        type=FactType.LIST,
        source=_CHATWOOT,
        description="Labels of the conversation before this decision.",
        fallback=(),
    ),
    FactSpec(
        name="contact.*",
        type=FactType.ANY,
        source="custom attributes of the contact in Chatwoot",
        description="Any custom attribute of the customer, such as contact.plan.",
    ),
    FactSpec(
        name="conversation.*",
        type=FactType.ANY,
        source="custom attributes of the conversation in Chatwoot",
        description="Any custom attribute of the conversation, such as conversation.order_number.",
    ),
)


def standard_registry() -> FactRegistry:
    """A registry of the standard facts, to which plugins may add theirs."""
    return FactRegistry(STANDARD)


def facts_in(text: str) -> dict[str, Any]:
    """What a text alone tells, by the fact's name; a fact that cannot be told is None.

    Half characters (lone surrogates), which JSON can carry but no library can read, become question marks.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    return {
        "message.text": text,
        "message.length": len(text),
        "message.language": message_language(text),
        "message.refund_amount": refund_amount(text),
        "message.anger": anger(text),
        "message.asks_human": asks_human(text),
    }


def read_text_facts(message: Message) -> dict[str, Any]:
    """The `message.*` facts of a message, by name; a fact that cannot be told is None.

    Takes about a millisecond for a long mail. Everything else a rule may ask (customer, order, knowledge
    base, clock) is gathered by the pipeline.
    """
    text = f"{message.subject}\n{message.content}" if message.subject else message.content
    return facts_in(text) | {
        "message.subject": message.subject,
        "message.channel": message.channel,
        "message.inbox": message.conversation.inbox_id,
        "message.attachments": len(message.attachments),
        "message.length": len(message.content),
    }
