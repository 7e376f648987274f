"""After hours: the customer hears by when an answer comes, and the one on call of what cannot wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog

from bot.chatwoot.client import Chatwoot
from bot.postbox import Postbox
from bot.service_level.clocks import Metric
from bot.service_level.incidents import ONCE, Cause, Incidents, incident_key
from bot.service_level.terms import Terms
from bot.service_level.timekeeper import AUTO_REPLY
from bot.service_level.wording import spoken
from bot.store.clocks import Clocks
from bot.store.database import Database
from bot.store.jobs import Job, Jobs
from plugins.alert import Severity
from plugins.channels import Channels
from plugins.errors import ChatwootForbidden, ChatwootRefused
from plugins.model import Draft, Message, Priority

log = structlog.get_logger()

REPLY = "auto_reply"
"""The kind of the jobs that send the automatic reply."""

#: What cannot wait until morning (specification §6).
URGENT = frozenset({Priority.P0, Priority.P1})

#: `texts: after_hours:` in rules.yaml replaces it; {by} is filled in.
TEXT = "Thank you for your message. Our team is away at the moment; you will have an answer by {by}."


def after_hours_text(texts: Mapping[str, str], language: str | None) -> str:
    """The text in the customer's language if there is one, else without a language, else in English."""
    for name in (f"after_hours.{language}", "after_hours", "after_hours.en"):
        if name in texts:
            return texts[name]
    return TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterHours:
    """What is done about messages that come after hours; each field is a doer that it needs."""

    database: Database
    jobs: Jobs
    clocks: Clocks
    chatwoot: Chatwoot
    postbox: Postbox
    incidents: Incidents
    terms: Terms
    channels: Channels
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def decided(
        self, conversation_id: UUID, message: Message, priority: Priority, *, language: str | None
    ) -> None:
        """Queue the reply and the alert that a message calls for, if it came and is read after hours.

        `language` is the customer's, as an ISO 639-1 code. Safe to repeat.
        """
        calendar, now = self.terms.promises.calendar, self.now()
        if calendar.is_open(message.received_at) or calendar.is_open(now):
            return
        if priority in URGENT:
            await self._alert(conversation_id, message, priority)
        await self._queue_reply(message, priority, language)

    async def reply(self, job: Job) -> None:
        """Send the automatic reply, unless Chatwoot sends one of its own. Safe to repeat."""
        conversation, inbox = int(job.payload["conversation"]), job.payload["inbox"]
        if await self._doubled(inbox):
            log.info("auto_reply.left_to_chatwoot", conversation=conversation, inbox=inbox)
            return
        for number, part in enumerate(job.payload["parts"]):
            cause = f"{job.payload['cause']}:{number}"
            try:
                await self.postbox.say(cause, conversation, part, after=int(job.payload["after"]))
            except ChatwootRefused as error:
                log.warning("auto_reply.refused", conversation=conversation, fault=str(error))
                return

    async def _alert(self, conversation_id: UUID, message: Message, priority: Priority) -> None:
        number, zone, now = message.conversation.id, self.terms.zone, self.now()
        clocks = [clock for clock in await self.clocks.of(conversation_id) if clock.fulfilled_at is None]
        clock = next((clock for clock in clocks if clock.metric != Metric.RESOLUTION), None)
        if clock is None:
            return  # answered in the meantime
        due = f"; an answer is due by {spoken(clock.due_at, zone, now=now)}" if clock.due_at else ""
        cause = Cause(
            name=f"urgent:{message.id}",
            at=message.received_at,
            severity=Severity.CRITICAL if priority is Priority.P0 else Severity.ERROR,
            title=f"{priority} after hours: conversation {number}",
            text=f"The customer's message is of {spoken(message.received_at, zone, now=now)}{due}.",
        )
        rota = self.terms.rota
        async with self.database.transaction() as on:
            await self.incidents.open(
                incident_key(message.conversation.account_id, number, clock.metric, clock.number),
                cause,
                conversation_id=conversation_id,
                steps=rota.escalation if rota else ONCE,
                on=on,
            )
        self.jobs.bell.ring()

    async def _queue_reply(self, message: Message, priority: Priority, language: str | None) -> None:
        promises, now = self.terms.promises, self.now()
        opens = promises.calendar.next_open(now)
        target = promises.of(priority).targets[Metric.FIRST_RESPONSE]
        by = promises.calendar.due(message.received_at, target)
        if opens is None or by is None:
            return  # a team that never comes back promises nothing
        text = after_hours_text(self.terms.texts, language)
        answer = text.replace("{by}", spoken(by, self.terms.zone, now=now))
        draft = Draft(answer=answer, confidence=1.0, citations=(), sentences=(), author="auto_reply")
        reply = await self.channels.format(draft, message)
        if reply.refusal is not None:
            return
        number = message.conversation.id
        # One for each night: the next opening is its name.
        cause = f"{AUTO_REPLY}{message.conversation.account_id}:{number}:{opens.isoformat()}"
        await self.jobs.put(
            REPLY,
            {
                "conversation": number,
                "inbox": message.conversation.inbox_id,
                "parts": list(reply.parts),
                "after": message.id,
                "cause": cause,
            },
            dedup=cause,
        )

    async def _doubled(self, inbox: int | None) -> bool:
        """Whether Chatwoot answers by itself, or may: with its own out-of-office text for the inbox.

        Without a user's token that cannot be seen, and two answers are worse than none.
        """
        if inbox is None:
            return False
        try:
            shown: dict[str, Any] = await self.chatwoot.inbox(inbox)
        except ChatwootForbidden as error:
            log.warning("auto_reply.not_sent", inbox=inbox, fault=str(error))
            return True
        return bool(shown.get("working_hours_enabled") and shown.get("out_of_office_message"))
