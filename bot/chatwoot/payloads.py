"""Chatwoot's JSON becomes our nouns; the only file that knows its shape.

The shapes are those of Chatwoot 4.15 (`Message#webhook_data`, `Conversations::EventDataPresenter`) and the
nested example of the specification (§7). Whatever Chatwoot may leave out is optional here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from bot.chatwoot.shapes import MAX_ID, AttachmentIn, ConversationIn, MessageIn, PersonIn, clean
from plugins.errors import BadRequest
from plugins.model import Attachment, Contact, Conversation, Priority, Status

MESSAGE_EVENTS = frozenset({"message_created", "message_updated"})
CONVERSATION_EVENTS = frozenset(
    {
        "conversation_created",
        "conversation_updated",
        "conversation_status_changed",
        "conversation_opened",
        "conversation_resolved",
    }
)

#: Key under `content_attributes` by which we know our own posts when they come back.
MARKER = "hotdash"

_PRIORITIES = {"urgent": Priority.P0, "high": Priority.P1, "medium": Priority.P2, "low": Priority.P3}
#: Inboxes where the sender's address is how the message came.
_ADDRESSED = frozenset({"Channel::Email", "Channel::TwilioSms", "Channel::Sms", "Channel::Whatsapp"})
_EVENT_NAME = re.compile(r"[a-z_.]{1,100}")
_STATUSES = frozenset(Status)
_KINDS = {0: "incoming", 1: "outgoing", 2: "activity", 3: "template"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What can be said of an event without reading it whole."""

    event: str  #: Chatwoot's name of it, such as message_created.
    account_id: int | None
    conversation_id: int | None
    dedup_key: str | None  #: The same for all deliveries of one happening; None if that cannot be told.
    wanted: bool  #: False for events that we only keep.


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent:
    """A message was created or changed."""

    id: int
    created: bool  #: False when Chatwoot says that it changed.
    kind: str  #: incoming, outgoing, template or activity.
    private: bool
    deleted: bool
    content: str
    trimmed: str  #: Without the quoted history, where Chatwoot cut it off; else as `content`.
    written_at: datetime
    author: str  #: contact, user, agent_bot or system.
    author_id: int | None
    author_name: str | None
    marker: str | None  #: Set on our own posts.
    contact: Contact
    conversation: Conversation
    subject: str | None
    attachments: tuple[Attachment, ...]
    automatic: bool
    attributes: Mapping[str, Any] = field(default_factory=dict)  #: Chatwoot's content_attributes.

    @property
    def from_customer(self) -> bool:
        """True for what the customer wrote to us: the only messages that get a draft."""
        return self.kind == "incoming" and not self.private and self.author == "contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEvent:
    """A conversation was created or changed."""

    contact: Contact
    conversation: Conversation


def envelope(body: Mapping[str, Any]) -> Envelope:
    """The outside of an event. Never raises: what is odd is kept, and looked at when it is worked."""
    event = _event(body)
    about = _flat(body)
    if event in MESSAGE_EVENTS:
        conversation = about.get("conversation")
        inner = conversation if isinstance(conversation, dict) else {}
        conversation_id, account = _id(inner.get("id")), about.get("account") or inner.get("account")
    else:
        conversation_id = _id(about.get("id")) if event in CONVERSATION_EVENTS else None
        account = about.get("account")
    account_id = _id(account.get("id")) if isinstance(account, dict) else None
    return Envelope(
        event=event,
        account_id=account_id,
        conversation_id=conversation_id,
        dedup_key=_dedup_key(event, account_id, about),
        wanted=event in MESSAGE_EVENTS | CONVERSATION_EVENTS,
    )


def read(body: Mapping[str, Any], *, account_id: int) -> MessageEvent | ConversationEvent:
    """The event in our words; `account_id` stands in where the payload names none.

    Raises BadRequest naming each field that is not as Chatwoot sends it.
    """
    about = clean(_flat(body))
    try:
        if _event(body) in MESSAGE_EVENTS:
            return _message(MessageIn.model_validate(about), about["event"], account_id)
        conversation = ConversationIn.model_validate(about)
        return ConversationEvent(
            contact=_contact(conversation.meta.sender, conversation),
            conversation=_conversation(conversation, account_id),
        )
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise BadRequest(f"{_event(body)} is not as Chatwoot sends it: {faults}") from None


def _event(body: Mapping[str, Any]) -> str:
    event = body.get("event")
    return event if isinstance(event, str) and _EVENT_NAME.fullmatch(event) else "unknown"


