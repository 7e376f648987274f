"""Asks Chatwoot every five minutes for what no webhook told, so that no message is lost.

Each poll looks back to where the last one ended, and a little further. What it finds goes the way of a
webhook, under the same key, so that nothing is worked twice whichever comes first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot.chatwoot import payloads
from bot.chatwoot.client import Chatwoot
from bot.chatwoot.payloads import MARKER
from bot.service_level.registration import Registration
from bot.service_level.surroundings import CHATWOOT, WEBHOOKS, Surroundings
from bot.service_level.timekeeper import Timekeeper
from bot.store.events import Events, NewEvent
from bot.store.jobs import Job, Jobs
from bot.store.lookout import Lookout
from plugins.errors import ChatwootForbidden, ChatwootRefused, ChatwootUnavailable

log = structlog.get_logger()

POLL = "poll"
"""The kind of the jobs that ask Chatwoot for news; their payload is {"slot": when it was due}."""

EVERY = timedelta(minutes=5)
#: How much further back than the last poll: clocks differ, and a change may be committed late.
OVERLAP = timedelta(minutes=2)
#: How far the first poll looks back.
FIRST = timedelta(minutes=15)
#: A younger message may still be on its way to us.
_ON_ITS_WAY = timedelta(seconds=30)
_KINDS = ("incoming", "outgoing", "activity", "template")


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """Works the jobs of kind "poll"; each field is a doer that it needs."""

    events: Events
    jobs: Jobs
    lookout: Lookout
    chatwoot: Chatwoot
    registration: Registration | None
    surroundings: Surroundings
    timekeeper: Timekeeper
    account_id: int
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def start(self) -> None:
        """Queue the poll of this moment, unless another process did. Without a user's token there is none."""
        if not self.chatwoot.reads_back:
            log.warning("poll.impossible", reason="HOTDASH_CHATWOOT_USER_TOKEN is not set")
            return
        await self._queue(self.now())

    async def poll(self, job: Job) -> None:
        """Take up what was missed, look after the webhook, and queue the next poll. Safe to repeat.

        Raises ChatwootUnavailable: the worker tries again until Chatwoot is back.
        """
        began, slot = self.now(), datetime.fromisoformat(job.payload["slot"])
        await self._queue(max(began, slot) + EVERY)  # Postgres' clock may be ahead of ours
        last = await self.lookout.poll(self.account_id)
        version = self.timekeeper.terms.version
        if last is not None and last.rules_version != version:
            await self.timekeeper.promise_anew()
        if last is not None and last.finished_at >= slot + EVERY:
            return  # this one waited while Chatwoot was down, and a later one has been
        since = (last.seen_until if last else began - FIRST) - OVERLAP
        try:
            missed = await self._take_up(since, began)
            left = await self.registration.repair() if self.registration else None
        except ChatwootUnavailable as error:
            await self.surroundings.failed(CHATWOOT, str(error))
            raise
        except ChatwootForbidden as error:
            await self.surroundings.failed(CHATWOOT, str(error))
            return
        await self.surroundings.worked(CHATWOOT)
        await self._judge(missed, left, last is not None and began - last.finished_at < 2 * EVERY, since)
        await self.lookout.polled(
            self.account_id, seen_until=began, finished_at=self.now(), rules_version=version
        )

    async def _judge(self, missed: int, left: str | None, awake: bool, since: datetime) -> None:
        """Say whether webhooks arrive: what was missed while we slept was not their fault."""
        if missed and awake:
            reason = f"Messages that no webhook brought, taken up by asking Chatwoot: {missed}"
            await self.surroundings.failed(WEBHOOKS, ". ".join(filter(None, (reason, left))))
        elif not missed and await self.lookout.delivered_since(since + OVERLAP):
            await self.surroundings.worked(WEBHOOKS)

    async def _take_up(self, since: datetime, now: datetime) -> int:
        """Keep what happened since; gives how many messages should have come by webhook and did not."""
        missed = 0
        seconds = int((now - since).total_seconds()) + 1
        for found in await self.chatwoot.changed_conversations(seconds):
            conversation = _as_told(found, self.account_id)
            try:
                after = await self.lookout.last_before(conversation["id"], since)
                messages = await self.chatwoot.messages(conversation["id"], after=after)
            except ChatwootRefused as error:
                if error.status != 404:
                    raise
                continue  # deleted since
            for message in messages:
                missed += await self._keep_message(message, conversation, since, now)
            await self._keep({**conversation, "event": "conversation_updated"})
        if missed:
            log.warning("poll.missed", messages=missed)
        return missed

    async def _keep_message(
        self, message: Mapping[str, Any], conversation: Mapping[str, Any], since: datetime, now: datetime
    ) -> bool:
        """Keep a message; whether it should have come by webhook and did not."""
        written = datetime.fromtimestamp(message["created_at"], UTC)
        kind = _KINDS[message["message_type"]]
        if kind == "activity" or written < since:
            return False
        body = {**message, "event": "message_created", "message_type": kind, "conversation": conversation}
        new = await self._keep(body)
        ours = MARKER in (message.get("content_attributes") or {})
        return new and not ours and now - written > _ON_ITS_WAY

    async def _keep(self, body: Mapping[str, Any]) -> bool:
        """Keep an event as if a webhook had brought it; False if it is there already."""
        about = payloads.envelope(body)
        kept = await self.events.keep(
            NewEvent(
                event=about.event,
                body=json.dumps(body, ensure_ascii=False).encode(),
                dedup_key=about.dedup_key,
                account_id=self.account_id,
                conversation_id=about.conversation_id,
                source="poll",
                wanted=about.wanted,
            )
        )
        return not kept.duplicate

    async def _queue(self, moment: datetime) -> None:
        """Queue the poll of the slot in which a moment lies."""
        seconds = EVERY.total_seconds()
        slot = datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)
        await self.jobs.put(
            POLL, {"slot": slot.isoformat()}, key=POLL, run_at=slot, dedup=f"{POLL}:{slot.isoformat()}"
        )


def _as_told(conversation: Mapping[str, Any], account_id: int) -> dict[str, Any]:
    """A conversation of the API in the form in which webhooks tell of it."""
    meta = conversation.get("meta") or {}
    without = {name: value for name, value in conversation.items() if name != "messages"}
    return {**without, "channel": meta.get("channel"), "account": {"id": account_id}}
