"""The rows that the stand-in Chatwoot keeps in memory, column names as in Chatwoot's own tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: Chatwoot's enum order, which is also what `messages[].message_type` holds.
MESSAGE_TYPES = ("incoming", "outgoing", "activity", "template")
STATUSES = ("open", "resolved", "pending", "snoozed")
PRIORITIES = ("low", "medium", "high", "urgent")

EMAIL = "Channel::Email"
WEBSITE = "Channel::WebWidget"
SMS = "Channel::TwilioSms"
API = "Channel::Api"


@dataclass(slots=True, kw_only=True)
class Account:
    """One company on the installation."""

    id: int
    name: str


@dataclass(slots=True, kw_only=True)
class User:
    """An agent or administrator with a token of their own."""

    id: int
    account_id: int
    name: str
    available_name: str
    email: str
    role: str  #: agent or administrator.
    access_token: str
    availability: str = "online"


@dataclass(slots=True, kw_only=True)
class AgentBot:
    """A bot: an identity with a token, and, if `outgoing_url` is set, a receiver of events."""

    id: int
    account_id: int
    name: str
    access_token: str
    secret: str
    description: str = ""
    outgoing_url: str = ""
    bot_config: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Team:
    """A group of agents that conversations are assigned to."""

    id: int
    account_id: int
    name: str
    created_at: datetime
    description: str | None = None
    member_ids: set[int] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Inbox:
    """A channel with its address; `agent_bot_id` is the bot connected to it, if any."""

    id: int
    account_id: int
    name: str
    channel_type: str
    address: str  #: E-mail address, +E164 number, website URL or identifier, by channel.
    member_ids: set[int] = field(default_factory=set)
    agent_bot_id: int | None = None
    out_of_office: str | None = None  #: What Chatwoot itself answers after hours.


@dataclass(slots=True, kw_only=True)
class Contact:
    """A customer."""

    id: int
    account_id: int
    created_at: datetime
    updated_at: datetime
    name: str = ""
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    blocked: bool = False
    last_activity_at: datetime | None = None
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    custom_attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ContactInbox:
    """A contact's address within one inbox."""

    id: int
    contact_id: int
    inbox_id: int
    source_id: str
    pubsub_token: str
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A conversation; `id` is the display_id, the number that agents see."""

    id: int
    uuid: str
    account_id: int
    inbox_id: int
    contact_id: int
    contact_inbox_id: int
    status: str
    created_at: datetime
    updated_at: datetime
    last_activity_at: datetime
    waiting_since: datetime | None
    first_reply_created_at: datetime | None = None
    snoozed_until: datetime | None = None
    agent_last_seen_at: datetime | None = None
    contact_last_seen_at: datetime | None = None
    priority: str | None = None
    assignee_id: int | None = None
    assignee_agent_bot_id: int | None = None
    team_id: int | None = None
    label_list: list[str] = field(default_factory=list)
    custom_attributes: dict[str, Any] = field(default_factory=dict)
    additional_attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Attachment:
    """A file of a message; the bytes are served at `data_url`."""

    id: int
    file_type: str
    extension: str
    content_type: str
    data_url: str
    thumb_url: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class Message:
    """One message, private note or activity of a conversation."""

    id: int
    account_id: int
    inbox_id: int
    conversation_id: int
    message_type: str
    content: str | None
    created_at: datetime
    updated_at: datetime
    sender: Contact | User | AgentBot | None = None
    private: bool = False
    status: str = "sent"
    content_type: str = "text"
    content_attributes: dict[str, Any] = field(default_factory=dict)
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    processed_message_content: str | None = None
    source_id: str | None = None
    attachments: list[Attachment] = field(default_factory=list)
    delivered: bool = False  #: The customer was really sent this (outgoing messages only).


@dataclass(slots=True, kw_only=True)
class Webhook:
    """An account webhook."""

    id: int
    account_id: int
    url: str
    secret: str
    name: str | None = None
    subscriptions: list[str] = field(default_factory=list)
    inbox_id: int | None = None


@dataclass(slots=True, kw_only=True)
class Label:
    """A label that the account offers; conversations may carry others as well."""

    id: int
    account_id: int
    title: str
    description: str | None = None
    color: str = "#1f93ff"
    show_on_sidebar: bool = True


@dataclass(slots=True, kw_only=True)
class AttributeDefinition:
    """A custom attribute that the dashboard shows by name."""

    id: int
    account_id: int
    attribute_display_name: str
    attribute_key: str
    attribute_display_type: str
    attribute_model: str
    attribute_description: str | None = None
    attribute_values: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class DashboardApp:
    """A tab above every conversation."""

    id: int
    account_id: int
    title: str
    content: list[dict[str, Any]]
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class CsatResponse:
    """A customer's answer to the satisfaction survey."""

    id: int
    account_id: int
    rating: int
    feedback_message: str | None
    message_id: int
    conversation_id: int
    contact_id: int
    assigned_agent_id: int | None
    created_at: datetime
