"""Writing, changing and deleting messages, with everything that Chatwoot does in consequence."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.chatwoot.sandbox import records
from bot.chatwoot.sandbox.address_book import AddressBook
from bot.chatwoot.sandbox.conversations import Conversations
from bot.chatwoot.sandbox.events import Events
from bot.chatwoot.sandbox.liquid import rendered
from bot.chatwoot.sandbox.mail import reply_attributes
from bot.chatwoot.sandbox.payloads import message_body
from bot.chatwoot.sandbox.records import (
    AgentBot,
    Attachment,
    Contact,
    Conversation,
    CsatResponse,
    Message,
    User,
)
from bot.chatwoot.sandbox.tables import Tables

LONGEST = 150_000  # characters
PER_MINUTE = 200  # messages of one conversation (CONVERSATION_MESSAGE_PER_MINUTE_LIMIT)


class Invalid(ValueError):
    """A record that Rails' validations refuse; the text is what Chatwoot would say."""


class Messages:
    """The messages of all conversations."""

    def __init__(
        self, tables: Tables, events: Events, conversations: Conversations, address_book: AddressBook
    ) -> None:
        self.tables = tables
        self.events = events
        self.conversations = conversations
        self.address_book = address_book
        self.unsent: set[int] = set()  #: Ids of replies that the channel has yet to take.

    def receive(self, conversation: Conversation, sender: Contact, **columns: Any) -> Message:
        """A customer's message: wakes a resolved or snoozed conversation and starts the waiting."""
        message = self._insert(conversation, message_type="incoming", sender=sender, **columns)
        self.conversations.reopen(conversation)
        self.conversations.touch(conversation)
        self._announce("message_created", message)
        if conversation.waiting_since is None:
            self.conversations.change(conversation, waiting_since=message.created_at)
        self.address_book.change(sender, last_activity_at=message.created_at)
        return message

    def post(self, conversation: Conversation, sender: User | AgentBot, **columns: Any) -> Message:
        """A reply or private note of an agent or bot; rendered as Liquid, sent to the customer if public.

        Raises Invalid when it is too long or one too many within a minute.
        """
        content = columns.pop("content", None)
        if content:
            content = rendered(content, self.tables, conversation, sender)
        inbox = self.tables.inboxes[conversation.inbox_id]
        if inbox.channel_type == records.EMAIL and not columns.get("private"):
            given = columns.get("content_attributes") or {}
            columns["content_attributes"] = reply_attributes(content or "") | given
        message = self._insert(
            conversation, message_type="outgoing", sender=sender, content=content, **columns
        )
        self.conversations.touch(conversation)
        self._announce("message_created", message)
        if not message.private:
            self._replied(conversation, message)
            # A source_id marks an echo of what the channel already has: it is not sent again.
            if message.source_id is None:
                self.unsent.add(message.id)
                asyncio.get_running_loop().call_soon(self._send, message)
        return message

    def answer(self, conversation: Conversation, agent: User, text: str, *, private: bool) -> Message:
        """A person answers or leaves a private note in the dashboard, and so has seen the conversation."""
        conversation.agent_last_seen_at = self.tables.now()
        return self.post(conversation, agent, content=text, private=private)

    def delete(self, message: Message) -> None:
        """Replace the content by a fixed text and drop the attachments."""
        message.attachments = []
        self.update(
            message,
            content="This message was deleted",
            processed_message_content="This message was deleted",
            content_type="text",
            content_attributes={"deleted": True},
        )

    def update(self, message: Message, **columns: Any) -> None:
        """Set columns and announce message_updated."""
        for column, value in columns.items():
            setattr(message, column, value)
        message.updated_at = self.tables.now()
        self._announce("message_updated", message)

    def send_survey(self, conversation: Conversation) -> Message:
        """Ask the customer how satisfied they are, as Chatwoot does when a conversation is resolved."""
        message = self._insert(
            conversation,
            message_type="template",
            content="Please rate the conversation",
            content_type="input_csat",
            content_attributes={"display_type": "emoji"},
        )
        self.conversations.touch(conversation)
        self._announce("message_created", message)
        return message

    def answer_survey(self, survey: Message, rating: int, feedback: str | None) -> CsatResponse:
        """File the customer's answer to a survey; the world hears it as message_updated only."""
        answer = {"csat_survey_response": {"rating": rating, "feedback_message": feedback}}
        self.update(survey, content_attributes=survey.content_attributes | {"submitted_values": answer})
        conversation = self.tables.conversations[survey.conversation_id]
        response = CsatResponse(
            id=self.tables.next_id("csat_response"),
            account_id=conversation.account_id,
            rating=rating,
            feedback_message=feedback,
            message_id=survey.id,
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            assigned_agent_id=conversation.assignee_id,
            created_at=self.tables.now(),
        )
        self.tables.csat_responses[response.id] = response
        return response

    def attachment(self, name: str, content: bytes, content_type: str) -> Attachment:
        """A file as Chatwoot stores it; served by the stand-in under its `data_url`."""
        number = self.tables.next_id("attachment")
        kind = content_type.split("/")[0]
        kind = kind if kind in ("image", "audio", "video") else "file"
        url = f"{self.tables.base_url}/rails/active_storage/blobs/redirect/{number}/{name}"
        attachment = Attachment(
            id=number,
            file_type=kind,
            extension=name.rpartition(".")[2],
            content_type=content_type,
            data_url=url,
            thumb_url=url if kind == "image" else "",
            content=content,
        )
        self.tables.attachments[number] = attachment
        return attachment

    def _insert(self, conversation: Conversation, **columns: Any) -> Message:
        content = columns.get("content")
        if content and len(content) > LONGEST:
            raise Invalid(f"Validation failed: Content is too long (maximum is {LONGEST} characters)")
        now = self.tables.now()
        thread = self.tables.thread(conversation.id)
        if sum(1 for m in thread if now - m.created_at < timedelta(minutes=1)) >= PER_MINUTE:
            raise Invalid("Validation failed: Too many messages")
        columns.setdefault("processed_message_content", content)
        message = Message(
            id=self.tables.next_id("message"),
            account_id=conversation.account_id,
            inbox_id=conversation.inbox_id,
            conversation_id=conversation.id,
            created_at=now,
            updated_at=now,
            **columns,
        )
        self.tables.messages[message.id] = message
        return message

    def _replied(self, conversation: Conversation, message: Message) -> None:
        """The customer waits no longer; only a person's answer is a first reply."""
        columns: dict[str, Any] = {"waiting_since": None}
        if isinstance(message.sender, User) and conversation.first_reply_created_at is None:
            columns["first_reply_created_at"] = message.created_at
        self.conversations.change(conversation, **columns)

    def _send(self, message: Message) -> None:
        """Hand a reply to its channel, which gives it an id of its own in mail and SMS."""
        self.unsent.discard(message.id)
        if message.id not in self.tables.messages:
            return
        message.delivered = True
        channel = self.tables.inboxes[message.inbox_id].channel_type
        conversation = self.tables.conversations[message.conversation_id]
        if channel == records.EMAIL:
            address = f"conversation/{conversation.uuid}/messages/{message.id}@hearth-kettle.example"
            self.update(message, source_id=address)
        elif channel == records.SMS:
            self.update(message, source_id=f"SM{self.tables.random.getrandbits(128):032x}")
        self.tables.changed()

    def _announce(self, event: str, message: Message) -> None:
        self.events.announce(
            event,
            message.account_id,
            lambda: message_body(self.tables, message) | {"event": event},
            conversation=self.tables.conversations[message.conversation_id],
            message=message,
        )
