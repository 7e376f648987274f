"""A channel: how one kind of inbox is read and written for, and what it can carry."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from plugins.model import Draft, Message, Reply
from plugins.text import plain, split


class Markup(StrEnum):
    """What the receiving end makes of formatting."""

    PLAIN = "plain"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can carry; replies are checked against it."""

    max_characters: int = 10_000  #: Of one part. Chatwoot itself takes 150,000.
    max_parts: int = 10
    markup: Markup = Markup.PLAIN
    file_types: tuple[str, ...] = ()  #: MIME types that may be attached.
    max_files: int = 15  #: Chatwoot's own limit.
    max_file_bytes: int = 20 * 1024 * 1024  #: Of all files of a reply together.
    typing: bool = False  #: Customers see that an answer is being written.
    short_links: bool = False  #: Long addresses are replaced by our own short ones before formatting.
    answer_within: timedelta | None = (
        None  #: First response that the channel asks for, whatever the priority.
    )


class Channel:
    """Base of all channels. A plugin sets `name` and `serves`, and overrides what differs.

    The methods are plain functions of their arguments: no files, no network. They run in a thread with a
    deadline of two seconds.
    """

    name: ClassVar[str]
    serves: ClassVar[tuple[str, ...]]  #: Chatwoot's inbox types, such as "Channel::TwilioSms".
    capabilities: ClassVar[Capabilities] = Capabilities()

    def read(self, message: Message) -> Message:
        """Clean what came in: return the message with the customer's newest words as `content`."""
        return message

    def format(self, draft: Draft, message: Message, agent: str | None) -> Reply:
        """Turn a draft into exactly what the customer would get.

        Args:
            draft: the answer, already without citation marks.
            message: what is being answered.
            agent: name of the person who sends it, if known, for a signature.

        Returns:
            A reply whose parts keep within `capabilities`.
        """
        text = plain(draft.answer) if self.capabilities.markup is Markup.PLAIN else draft.answer
        return Reply(channel=self.name, parts=split(text, self.capabilities.max_characters))

    def check(self, reply: Reply) -> tuple[str, ...]:
        """What an agent should know before sending this reply, one sentence each; empty if all is well."""
        limit, most = self.capabilities.max_characters, self.capabilities.max_parts
        found = [
            f"part {number} has {len(part):,} characters; {self.name} carries {limit:,}"
            for number, part in enumerate(reply.parts, 1)
            if len(part) > limit
        ]
        if len(reply.parts) > most:
            found.append(f"{len(reply.parts)} parts; {self.name} should stay within {most}")
        if not reply.parts:
            found.append("the reply is empty; there is nothing to send")
        return tuple(found)

    def preview(self, reply: Reply) -> str:
        """The reply as safe HTML, for the agent's eyes: what the customer will see."""
        return "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in reply.parts)
