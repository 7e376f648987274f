"""Reads stored events into the record, and queues an answer for what a customer wrote.

Events of one conversation are read one after the other. The answer waits for a moment of silence, so that
a burst of messages is answered once; it is a job of its own, queued in the transaction that records the
message.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from bot.chatwoot import payloads
from bot.chatwoot.payloads import ConversationEvent, MessageEvent
from bot.review.clerk import COMMAND, is_command
from bot.review.own_reply import OwnReplies
from bot.service_level.service import ServiceLevel
from bot.store.database import Database, Transaction
from bot.store.decisions import Decisions
from bot.store.events import Events, StoredEvent
from bot.store.jobs import Job, Jobs
from bot.store.posts import Posts
from bot.store.record import Record
from plugins.channels import Channels
from plugins.model import Conversation, Status

log = structlog.get_logger()

ANSWER = "answer"
"""The kind of the jobs that answer; their payload is {"event": id of the stored event}."""

_KINDS = {"incoming": "incoming", "outgoing": "outgoing", "template": "outgoing"}


class Reader:
    """Works the jobs of kind "event"."""

    def __init__(
        self,
        database: Database,
        events: Events,
        jobs: Jobs,
        record: Record,
        decisions: Decisions,
        posts: Posts,
        channels: Channels,
        service_level: ServiceLevel,
        own_replies: OwnReplies,
        *,
        account_id: int,
        burst: timedelta,
    ) -> None:
        """`burst` is the silence that an answer waits for."""
        self._database = database
        self._events = events
        self._jobs = jobs
        self._record = record
        self._decisions = decisions
        self._posts = posts
        self._channels = channels
        self._service_level = service_level
        self._own_replies = own_replies
        self._account_id = account_id
        self._burst = burst

    async def read(self, job: Job) -> None:
        """Record what an event says. Raises BadRequest if it is not as Chatwoot sends it."""
        event = await self._events.event(job.payload["event"])
        if event is None:
            log.warning("event.gone", event_id=job.payload["event"])
            return
        news = payloads.read(json.loads(event.body), account_id=self._account_id)
        async with self._database.transaction() as on:
            conversation_id = await self._see(news, on)
            if isinstance(news, MessageEvent):
                waits = await self._message(event, conversation_id, news, on)
            else:
                waits = False
                await self._conversation(conversation_id, news.conversation, on)
            await self._service_level.hear(conversation_id, news, on=on)
            if not waits:
                await self._events.finish(event.id, draft_created=False, on=on)
        if waits or (isinstance(news, MessageEvent) and is_command(news)):
            self._jobs.bell.ring()

    async def _see(self, news: MessageEvent | ConversationEvent, on: Transaction) -> UUID:
        channel = self._channels.name_for(news.conversation.inbox_type)
        return await self._record.see(news.conversation, news.contact, channel, on=on)

    async def _conversation(self, conversation_id: UUID, conversation: Conversation, on: Transaction) -> None:
        if conversation.status is Status.RESOLVED:
            await self._record.mark_resolved(conversation_id, on=on)
            await self._decisions.close_pending(conversation_id, "withdrawn", on=on)

    async def _message(
        self, event: StoredEvent, conversation_id: UUID, message: MessageEvent, on: Transaction
    ) -> bool:
        """Record a message; True if an answer was queued, which then settles the event."""
        kind = "private_note" if message.private else _KINDS.get(message.kind)
        if kind is None:
            return False
        if message.deleted:
            await self._record.forget_message(
                conversation_id, message.id, kind=kind, written_at=message.written_at, on=on
            )
            await self._decisions.withdraw_for(message.id, on=on)
            return False
        new = await self._record.add_message(
            conversation_id,
            message.id,
            kind=kind,
            content=_content(message),
            written_at=message.written_at,
            ai_generated=message.marker is not None,
            on=on,
        )
        if not new and not message.created:
            await self._record.change_message(message.id, _content(message), on=on)
        if message.marker is not None:
            await self._posts.arrived(message.marker, message.id, on=on)
        elif message.author == "user" and kind == "outgoing":
            await self._record.mark_answered(conversation_id, message.id, on=on)
            await self._own_replies.weigh(conversation_id, message, on=on)
        elif is_command(message) and new:
            await self._jobs.put(COMMAND, {"event": event.id}, dedup=f"{COMMAND}:{message.id}", on=on)
        # A change of a message that was never told of makes up for the lost event.
        if not (new and message.from_customer):
            return False
        await self._jobs.put(
            ANSWER,
            {"event": event.id},
            key=f"{ANSWER}:{message.conversation.account_id}:{message.conversation.id}",
            run_at=datetime.now(UTC) + self._burst,
            dedup=f"{ANSWER}:{message.id}",
            on=on,
        )
        return True


def _content(message: MessageEvent) -> str:
    """The words of a message, or what came instead of words: an empty text means "deleted"."""
    if message.content:
        return message.content
    kinds = ", ".join(attachment.kind for attachment in message.attachments)
    return f"[attached: {kinds}]" if kinds else "[no text]"
