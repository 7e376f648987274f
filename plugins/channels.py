"""The channels of all plugins: which serves an inbox, what it makes of a message and of a draft."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from plugins.channel import Capabilities, Channel
from plugins.errors import PluginError
from plugins.guard import Guard
from plugins.model import Contact, Conversation, Draft, Message, Reply
from plugins.text import without_citations, without_pictures

log = structlog.get_logger("plugins")

#: The form for inboxes that no plugin serves.
FALLBACK = "chat"
#: Seconds that a channel has to read or format one message.
DEADLINE = 2.0

_WORD = re.compile(r"\w+")


class Channels:
    """Reads and writes in the form of each channel; a channel that fails gets the plain form instead."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._channels: dict[str, tuple[str, Channel]] = {}
        self._serving: dict[str, tuple[str, Channel]] = {}
        self._unknown: set[str] = set()

    def add(self, plugin: str, channels: Iterable[Channel]) -> None:
        """Take in a plugin's channels. PluginError: another plugin has the name or serves the inbox type."""
        for channel in channels:
            wanted = [("a channel called", channel.name, self._channels)]
            wanted += [("inbox type", inbox_type, self._serving) for inbox_type in channel.serves]
            for what, name, taken in wanted:
                if name in taken:
                    raise PluginError(
                        f'two plugins serve {what} "{name}": {taken[name][0]} and {plugin}; '
                        f"switch one off, such as HOTDASH_PLUGINS_OFF={plugin}"
                    )
            self._channels[channel.name] = (plugin, channel)
            self._serving.update(dict.fromkeys(channel.serves, (plugin, channel)))

    def all(self, plugin: str | None = None) -> tuple[Channel, ...]:
        """All channels, or those of one plugin."""
        return tuple(channel for owner, channel in self._channels.values() if plugin in (None, owner))

    def names(self) -> tuple[str, ...]:
        """The names of all channels."""
        return tuple(self._channels)

    def name_for(self, inbox_type: str) -> str:
        """The channel that serves Chatwoot's inbox type; the chat form, with a warning, if none does."""
        if inbox_type in self._serving:
            return self._serving[inbox_type][1].name
        if inbox_type not in self._unknown:
            self._unknown.add(inbox_type)
            log.warning("no plugin serves this inbox type; using the chat form", inbox_type=inbox_type)
        return FALLBACK

    def capabilities(self, name: str) -> Capabilities:
        """What a channel can carry."""
        return self._of(name)[1].capabilities

    async def read(self, message: Message) -> Message:
        """The message as its channel reads it: quoted history cut, automatic mail flagged.

        `raw_content` stays as it came. A channel that fails, or leaves nothing of a text, changes nothing.
        """
        plugin, channel = self._of(message.channel)
        cleaned = await self._guard.call(
            plugin, "read", channel.read, message, kind=Message, default=message, deadline=DEADLINE
        )
        if not cleaned.content.strip():
            cleaned = replace(cleaned, content=message.content)
        return replace(cleaned, raw_content=message.raw_content)

    async def format(self, draft: Draft, message: Message, *, agent: str | None = None) -> Reply:
        """Exactly what the customer would get: no citation marks, in parts, with warnings.

        Args:
            draft: the answer, with its [n] marks.
            message: what is being answered; names the channel.
            agent: name of the person who sends it, if known.
        """
        plugin, channel = self._of(message.channel)
        clean = replace(draft, answer=without_pictures(without_citations(draft.answer)).strip())
        plain = _Plain(message.channel).format(clean, message, agent)
        failed = replace(plain, warnings=(f"the channel plugin {plugin} failed; this is the plain form",))
        reply = await self._guard.call(
            plugin,
            "format",
            channel.format,
            clean,
            message,
            agent,
            kind=Reply,
            default=failed,
            deadline=DEADLINE,
        )
        warnings = [f"must not be sent: {reply.refusal}"] if reply.refusal else []
        warnings += reply.warnings
        if message.conversation.inbox_type in self._unknown:
            warnings.append(f"no plugin serves {message.conversation.inbox_type}; this is the chat form")
        warnings += await self._guard.call(
            plugin, "check", channel.check, reply, kind=tuple, default=(), deadline=DEADLINE
        )
        return replace(reply, warnings=tuple(dict.fromkeys(warnings)))

    async def fit(self, text: str, channel: str) -> Reply:
        """The reply for a text that a person wrote whole: nothing is added, such as a second greeting."""
        plugin, served = self._of(channel)
        message = _unread(channel)
        draft = Draft(answer=text.strip(), confidence=1.0, citations=(), sentences=(), language="")
        bare = Channel.format(served, draft, message, None)
        reply = await self._guard.call(
            plugin, "format", served.format, draft, message, None, kind=Reply, default=bare, deadline=DEADLINE
        )
        if _words(reply) != _words(bare):
            reply = bare
        warnings = list(reply.warnings)
        warnings += await self._guard.call(
            plugin, "check", served.check, reply, kind=tuple, default=(), deadline=DEADLINE
        )
        return replace(reply, warnings=tuple(dict.fromkeys(warnings)))

    async def preview(self, reply: Reply) -> str:
        """The reply as safe HTML, as the customer will see it."""
        plugin, channel = self._of(reply.channel)
        plain = Channel.preview(channel, reply)
        return await self._guard.call(
            plugin, "preview", channel.preview, reply, kind=str, default=plain, deadline=DEADLINE
        )

    def _of(self, name: str) -> tuple[str, Channel]:
        """The plugin and channel of a name; a plain channel if there is none at all."""
        return self._channels.get(name) or self._channels.get(FALLBACK) or ("hotdash", _Plain(name))


def _unread(channel: str) -> Message:
    """A message of nobody, for forms that do not depend on what is answered."""
    return Message(
        id=0,
        conversation=Conversation(id=0, account_id=0),
        contact=Contact(id=0),
        channel=channel,
        content="",
        raw_content="",
        received_at=datetime.now(UTC),
    )


def _words(reply: Reply) -> list[str]:
    return _WORD.findall(" ".join(reply.parts))


class _Plain(Channel):
    """The safe form of every channel: plain text, in parts."""

    serves = ()

    def __init__(self, name: str) -> None:
        self.name = name  # type: ignore[misc]  # the one channel whose name depends on whom it stands in for
