"""A conversation as the page shows it: plain values, ready for the template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bot.chatwoot.sandbox import records
from bot.chatwoot.sandbox.markdown import html_of
from bot.chatwoot.sandbox.payloads import unread_count
from bot.chatwoot.sandbox.records import AgentBot, Attachment, Conversation, Message, User
from bot.chatwoot.sandbox.tables import Tables

_CHANNELS = {records.EMAIL: "Email", records.WEBSITE: "Live chat", records.SMS: "SMS", records.API: "App"}
_CHANNEL_KEYS = {records.EMAIL: "email", records.WEBSITE: "chat", records.SMS: "sms", records.API: "api"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One conversation in the list."""

    id: int
    name: str
    channel: str
    preview: str
    status: str
    priority: str | None
    labels: tuple[str, ...]
    team: str | None
    has_note: bool
    unread: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message of the thread."""

    id: int
    kind: str  #: incoming, outgoing, note or activity.
    author: str
    is_bot: bool
    text: str | None  #: Shown as it is: a customer's words or an activity.
    html: Markup | None  #: Rendered Markdown: what agents and bots wrote.
    quoted: str | None  #: History that a mail quotes, folded away.
    attachments: tuple[Attachment, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The chosen conversation."""

    row: Row
    channel_key: str
    subject: str | None
    address: str
    assignee: str | None
    attributes: tuple[tuple[str, str], ...]
    bubbles: tuple[Bubble, ...]


def row_of(tables: Tables, conversation: Conversation) -> Row:
    """The list entry of a conversation."""
    thread = tables.thread(conversation.id)
    written = [m for m in thread if m.message_type != "activity" and not m.private]
    team = tables.teams.get(conversation.team_id or 0)
    return Row(
        id=conversation.id,
        name=tables.contacts[conversation.contact_id].name,
        channel=_CHANNELS[tables.inboxes[conversation.inbox_id].channel_type],
        preview=_preview(written[-1]) if written else "",
        status=conversation.status,
        priority=conversation.priority,
        labels=tuple(conversation.label_list),
        team=team.name if team else None,
        has_note=any(m.private for m in thread),
        unread=unread_count(tables, conversation),
        at=conversation.last_activity_at,
    )


def _preview(message: Message) -> str:
    text = message.content or "(attachment)"
    plain = text if message.message_type == "incoming" else html_of(text).striptags()
    return " ".join(plain[:160].split())


def thread_of(tables: Tables, conversation: Conversation) -> Thread:
    """Everything that the page shows of a conversation."""
    contact_inbox = tables.contact_inboxes[conversation.contact_inbox_id]
    contact = tables.contacts[conversation.contact_id]
    assignee: User | AgentBot | None = tables.users.get(conversation.assignee_id or 0)
    assignee = assignee or tables.bots.get(conversation.assignee_agent_bot_id or 0)
    return Thread(
        row=row_of(tables, conversation),
        channel_key=_CHANNEL_KEYS[tables.inboxes[conversation.inbox_id].channel_type],
        subject=conversation.additional_attributes.get("mail_subject"),
        address=contact.email or contact.phone_number or contact_inbox.source_id,
        assignee=assignee.name if assignee else None,
        attributes=tuple((key, str(value)) for key, value in conversation.custom_attributes.items()),
        bubbles=tuple(_bubble(message) for message in tables.thread(conversation.id)),
    )


def _bubble(message: Message) -> Bubble:
    from_customer = message.message_type == "incoming"
    kind = "note" if message.private else message.message_type
    text, quoted = message.content or "", None
    if from_customer and message.processed_message_content:
        text, quoted = (
            message.processed_message_content,
            text[len(message.processed_message_content) :].strip(),
        )
    plain = from_customer or kind == "activity"
    return Bubble(
        id=message.id,
        kind="outgoing" if kind == "template" else kind,
        author=message.sender.name if message.sender else "Chatwoot",
        is_bot=isinstance(message.sender, AgentBot),
        text=text if plain else None,
        html=None if plain else html_of(text),
        quoted=quoted or None,
        attachments=tuple(message.attachments),
        at=message.created_at,
    )
