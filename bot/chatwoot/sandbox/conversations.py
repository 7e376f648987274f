"""What can happen to a conversation, and what Chatwoot tells the world about it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from bot.chatwoot.sandbox.events import Events
from bot.chatwoot.sandbox.payloads import conversation_body
from bot.chatwoot.sandbox.rails import changed_attribute
from bot.chatwoot.sandbox.records import AgentBot, ContactInbox, Conversation, Inbox, Message, Team, User
from bot.chatwoot.sandbox.tables import Tables

Person = User | AgentBot | None

_STATUS_EVENT = {"open": "conversation_opened", "resolved": "conversation_resolved"}
_STATUS_TEXT = {
    "open": "Conversation was reopened by {}",
    "resolved": "Conversation was marked resolved by {}",
    "pending": "Conversation was marked as pending by {}",
    "snoozed": "Conversation was snoozed by {}",
}


class Conversations:
    """Starts and changes conversations; each change is announced as Chatwoot does."""

    def __init__(self, tables: Tables, events: Events) -> None:
        self.tables = tables
        self.events = events

    def start(self, inbox: Inbox, contact_inbox: ContactInbox, **columns: Any) -> Conversation:
        """A new conversation: pending if a bot is connected to the inbox, whatever was asked; else open.

        That of a blocked contact is resolved at once.
        """
        now = self.tables.now()
        status = columns.pop("status", None) or "open"
        if inbox.agent_bot_id is not None:
            status = "pending"
        if self.tables.contacts[contact_inbox.contact_id].blocked:
            status = "resolved"
        conversation = Conversation(
            id=self.tables.next_id("conversation"),
            uuid=str(uuid.UUID(int=self.tables.random.getrandbits(128), version=4)),
            account_id=inbox.account_id,
            inbox_id=inbox.id,
            contact_id=contact_inbox.contact_id,
            contact_inbox_id=contact_inbox.id,
            status=status,
            created_at=now,
            updated_at=now,
            last_activity_at=now,
            waiting_since=now,
            **columns,
        )
        self.tables.conversations[conversation.id] = conversation
        self._announce("conversation_created", conversation)
        return conversation

    def change(self, conversation: Conversation, **columns: Any) -> bool:
        """Set columns; announce the status change first, then the update with all changed columns."""
        changed: list[dict[str, Any]] = []
        for column, value in columns.items():
            before = getattr(conversation, column)
            if before == value:
                continue
            setattr(conversation, column, value)
            changed.append(changed_attribute(column, before, value))
            if column == "label_list":
                changed.append(changed_attribute("cached_label_list", ", ".join(before), ", ".join(value)))
        if not changed:
            return False
        before, conversation.updated_at = conversation.updated_at, self.tables.now()
        changed.append(changed_attribute("updated_at", before, conversation.updated_at))
        if any("status" in change for change in changed):
            if conversation.status in _STATUS_EVENT:
                self._announce(_STATUS_EVENT[conversation.status], conversation)
            # ActiveRecord has forgotten the change by the time the event is built: always null.
            self._announce("conversation_status_changed", conversation, changed_attributes=None)
        self._announce("conversation_updated", conversation, changed_attributes=changed)
        return True

    def set_status(
        self, conversation: Conversation, status: str, by: Person, snoozed_until: datetime | None = None
    ) -> None:
        """Open, resolve, snooze or set pending; an agent who opens a conversation gets it assigned."""
        columns: dict[str, Any] = {"status": status, "snoozed_until": snoozed_until}
        if status == "open" and isinstance(by, User) and by.role == "agent":
            columns |= {"assignee_id": by.id, "assignee_agent_bot_id": None}
        if self.change(conversation, **columns) and isinstance(by, User):
            self.activity(conversation, _STATUS_TEXT[status].format(by.name))

    def hand_off(self, conversation: Conversation) -> None:
        """A bot opens a pending conversation: people take over."""
        waiting = conversation.waiting_since or self.tables.now()
        self.change(conversation, status="open", waiting_since=waiting, snoozed_until=None)

    def reopen(self, conversation: Conversation) -> None:
        """The customer wrote again: resolved becomes pending or open, snoozed open; not if blocked."""
        if self.tables.contacts[conversation.contact_id].blocked:
            return
        if conversation.status == "resolved":
            bot = self.tables.inboxes[conversation.inbox_id].agent_bot_id
            self.change(conversation, status="pending" if bot else "open")
        elif conversation.status == "snoozed":
            self.change(conversation, status="open", snoozed_until=None)

    def bot_failed(self, message: Message) -> None:
        """The bot could not be reached with a message: a pending conversation is opened for people."""
        conversation = self.tables.conversations[message.conversation_id]
        if conversation.status == "pending":
            self.change(conversation, status="open")
            text = "Conversation was marked open by system due to an error with the agent bot."
            self.activity(conversation, text)

    def assign(self, conversation: Conversation, assignee: User | AgentBot | None, by: Person) -> None:
        """Give the conversation to an agent or a bot, or to nobody; the other kind is cleared."""
        is_bot = isinstance(assignee, AgentBot)
        changed = self.change(
            conversation,
            assignee_id=assignee.id if assignee and not is_bot else None,
            assignee_agent_bot_id=assignee.id if assignee and is_bot else None,
        )
        if changed and isinstance(by, User):
            done = f"Assigned to {assignee.name}" if assignee else "Conversation unassigned"
            self.activity(conversation, f"{done} by {by.name}")

    def assign_team(self, conversation: Conversation, team: Team | None, by: Person) -> None:
        """Give the conversation to a team or to none."""
        if self.change(conversation, team_id=team.id if team else None) and isinstance(by, User):
            done = f"Assigned to {team.name}" if team else "Unassigned from the team"
            self.activity(conversation, f"{done} by {by.name}")

    def activity(self, conversation: Conversation, text: str) -> None:
        """A grey line in the thread; no webhook ever carries it."""
        now = self.tables.now()
        number = self.tables.next_id("message")
        self.tables.messages[number] = Message(
            id=number,
            account_id=conversation.account_id,
            inbox_id=conversation.inbox_id,
            conversation_id=conversation.id,
            message_type="activity",
            content=text,
            processed_message_content=text,
            created_at=now,
            updated_at=now,
        )
        self.touch(conversation)

    def touch(self, conversation: Conversation) -> None:
        """Something was written: the conversation moves up in the lists."""
        conversation.last_activity_at = conversation.updated_at = self.tables.now()
        self.tables.changed()

    def _announce(self, event: str, conversation: Conversation, **extra: Any) -> None:
        self.events.announce(
            event,
            conversation.account_id,
            lambda: conversation_body(self.tables, conversation) | {"event": event} | extra,
            conversation=conversation,
        )
