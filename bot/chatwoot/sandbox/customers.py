"""Customers who write in by e-mail, live chat, SMS or an app, each filed as its channel files it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from bot.chatwoot.sandbox import records, seed
from bot.chatwoot.sandbox.conversations import Conversations
from bot.chatwoot.sandbox.mail import mail_attributes
from bot.chatwoot.sandbox.messages import Messages
from bot.chatwoot.sandbox.payloads import contact_body
from bot.chatwoot.sandbox.rails import iso
from bot.chatwoot.sandbox.records import Attachment, Contact, ContactInbox, Conversation, Inbox, Message
from bot.chatwoot.sandbox.tables import Tables

#: Who writes when nobody is named: address and name by channel.
SOMEBODY = {
    "email": ("lena.berg@example.org", "Lena Berg"),
    "chat": ("tom@harbourlights.example", "Tom Okafor"),
    "sms": ("+447700900461", "+44 7700 900461"),
    "api": ("li.wei@example.org", "Li Wei"),
}
_BROWSER = {
    "device_name": "Unknown",
    "browser_name": "Chrome",
    "platform_name": "Windows",
    "browser_version": "137.0.0.0",
    "platform_version": "10.0",
}


class Customers:
    """Finds or makes contact and conversation, and files the message."""

    def __init__(self, tables: Tables, conversations: Conversations, messages: Messages) -> None:
        self.tables = tables
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
            else self.contact_inbox(inbox, *self._who(channel, address, name))
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

    def contact_inbox(self, inbox: Inbox, address: str, name: str) -> ContactInbox:
        """The contact's row for an inbox, found by the address or made, with the contact if need be."""
        by_phone = inbox.channel_type == records.SMS
        contact = (
            self.tables.find_contact(inbox.account_id, phone=address)
            if by_phone
            else self.tables.find_contact(inbox.account_id, email=address)
        )
        if contact is None:
            contact = self.add_contact(
                inbox.account_id,
                name=name,
                **({"phone_number": address} if by_phone else {"email": address}),
                additional_attributes={"from_zip_code": "", "from_country": "GB", "from_state": ""}
                if by_phone
                else {},
            )
        for row in self.tables.contact_inboxes.values():
            if row.contact_id == contact.id and row.inbox_id == inbox.id:
                return row
        chosen = inbox.channel_type in (records.EMAIL, records.SMS)
        row = ContactInbox(
            id=self.tables.next_id("contact_inbox"),
            contact_id=contact.id,
            inbox_id=inbox.id,
            source_id=address
            if chosen
            else str(uuid.UUID(int=self.tables.random.getrandbits(128), version=4)),
            pubsub_token=self.tables.token(),
            created_at=self.tables.now(),
        )
        self.tables.contact_inboxes[row.id] = row
        return row

    def add_contact(self, account_id: int, **columns: Any) -> Contact:
        """A new contact; subscribed webhooks hear contact_created."""
        now = self.tables.now()
        contact = Contact(
            id=self.tables.next_id("contact"),
            account_id=account_id,
            created_at=now,
            updated_at=now,
            **columns,
        )
        self.tables.contacts[contact.id] = contact
        self.messages.events.announce(
            "contact_created",
            account_id,
            lambda: contact_body(self.tables, contact) | {"event": "contact_created"},
        )
        return contact

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
                "referer": "https://outfitters.example/help",
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
