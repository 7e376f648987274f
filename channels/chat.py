"""Live chat: short messages, one after the other, as people type them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from plugins import Capabilities, Channel, Draft, Markup, Message, Reply, body, hookimpl, split

HOTDASH_API = 1

#: Longer texts look like a letter in a chat window (about five lines of the Chatwoot widget).
COMFORTABLE = 400


class Chat(Channel):
    """The form of the website widget, and of every inbox that no other channel serves."""

    name = "chat"
    serves = ("Channel::WebWidget", "Channel::Api")
    capabilities: ClassVar[Capabilities] = Capabilities(
        max_characters=COMFORTABLE,
        max_parts=4,
        markup=Markup.MARKDOWN,
        file_types=("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"),
        typing=True,
    )

    def format(self, draft: Draft, message: Message, agent: str | None) -> Reply:
        """The answer in parts that read naturally: greeted as in a chat, never closed like a letter."""
        return Reply(channel=self.name, parts=split(body(draft, greeting=True, offer=True), COMFORTABLE))


@hookimpl
def register_channels() -> Sequence[Channel]:
    """The one channel of this plugin."""
    return [Chat()]