def _flat(body: Mapping[str, Any]) -> dict[str, Any]:
    """The message at the top, as Chatwoot sends it, also for the nested form of the specification."""
    message = body.get("message")
    if _event(body) in MESSAGE_EVENTS and isinstance(message, dict):
        return {**message, "conversation": body.get("conversation"), "event": _event(body)}
    return dict(body)


def _dedup_key(event: str, account_id: int | None, about: Mapping[str, Any]) -> str | None:
    number = _id(about.get("id"))
    if number is None:
        return None
    if event == "message_created":
        return f"{event}:{number}"  # ids of messages are unique over all accounts
    if event in CONVERSATION_EVENTS and isinstance(about.get("updated_at"), int | float):
        return f"{event}:{account_id or 0}:{number}:{about['updated_at']}"
    return None


def _id(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    return value if type(value) is int and 0 < value <= MAX_ID else None


def _message(message: MessageIn, event: str, account_id: int) -> MessageEvent:
    kind = message.message_type
    kind = _KINDS.get(kind, "activity") if isinstance(kind, int) else kind
    attributes = message.content_attributes
    mail = attributes.get("email")
    email: Mapping[str, Any] = mail if isinstance(mail, dict) else {}
    content = message.content or ""
    subject = email.get("subject")
    mark = attributes.get(MARKER)
    outer = message.conversation.account or message.account
    return MessageEvent(
        id=message.id,
        created=event == "message_created",
        kind=kind,
        private=message.private,
        deleted=bool(attributes.get("deleted")),
        content=content,
        trimmed=_trimmed(email) or content,
        written_at=message.created_at or datetime.now(UTC),
        author=_author(message.sender, kind),
        author_id=message.sender.id if message.sender else None,
        author_name=message.sender.name if message.sender else None,
        marker=str(mark) if mark else None,
        contact=_contact(message.conversation.meta.sender or message.sender, message.conversation),
        conversation=_conversation(message.conversation, outer.id if outer and outer.id else account_id),
        subject=subject if isinstance(subject, str) else None,
        attachments=tuple(_attachment(attachment) for attachment in message.attachments),
        automatic=email.get("auto_reply") is True,
        attributes=attributes,
    )


def _author(sender: PersonIn | None, kind: str) -> str:
    """Who wrote it: a contact's `sender` has no type in message events (facts: Message#webhook_data)."""
    if sender is None:
        return "contact" if kind == "incoming" else "system"
    if sender.type in (None, "contact"):
        return "contact" if kind == "incoming" else "system"
    return sender.type if sender.type in ("user", "agent_bot") else "system"


def _trimmed(email: Mapping[str, Any]) -> str:
    """The newest part of a mail: Chatwoot names it `quoted`, though it is what is left without the quote."""
    text = email.get("text_content")
    part = text.get("quoted") if isinstance(text, dict) else None
    return part.strip() if isinstance(part, str) else ""


def _contact(person: PersonIn | None, conversation: ConversationIn) -> Contact:
    if person is None:
        return Contact(id=0)
    return Contact(
        id=person.id or 0,
        name=person.name,
        email=person.email,
        phone=person.phone_number,
        attributes=person.custom_attributes,
        # In a chat anybody may say that they are somebody, unless the shop vouches for them.
        verified=conversation.channel in _ADDRESSED or conversation.meta.hmac_verified,
    )


def _conversation(conversation: ConversationIn, account_id: int) -> Conversation:
    meta = conversation.meta
    status = conversation.status or ""
    account = conversation.account
    return Conversation(
        id=conversation.id,
        account_id=account.id if account and account.id else account_id,
        inbox_id=conversation.inbox_id,
        inbox_type=conversation.channel or "",
        status=Status(status) if status in _STATUSES else Status.OPEN,
        priority=_PRIORITIES.get(conversation.priority or ""),
        labels=tuple(conversation.labels),
        attributes=conversation.custom_attributes,
        assignee_id=meta.assignee.id if meta.assignee and meta.assignee_type in (None, "User") else None,
        team_id=meta.team.id if meta.team else None,
        updated_at=conversation.updated_at,
    )


def _attachment(attachment: AttachmentIn) -> Attachment:
    return Attachment(
        kind=attachment.file_type or "file",
        url=attachment.data_url,
        name=attachment.data_url.rsplit("/", 1)[-1] if attachment.data_url else None,
        size=attachment.file_size,
    )
