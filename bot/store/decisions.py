"""What was decided and drafted for each message, with the facts as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from bot.store import queries
from bot.store.database import Database, Transaction
from bot.store.encoding import (
    draft_from_json,
    draft_to_json,
    facts_from_json,
    facts_to_json,
    reasons_from_json,
    reply_from_json,
    reply_to_json,
)
from plugins.model import Decision, Draft, Facts, Priority, Reply, Route

SQL = queries.load("decisions")

Old = Literal["replaced", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDecision:
    """A decision with its number and the facts that it was made on."""

    id: int
    decision: Decision
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """A draft with its number, in the shape of its channel too."""

    id: int
    state: str  #: pending, replaced, withdrawn, approved, rejected or escalated.
    draft: Draft
    reply: Reply


@dataclass(frozen=True, slots=True)
class _DecisionRow:
    id: int
    priority: str
    route: str
    team: str | None
    labels: list[str]
    reasons: list[dict[str, Any]]
    facts: dict[str, Any]
    trace: dict[str, Any]
    shadow: list[str]
    rules_version: str


@dataclass(frozen=True, slots=True)
class _DraftRow:
    id: int
    state: str
    draft: dict[str, Any]
    reply: dict[str, Any]


class Decisions:
    """The tables decisions and drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self, conversation_id: UUID, message: int, answers: Sequence[int], facts: Facts, decision: Decision
    ) -> KeptDecision:
        """Keep what the rules said about a message; what was kept before a crash is given back instead."""
        number = await self._database.value(
            SQL["keep_decision"],
            {
                "conversation_id": conversation_id,
                "message": message,
                "answers": list(answers),
                "priority": decision.priority,
                "route": decision.route,
                "team": decision.team,
                "labels": list(decision.labels),
                "reasons": Jsonb([asdict(reason) for reason in decision.reasons]),
                "facts": Jsonb(facts_to_json(facts)),
                "trace": Jsonb(dict(decision.trace)),
                "shadow": list(decision.shadow),
                "version": decision.version,
            },
        )
        return KeptDecision(id=int(number), decision=decision, facts=facts)

    async def of_message(self, message: int) -> KeptDecision | None:
        """What the rules said about a message, if they were asked."""
        row = await self._database.one(SQL["decision"], {"message": message}, of=_DecisionRow)
        if row is None:
            return None
        decision = Decision(
            priority=Priority(row.priority),
            route=Route(row.route),
            reasons=reasons_from_json(row.reasons),
            team=row.team,
            labels=tuple(row.labels),
            version=row.rules_version,
            trace=row.trace,
            shadow=tuple(row.shadow),
        )
        return KeptDecision(id=row.id, decision=decision, facts=facts_from_json(row.facts))

    async def keep_draft(
        self, conversation_id: UUID, decision_id: int, draft: Draft, reply: Reply
    ) -> KeptDraft:
        """Keep the draft of a decision as the conversation's live one; older ones become replaced."""
        async with self._database.transaction() as on:
            await self.close_pending(conversation_id, "replaced", on=on)
            await self._database.value(
                SQL["keep_draft"],
                {
                    "decision_id": decision_id,
                    "conversation_id": conversation_id,
                    "draft": Jsonb(draft_to_json(draft)),
                    "reply": Jsonb(reply_to_json(reply)),
                },
                on=on,
            )
        kept = await self.draft_of(decision_id)
        assert kept is not None, "it was written a moment ago"
        return kept

    async def draft_of(self, decision_id: int) -> KeptDraft | None:
        """The draft of a decision, if there is one."""
        row = await self._database.one(SQL["draft"], {"decision_id": decision_id}, of=_DraftRow)
        if row is None:
            return None
        return KeptDraft(
            id=row.id, state=row.state, draft=draft_from_json(row.draft), reply=reply_from_json(row.reply)
        )

    async def close_pending(
        self, conversation_id: UUID, state: Old, *, on: Transaction | None = None
    ) -> bool:
        """Make the live draft of a conversation old; True if there was one."""
        parameters = {"conversation_id": conversation_id, "state": state}
        return await self._database.run(SQL["close_pending"], parameters, on=on) > 0

    async def withdraw_for(self, message: int, *, on: Transaction | None = None) -> bool:
        """Take back the live draft that answers a message; True if there was one."""
        return await self._database.run(SQL["withdraw_draft_for"], {"message": message}, on=on) > 0

    async def stale_notes(self, conversation_id: UUID) -> list[int]:
        """Chatwoot's ids of our notes on drafts that became old, and that still stand there."""
        rows = await self._database.all(
            SQL["stale_notes"], {"conversation_id": conversation_id}, of=_StaleNote
        )
        return [row.chatwoot_message_id for row in rows]


@dataclass(frozen=True, slots=True)
class _StaleNote:
    chatwoot_message_id: int
