"""What a customer of the live chat sees while an answer is on its way: typing, then a holding message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.chatwoot.client import Chatwoot
from bot.inquiry import Inquiry
from bot.postbox import Postbox
from plugins.channels import Channels
from plugins.errors import ChatwootError
from plugins.model import Message

log = structlog.get_logger()


class Waiting:
    """Shows customers of channels with a typing indicator that somebody is at it.

    `text` is the holding message, approved once for all by whoever sets it; without one nothing is said.
    Chatwoot itself keeps "typing" on in the inboxes of a bot until something is said there (#12084).
    """

    def __init__(self, chatwoot: Chatwoot, postbox: Postbox, channels: Channels, text: str | None) -> None:
        self._chatwoot = chatwoot
        self._postbox = postbox
        self._channels = channels
        self._text = text

    @asynccontextmanager
    async def typing(self, message: Message) -> AsyncIterator[None]:
        """Typing is shown for as long as the block runs; failing to show it stops nothing."""
        if not self._channels.capabilities(message.channel).typing:
            yield
            return
        await self._show(message.conversation.id, on=True)
        try:
            yield
        finally:
            await self._show(message.conversation.id, on=False)

    async def _show(self, conversation: int, *, on: bool) -> None:
        try:
            await self._chatwoot.show_typing(conversation, on=on)
        except ChatwootError as error:
            log.warning("typing.not_shown", conversation=conversation, fault=str(error))

    async def hold(self, inquiry: Inquiry) -> None:
        """Say that an answer is on its way, once for everything that waits for the same answer."""
        message = inquiry.message
        if self._text and self._channels.capabilities(message.channel).typing:
            cause = f"holding:{inquiry.answers[0]}"
            await self._postbox.say(cause, message.conversation.id, self._text, after=message.id)
