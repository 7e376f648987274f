"""What people decided about drafts: verdicts, what was sent of them, and the grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.store import queries
from bot.store.database import Database, Transaction
from bot.store.encoding import draft_from_json, reasons_from_json, reply_from_json
from plugins.model import Draft, Reason, Reply

SQL = queries.load("reviews")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A draft with all that a person needs to know of it."""

    id: int
    state: str  #: pending, replaced, withdrawn, approved, rejected or escalated.
    version: str  #: Of the text; a verdict names the version that was seen.
    draft: Draft
    reply: Reply
    created_at: datetime
    conversation_id: UUID
    conversation: int  #: Chatwoot's number.
    email: str | None
    channel: str
    message: int  #: The customer's message, by Chatwoot's id; the newest of `answers`.
    answers: tuple[int, ...]
    priority: str
    team: str | None
    labels: tuple[str, ...]
    reasons: tuple[Reason, ...]
    note: int | None  #: The private note with the draft, by Chatwoot's id.
    outrun: bool  #: The customer wrote again, and this draft does not answer it.
    due_at: datetime | None
    at_risk_at: datetime | None

    @property
    def text(self) -> str:
        """What the customer would get, as one text."""
        return "\n\n".join(self.reply.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a person decided about a draft."""

    id: int
    draft_id: int
    kind: str  #: approved, edited, replaced, rejected or escalated.
    way: str  #: page, note or own_reply.
    by_id: int
    by_name: str
    at: datetime
    final_content: str | None
    parts: Sequence[str]
    edit_distance: int | None  #: Characters (Levenshtein).
    flags: Sequence[str]
    reason: str | None
    note: str | None
    team: str | None
    priority: str | None
    send_at: datetime | None
    leaving_at: datetime | None
    sent_at: datetime | None
    undone_at: datetime | None
    undone_by: str | None
    undone_because: str | None
    approval_id: UUID | None
    graded_at: datetime | None

    @property
    def sends(self) -> bool:
        """Whether a text of ours goes to the customer."""
        return self.kind in ("approved", "edited") and self.way != "own_reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVerdict:
    """A verdict that is about to be kept; fields as in `Verdict`."""

    draft: int
    kind: str
    way: str
    by_id: int
    by_name: str
    final_content: str | None = None
    parts: Sequence[str] = ()
    edit_distance: int | None = None
    flags: Sequence[str] = ()
    reason: str | None = None
    note: str | None = None
    team: str | None = None
    priority: str | None = None
    delay: timedelta | None = None  #: Until it is sent; None for what sends nothing.
    sent_at: datetime | None = None


class Reviews:
    """The table verdicts, with drafts as cards and the rows of support_approvals."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def card(self, draft: int, *, on: Transaction | None = None) -> Card | None:
        """A draft, if there is one of that number."""
        return _card(await self._database.one(SQL["card"], {"id": draft}, of=_Row, on=on))

    async def latest(self, conversation: int) -> Card | None:
        """The newest draft of a conversation, by Chatwoot's number."""
        return _card(await self._database.one(SQL["latest"], {"conversation": conversation}, of=_Row))

    async def queue(self, *, most: int = 200) -> list[Card]:
        """The drafts that wait for a person, the next due first."""
        rows = await self._database.all(SQL["queue"], {"most": most}, of=_Row)
        return [row.card() for row in rows]

    async def search(self, words: str, *, most: int = 50) -> list[Card]:
        """Drafts whose text, customer or message has these words, newest first."""
        rows = await self._database.all(SQL["search"], {"words": words, "most": most}, of=_Row)
        return [row.card() for row in rows]

    async def lock(self, draft: int, *, on: Transaction) -> Card | None:
        """A draft that nobody else decides about, and whose customer writes nothing, until `on` ends."""
        await self._database.value(SQL["lock"], {"draft": draft}, on=on)
        return await self.card(draft, on=on)

    async def close(self, draft: int, state: str, *, on: Transaction) -> bool:
        """Close a draft that waits; False if it does not."""
        return await self._database.run(SQL["close"], {"draft": draft, "state": state}, on=on) == 1

    async def reopen(self, draft: int, *, on: Transaction) -> bool:
        """Let a draft wait again; False, and the draft is old, where a newer one took its place."""
        if await self._database.run(SQL["reopen"], {"draft": draft}, on=on) == 1:
            return True
        await self._database.run(SQL["replace"], {"draft": draft}, on=on)
        return False

    async def decide(self, verdict: NewVerdict, *, on: Transaction) -> int:
        """Keep a verdict; gives its number."""
        columns = {name: getattr(verdict, name) for name in NewVerdict.__dataclass_fields__}
        columns |= {"parts": list(verdict.parts), "flags": list(verdict.flags)}
        return int(await self._database.value(SQL["decide"], columns, on=on))

    async def verdict(self, number: int) -> Verdict | None:
        """The verdict of that number."""
        return await self._database.one(SQL["verdict"], {"id": number}, of=Verdict)

    async def standing(self, draft: int, *, on: Transaction | None = None) -> Verdict | None:
        """The verdict on a draft that stands."""
        return await self._database.one(SQL["standing"], {"draft": draft}, of=Verdict, on=on)

    async def newest_of(self, conversation: int) -> Verdict | None:
        """The newest verdict in a conversation that stands."""
        return await self._database.one(SQL["newest_of"], {"conversation": conversation}, of=Verdict)

    async def history(self, draft: int) -> list[Verdict]:
        """All verdicts on a draft, those that were undone too, oldest first."""
        return await self._database.all(SQL["history"], {"draft": draft}, of=Verdict)

    async def recent(self, *, most: int = 200) -> list[Verdict]:
        """The newest verdicts, newest first."""
        return await self._database.all(SQL["recent"], {"most": most}, of=Verdict)

    async def mark(self) -> str:
        """What changes whenever a draft comes, changes its state, or is decided about."""
        return str(await self._database.value(SQL["mark"]))

    async def ungraded(self, person: int, *, most: int = 100) -> list[Verdict]:
        """What a person sent and nobody graded yet, newest first."""
        return await self._database.all(SQL["ungraded"], {"by_id": person, "most": most}, of=Verdict)

    async def leave(self, verdict: int) -> Verdict | None:
        """Let an approval leave; None if it was undone or is with the customer already."""
        return await self._database.one(SQL["leave"], {"id": verdict}, of=Verdict)

    async def undo(
        self,
        verdict: int,
        by_name: str,
        *,
        because: str | None = None,
        returned: bool = False,
        on: Transaction,
    ) -> bool:
        """Take a verdict back; False if it left already. `returned`: Chatwoot refused what was leaving."""
        parameters = {"id": verdict, "by_name": by_name, "because": because, "returned": returned}
        return await self._database.run(SQL["undo"], parameters, on=on) == 1

    async def sent(self, verdict: Verdict | NewVerdict, number: int, card: Card, *, on: Transaction) -> None:
        """Keep that a verdict's text is with the customer, with its row of support_approvals, once."""
        approval: Any = await self._database.value(
            SQL["approve"],
            {
                "verdict": number,
                "message": card.message,
                "draft_content": card.text,
                "final_content": verdict.final_content,
                "edit_distance": verdict.edit_distance,
                "by_name": verdict.by_name,
            },
            on=on,
        )
        await self._database.run(SQL["sent"], {"verdict": number, "approval": approval}, on=on)

    async def grade(
        self, verdict: int, grades: tuple[int, int, int], by_name: str, comment: str | None
    ) -> bool:
        """Keep grades for tone, accuracy and policy, 1–5; False if there is nothing (more) to grade."""
        tone, accuracy, policy = grades
        parameters = {
            "verdict": verdict,
            "tone": tone,
            "accuracy": accuracy,
            "policy": policy,
            "by_name": by_name,
            "comment": comment,
        }
        return await self._database.run(SQL["grade"], parameters) == 1

    async def waiting_draft(self, conversation_id: UUID, *, on: Transaction) -> int | None:
        """The draft of a conversation that waits for a person or for its sending."""
        found: int | None = await self._database.value(
            SQL["waiting_draft"], {"conversation_id": conversation_id}, on=on
        )
        return found


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    state: str
    version: str
    draft: dict[str, Any]
    reply: dict[str, Any]
    created_at: datetime
    conversation_id: UUID
    conversation: int
    email: str | None
    channel: str
    message: int
    answers: list[int]
    priority: str
    team: str | None
    labels: list[str]
    reasons: list[dict[str, Any]]
    note: int | None
    outrun: bool
    due_at: datetime | None
    at_risk_at: datetime | None

    def card(self) -> Card:
        plain = {name: getattr(self, name) for name in self.__slots__}
        return Card(
            **{
                **plain,
                "draft": draft_from_json(self.draft),
                "reply": reply_from_json(self.reply),
                "answers": tuple(self.answers),
                "labels": tuple(self.labels),
                "reasons": reasons_from_json(self.reasons),
            }
        )


def _card(row: _Row | None) -> Card | None:
    return row.card() if row is not None else None
