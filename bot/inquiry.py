"""What a customer wants to know: one message, or a burst of them that is answered together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bot.chatwoot.payloads import MessageEvent
from bot.store.record import Unanswered
from plugins.channels import Channels
from plugins.model import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """All that a customer wrote since the last answer, ready to be carried."""

    event_id: int  #: The stored event of the newest message.
    conversation_id: UUID  #: Ours.
    message: Message  #: The newest, with the words of all.
    waiting: tuple[Unanswered, ...]  #: The messages that it answers, oldest first.

    @property
    def answers(self) -> tuple[int, ...]:
        """Chatwoot's ids of the messages that it answers."""
        return tuple(one.number for one in self.waiting)


def message_of(event: MessageEvent, channels: Channels) -> Message:
    """The message of an event, with the name of the channel that it came by."""
    return Message(
        id=event.id,
        conversation=event.conversation,
        contact=event.contact,
        channel=channels.name_for(event.conversation.inbox_type),
        content=event.trimmed,
        raw_content=event.content,
        received_at=event.written_at,
        subject=event.subject,
        attachments=event.attachments,
        automatic=event.automatic,
        attributes=event.attributes,
    )


async def compose(
    event_id: int,
    conversation_id: UUID,
    newest: Message,
    waiting: Sequence[Unanswered],
    channels: Channels,
) -> Inquiry:
    """The inquiry that `newest` (as its channel read it) completes, with the words of all that waits."""
    texts = {newest.id: newest.content}
    for one in waiting:
        if one.number != newest.id:
            earlier = replace(
                newest, id=one.number, content=one.content, raw_content=one.content, attributes={}
            )
            texts[one.number] = (await channels.read(earlier)).content
    words = "\n".join(text for _, text in sorted(texts.items()) if text.strip())
    return Inquiry(
        event_id=event_id,
        conversation_id=conversation_id,
        message=replace(newest, content=words),
        waiting=tuple(waiting),
    )
