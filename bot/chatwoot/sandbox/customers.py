"""Customers who write in by e-mail, live chat, SMS or an app, each filed as its channel files it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.chatwoot.sandbox import seed
from bot.chatwoot.sandbox.address_book import AddressBook
from bot.chatwoot.sandbox.conversations import Conversations
from bot.chatwoot.sandbox.mail import mail_attributes
from bot.chatwoot.sandbox.messages import Messages
from bot.chatwoot.sandbox.payloads import conversation_body
from bot.chatwoot.sandbox.rails import iso
from bot.chatwoot.sandbox.records import Attachment, ContactInbox, Conversation, Inbox, Message
from bot.chatwoot.sandbox.senders import account_brief, contact_body
from bot.chatwoot.sandbox.tables import Tables

#: Who writes when nobody is named: address and name by channel.
SOMEBODY = {
    "email": ("lena.berg@example.org", "Lena Berg"),
    "chat": ("tom@harbourlights.example", "Tom Okafor"),
    "sms": ("+447700900461", "+44 7700 900461"),
    "api": ("li.wei@example.org", "Li Wei"),
}
_REFERER = "https://hearth-kettle.example/help"
_BROWSER = {
    "device_name": "Unknown",
    "browser_name": "Chrome",
    "platform_name": "Windows",
    "browser_version": "137.0.0.0",
    "platform_version": "10.0",
}


class Customers:
    """Finds or makes contact and conversation, and files the message."""

    def __init__(
        self, tables: Tables, address_book: AddressBook, conversations: Conversations, messages: Messages
    ) -> None:
        self.tables = tables
        self.address_book = address_book
        self.conversations = conversations
        self.messages = messages

    def write(
        self,
        channel: str,
        text: str | None,
        *,
        address: str | None = None,
        name: str | None = None,
        conversation: Conversation | None = None,
        subject: str | None = None,
        attachments: Sequence[Attachment] = (),
        reply: str | None = None,
        automatic: bool = False,
        **columns: Any,
    ) -> Message:
        """File one message of a customer; the arguments are explained at `Sandbox.customer_writes`."""
        inbox = self.tables.inboxes[seed.INBOXES[channel]]
        # Postgres holds no NUL in a text, so Chatwoot cannot either.
        text = text.replace("\x00", "") if text else None
        contact_inbox = (
            self.tables.contact_inboxes[conversation.contact_inbox_id]
            if conversation
            else self.address_book.contact_inbox(inbox, *self._who(channel, address, name))
        )
        contact = self.tables.contacts[contact_inbox.contact_id]
        conversation = conversation or self._running(channel, contact_inbox)
        in_reply_to = self._last_source_id(conversation) if channel == "email" else None
        if conversation is None:
            conversation = self.conversations.start(
                inbox, contact_inbox, additional_attributes=self._origin(channel, subject, automatic)
            )
        message: dict[str, Any] = {"content": text, "attachments": list(attachments)}
        if channel == "email":
            message |= self._as_mail(
                text or "", contact_inbox, inbox, conversation, in_reply_to, attachments, automatic, reply
            )
        elif channel == "chat":
            conversation.contact_last_seen_at = self.tables.now()
            message["content_attributes"] = {"in_reply_to": None}
        elif channel == "sms":
            kind = "MM" if attachments else "SM"
            message["source_id"] = f"{kind}{self.tables.random.getrandbits(128):032x}"
        given_attributes = columns.pop("content_attributes", {})
        message |= columns
        message["content_attributes"] = message.get("content_attributes", {}) | given_attributes
        return self.messages.receive(conversation, contact, **message)

    def type(self, conversation: Conversation, *, on: bool) -> None:
        """The customer starts or stops typing in the live chat."""
        event = f"conversation_typing_{'on' if on else 'off'}"
        contact = self.tables.contacts[conversation.contact_id]
        self.messages.events.announce(
            event,
            conversation.account_id,
            lambda: {
                "event": event,
                "user": contact_body(self.tables, contact),
                "conversation": conversation_body(self.tables, conversation),
                "is_private": False,
            },
        )

    def open_chat(self) -> None:
        """A visitor opens the live chat and has written nothing yet."""
        inbox = self.tables.inboxes[seed.INBOXES["chat"]]
        row = self.address_book.contact_inbox(inbox, *SOMEBODY["chat"])
        self.messages.events.announce(
            "webwidget_triggered",
            inbox.account_id,
            lambda: {
                "id": row.id,
                "contact": contact_body(self.tables, self.tables.contacts[row.contact_id]),
                "inbox": {"id": inbox.id, "name": inbox.name},
                "account": account_brief(self.tables, inbox.account_id),
                "current_conversation": None,
                "source_id": row.source_id,
                "event": "webwidget_triggered",
                "event_info": {
                    "initiated_at": {"timestamp": iso(self.tables.now())},
                    "referer": _REFERER,
                    "widget_language": "en",
                    "browser_language": "en",
                    "browser": _BROWSER,
                },
            },
            inbox=inbox,
        )

    def _who(self, channel: str, address: str | None, name: str | None) -> tuple[str, str]:
        somebody, their_name = SOMEBODY[channel]
        if address is None:
            return somebody, name or their_name
        return address, name or (their_name if address == somebody else address.partition("@")[0])

    def _running(self, channel: str, contact_inbox: ContactInbox) -> Conversation | None:
        """Where a message without a named conversation goes: chat reuses the last, SMS an unresolved one."""
        own = [c for c in self.tables.conversations.values() if c.contact_inbox_id == contact_inbox.id]
        if channel == "sms":
            own = [c for c in own if c.status != "resolved"]
        return own[-1] if own and channel in ("chat", "sms") else None

    def _last_source_id(self, conversation: Conversation | None) -> str | None:
        if conversation is None:
            return None
        numbers = [m.source_id for m in self.tables.thread(conversation.id) if m.source_id]
        return numbers[-1] if numbers else None

    def _origin(self, channel: str, subject: str | None, automatic: bool) -> dict[str, Any]:
        if channel == "email":
            return {
                "source": "email",
                "in_reply_to": None,
                "auto_reply": automatic,
                "mail_subject": subject,
                "initiated_at": {"timestamp": iso(self.tables.now())},
            }
        if channel == "chat":
            return {
                "browser": _BROWSER,
                "referer": _REFERER,
                "initiated_at": {"timestamp": self.tables.now().strftime("%a %b %d %Y %H:%M:%S GMT+0000")},
                "browser_language": "en",
            }
        return {"from_zip_code": "", "from_country": "GB", "from_state": ""} if channel == "sms" else {}

    def _as_mail(
        self,
        text: str,
        contact_inbox: ContactInbox,
        inbox: Inbox,
        conversation: Conversation,
        in_reply_to: str | None,
        attachments: Sequence[Attachment],
        automatic: bool,
        reply: str | None,
    ) -> dict[str, Any]:
        message_id = f"{self.tables.token()}@mail.example"
        attributes = mail_attributes(
            text,
            sender=contact_inbox.source_id,
            to=inbox.address,
            subject=conversation.additional_attributes.get("mail_subject"),
            message_id=message_id,
            in_reply_to=in_reply_to,
            written_at=self.tables.now(),
            attachments=len(attachments),
            automatic=automatic,
            reply=reply,
        )
        return {
            "content_type": "incoming_email",
            "source_id": message_id,
            "content_attributes": attributes,
            "processed_message_content": attributes["email"]["text_content"]["quoted"] or None,
        }
