"""What was said: conversations and messages as Chatwoot told them, and how a customer stands with us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.store import queries
from bot.store.database import Database, Transaction
from plugins.model import Contact, Conversation, Status, Turn

SQL = queries.load("record")

#: The specification's status (§8) has no word for a conversation that was put aside for later.
_STATUS = {Status.SNOOZED: "pending"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A customer's message that nobody answered yet."""

    number: int  #: Chatwoot's message id.
    content: str
    written_at: datetime
    decided: bool  #: The rules have been asked about it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """How a contact stands with us."""

    unresolved: int  #: Conversations that are not resolved, this one included.
    last_grade: float | None  #: Mean of the three grades, 1–5, that the newest graded draft got.
    disputes: int  #: Conversations that the rules labelled "dispute".


class Record:
    """The tables chatwoot_conversations, conversation_details and chatwoot_messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def see(
        self, conversation: Conversation, contact: Contact, channel: str, *, on: Transaction | None = None
    ) -> UUID:
        """Write down a conversation as Chatwoot shows it; older news than what is known changes nothing."""
        number = await self._database.value(
            SQL["see_conversation"],
            {
                "number": conversation.id,
                "email": contact.email,
                "account_id": conversation.account_id,
                "inbox_id": conversation.inbox_id,
                "contact_id": contact.id or None,
                "channel": channel,
            },
            on=on,
        )
        if conversation.updated_at is not None:
            await self._database.run(
                SQL["refresh_conversation"],
                {
                    "id": number,
                    "snapshot_at": conversation.updated_at,
                    "status": _STATUS.get(conversation.status, conversation.status.value),
                    "priority": conversation.priority,
                    "human": conversation.assignee_id is not None,
                },
                on=on,
            )
        return UUID(str(number))

    async def add_message(
        self,
        conversation_id: UUID,
        number: int,
        *,
        kind: str,
        content: str,
        written_at: datetime,
        confidence: float | None = None,
        ai_generated: bool = False,
        on: Transaction | None = None,
    ) -> bool:
        """Keep a message of `kind` incoming, outgoing or private_note; False if it was there already."""
        parameters = {
            "conversation_id": conversation_id,
            "number": number,
            "kind": kind,
            "content": content,
            "written_at": written_at,
            "ai_generated": ai_generated,
            "confidence": confidence,
        }
        new = await self._database.run(SQL["add_message"], parameters, on=on) == 1
        if new and kind == "incoming":
            await self._mark("mark_incoming", conversation_id, number, on)
        return new

    async def change_message(self, number: int, content: str, *, on: Transaction | None = None) -> None:
        """Take over the new text of a message."""
        await self._database.run(SQL["change_message"], {"number": number, "content": content}, on=on)

    async def forget_message(
        self,
        conversation_id: UUID,
        number: int,
        *,
        kind: str,
        written_at: datetime,
        on: Transaction | None = None,
    ) -> None:
        """Delete the text of a message that was deleted in Chatwoot."""
        parameters = {
            "conversation_id": conversation_id,
            "number": number,
            "kind": kind,
            "written_at": written_at,
        }
        await self._database.run(SQL["forget_message"], parameters, on=on)

    async def mark_answered(
        self, conversation_id: UUID, number: int, *, on: Transaction | None = None
    ) -> None:
        """Note that a person's public message answered all that came before it."""
        await self._mark("mark_answered", conversation_id, number, on)

    async def mark_resolved(self, conversation_id: UUID, *, on: Transaction | None = None) -> None:
        """Note that nothing waits for an answer, because the conversation was resolved."""
        await self._database.run(SQL["mark_resolved"], {"conversation_id": conversation_id}, on=on)

    async def mark_automatic(self, number: int) -> None:
        """Note that a machine wrote a message: it waits for no answer."""
        await self._database.run(SQL["mark_automatic"], {"number": number})

    async def unanswered(self, conversation_id: UUID) -> list[Unanswered]:
        """The customer's messages that wait for an answer, oldest first."""
        return await self._database.all(
            SQL["unanswered"], {"conversation_id": conversation_id}, of=Unanswered
        )

    async def turns(self, conversation_id: UUID, *, before: int, most: int) -> tuple[Turn, ...]:
        """The last `most` public messages with a lower id than `before`, oldest first."""
        parameters = {"conversation_id": conversation_id, "before": before, "most": most}
        return tuple(reversed(await self._database.all(SQL["turns"], parameters, of=Turn)))

    async def conversation_id(self, number: int) -> UUID | None:
        """Our id of the conversation that Chatwoot gives this number."""
        found: Any = await self._database.value(SQL["conversation_id"], {"number": number})
        return found if isinstance(found, UUID) else None

    async def customer(self, contact_id: int) -> Customer:
        """How a contact stands with us."""
        found = await self._database.one(SQL["customer"], {"contact_id": contact_id}, of=Customer)
        return found or Customer(unresolved=0, last_grade=None, disputes=0)

    async def _mark(self, statement: str, conversation_id: UUID, number: int, on: Transaction | None) -> None:
        await self._database.run(
            SQL[statement], {"conversation_id": conversation_id, "number": number}, on=on
        )
