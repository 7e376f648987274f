"""Finds out what there is to answer, and has it carried: the second half of a message's work."""

from __future__ import annotations

import json

import structlog

from bot.chatwoot import payloads
from bot.chatwoot.payloads import MessageEvent
from bot.inquiry import Inquiry, compose, message_of
from bot.pipeline import Pipeline
from bot.service_level.service import ServiceLevel
from bot.store.events import Events
from bot.store.jobs import Job
from bot.store.record import Record
from plugins.channels import Channels
from plugins.errors import ChatwootForbidden, ChatwootRefused
from plugins.model import Contact

log = structlog.get_logger()

_GONE = 404


class Answerer:
    """Works the jobs of kind "answer"."""

    def __init__(
        self,
        events: Events,
        record: Record,
        channels: Channels,
        service_level: ServiceLevel,
        pipeline: Pipeline,
        *,
        account_id: int,
    ) -> None:
        self._events = events
        self._record = record
        self._channels = channels
        self._service_level = service_level
        self._pipeline = pipeline
        self._account_id = account_id

    async def answer(self, job: Job) -> None:
        """Carry the inquiry that a message completes, unless a newer message will do so. Safe to repeat."""
        inquiry = await self._inquiry(int(job.payload["event"]))
        if inquiry is None:
            return
        with structlog.contextvars.bound_contextvars(event_id=inquiry.event_id):
            try:
                await self._pipeline.carry(inquiry)
            except ChatwootRefused as error:
                if error.status != _GONE:
                    raise
                log.warning("conversation.gone", conversation=inquiry.message.conversation.id)
                await self._events.settle(inquiry.event_id, inquiry.answers, draft_created=False)

    async def _inquiry(self, event_id: int) -> Inquiry | None:
        """What to answer; None if nothing waits for this message any more, with the event settled if so."""
        event = await self._events.event(event_id)
        if event is None:
            return None
        news = payloads.read(json.loads(event.body), account_id=self._account_id)
        assert isinstance(news, MessageEvent), "only messages are answered"
        conversation_id = await self._record.conversation_id(news.conversation.id)
        waiting = await self._record.unanswered(conversation_id) if conversation_id else []
        if conversation_id is None or all(one.number != news.id for one in waiting):
            # Answered by a person, deleted or resolved in the meantime.
            await self._events.settle(event_id, [news.id], draft_created=False)
            return None
        message = await self._channels.read(message_of(news, self._channels))
        await self._note_contact(news.contact, message.contact)
        if any(one.number > news.id and not one.decided for one in waiting):
            return None  # a newer message's own job answers this one too
        if message.automatic:
            log.info("message.automatic", conversation=news.conversation.id, message=news.id)
            await self._record.mark_automatic(news.id)
            await self._service_level.disregard(conversation_id, news.id)
            await self._events.settle(event_id, [news.id], draft_created=False)
            return None
        return await compose(event_id, conversation_id, message, waiting, self._channels)

    async def _note_contact(self, before: Contact, after: Contact) -> None:
        """Tell Chatwoot what a channel learnt about the contact, such as that they want no more SMS."""
        learnt = {
            name: value for name, value in after.attributes.items() if before.attributes.get(name) != value
        }
        if not learnt:
            return
        try:
            await self._pipeline.chatwoot.note_contact(after.id, learnt)
        except (ChatwootForbidden, ChatwootRefused) as error:
            log.warning("contact.not_noted", contact=after.id, attributes=list(learnt), fault=str(error))
