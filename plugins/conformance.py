"""What every channel must keep to, whoever wrote it: the checks of `hotdash plugins test`."""

from __future__ import annotations

import asyncio
import json
import re
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest

from plugins.channel import Capabilities, Channel
from plugins.manager import Plugins
from plugins.model import Contact, Draft, Message, Reply
from plugins.text import graphemes

Make = Callable[..., Message]
MakeDraft = Callable[..., Draft]
ReplyTo = Callable[..., Reply]

ANSWER = (
    "Your order #1042 costs 20.50 EUR and arrives within 5 days [1]. You can return it for 30 days [2, 3]."
)
ADDRESS = "https://shop.example/track?number=1Z999AA10123456784&lang=en"
FAMILY = "👩‍👩‍👧‍👦"
ODD = {
    "emoji": "Ready 👍🏽 for 🇩🇪 and " + FAMILY,
    "right-to-left": "تم شحن طلبك رقم 1042 اليوم",
    "combining": "Cafe\u0301 a\u0300 la carte",
    "astral": "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠜎",
    "cjk": "ご注文は発送されました。",
    "bidi marks": "\u202bRTL\u202c and \u200bzero\u200dwidth",
    "templates": "{{ contact.email }} {% raw %}",
    "controls": "bell\x07 and null\x00 end",
    "markdown": "**bold** _it_ `code`\n\n- one\n- two\n\n1. first\n\n> quote",
}
DEADLINE = 2.0


def visible(text: str) -> str:
    """What a reader can see of a text: neither blanks nor format characters."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc", "Mn"))


class TestDeclaration:
    """A channel says what it is."""

    def test_it_has_a_name(self, plugins: Plugins, channel: Channel) -> None:
        """The name is a lower-case word."""
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", channel.name)

    def test_it_serves_inboxes(self, plugins: Plugins, channel: Channel) -> None:
        """It names the inbox types that it serves, as Chatwoot writes them."""
        assert channel.serves
        assert all(re.fullmatch(r"Channel::\w+", inbox_type) for inbox_type in channel.serves)

    def test_it_is_found_by_inbox(self, plugins: Plugins, channel: Channel) -> None:
        """Each inbox type that it serves leads to it."""
        assert all(plugins.channels.name_for(inbox_type) == channel.name for inbox_type in channel.serves)

    def test_its_limits_make_sense(self, plugins: Plugins, channel: Channel) -> None:
        """Limits are positive, and a part holds at least an SMS."""
        able = channel.capabilities
        assert isinstance(able, Capabilities)
        assert able.max_characters >= 70
        assert min(able.max_parts, able.max_files, able.max_file_bytes) > 0

    def test_its_plugin_is_active(self, plugins: Plugins, channel: Channel) -> None:
        """The plugin loads without a complaint."""
        assert [status.status for status in plugins.report()].count("active") >= 1


class TestFormatting:
    """A draft becomes what the customer gets."""

    def test_a_reply_is_of_the_channel(self, channel: Channel, reply_to: ReplyTo) -> None:
        """The reply carries the channel's name."""
        assert reply_to(ANSWER).channel == channel.name

    def test_an_ordinary_answer_needs_no_warning(self, reply_to: ReplyTo) -> None:
        """What the channel formats, its own check finds in order."""
        assert reply_to("Yes, within 30 days.").warnings == ()

    def test_it_gives_the_same_twice(self, reply_to: ReplyTo) -> None:
        """Formatting has no memory and no chance in it."""
        assert reply_to(ANSWER) == reply_to(ANSWER)

    def test_citation_marks_are_gone(self, reply_to: ReplyTo) -> None:
        """A customer never sees [1]."""
        reply = reply_to(ANSWER)
        assert not re.search(r"\[\d+(, \d+)*\]", " ".join(reply.parts))

    def test_facts_stay(self, reply_to: ReplyTo) -> None:
        """Numbers, amounts and order names reach the customer."""
        text = " ".join(reply_to(ANSWER).parts)
        assert all(fact in text for fact in ("1042", "20.50", "5", "30"))

    @pytest.mark.parametrize("name", ODD)
    def test_odd_text_stays(self, name: str, reply_to: ReplyTo) -> None:
        """Emoji, other scripts and odd characters do no harm, and letters and digits all arrive."""
        reply = reply_to(ODD[name])
        letters = [c for c in visible(ODD[name]) if c.isalnum()]
        arrived = visible(" ".join(reply.parts))
        assert all(letter in arrived for letter in letters)

    @pytest.mark.parametrize("answer", ["", "   \n\t ", "[1]"], ids=["empty", "blank", "only a mark"])
    def test_nothing_gives_nothing(self, answer: str, reply_to: ReplyTo) -> None:
        """An empty answer has no parts, and the reviewer is told."""
        reply = reply_to(answer)
        assert reply.parts == ()
        assert reply.warnings

    def test_no_part_is_empty(self, reply_to: ReplyTo) -> None:
        """Every part has something to say."""
        reply = reply_to("One.\n\n\n\n \n\nTwo.\n\n")
        assert all(part.strip() for part in reply.parts)

    @pytest.mark.parametrize("around", [-1, 0, 1])
    def test_the_limit_is_kept(self, around: int, channel: Channel, reply_to: ReplyTo) -> None:
        """One character less, the limit itself, one more: no part is longer than the limit."""
        words = "word " * (channel.capabilities.max_characters // 5 + 2)
        answer = words[: channel.capabilities.max_characters + around]
        reply = reply_to(answer)
        assert all(len(part) <= channel.capabilities.max_characters for part in reply.parts)

    def test_a_huge_answer_is_survived(
        self, channel: Channel, make_message: Make, make_draft: MakeDraft
    ) -> None:
        """100,000 characters are formatted within the deadline, each part within the limit."""
        started = time.perf_counter()
        reply = channel.format(make_draft("All work and no play. " * 4_500), make_message(), None)
        assert time.perf_counter() - started < DEADLINE
        assert all(len(part) <= channel.capabilities.max_characters for part in reply.parts)

    def test_one_endless_word_is_survived(self, channel: Channel, reply_to: ReplyTo) -> None:
        """A text without a single blank is cut somewhere, and nothing of it is lost."""
        length = channel.capabilities.max_characters + 50
        reply = reply_to("7" * length)
        assert "".join(reply.parts).count("7") == length

    def test_characters_are_not_cut(self, channel: Channel, reply_to: ReplyTo) -> None:
        """What a reader sees as one character stays in one part."""
        many = channel.capabilities.max_characters // len(FAMILY) + 3
        reply = reply_to(FAMILY * many)
        assert sum(graphemes(part).count(FAMILY) for part in reply.parts) == many

    def test_addresses_are_not_cut(self, channel: Channel, reply_to: ReplyTo) -> None:
        """A link stays whole wherever a part ends."""
        limit = channel.capabilities.max_characters
        filler = "x " * max(0, (limit - len(ADDRESS) // 2) // 2)
        reply = reply_to(f"{filler}{ADDRESS}")
        assert any(ADDRESS in part for part in reply.parts)

    def test_a_signature_stands_once(self, channel: Channel, reply_to: ReplyTo) -> None:
        """The agent's name is written once at most, not under every part."""
        long = "Sentence number one. " * (channel.capabilities.max_characters // 20 + 1)
        reply = reply_to(long, agent="Zebulon")
        assert " ".join(reply.parts).count("Zebulon") <= 1

    @pytest.mark.parametrize("language", ["de", "ar", "zz", ""])
    def test_any_language_is_taken(self, language: str, reply_to: ReplyTo) -> None:
        """A language that the channel does not know is no error."""
        assert reply_to("OK 17", language=language).parts

    @pytest.mark.parametrize(
        "contact", [Contact(id=1), Contact(id=1, name="<b>[x](y)\n# Z"), Contact(id=0, name="")]
    )
    def test_any_contact_is_taken(self, contact: Contact, plugins: Plugins, reply_to: ReplyTo) -> None:
        """A contact without a name, or with markup for a name, is no error and brings no markup in."""
        reply = reply_to("OK 17", contact=contact)
        assert "<b>" not in asyncio.run(plugins.channels.preview(reply))

    def test_details_are_json(self, reply_to: ReplyTo) -> None:
        """What the channel adds can be stored."""
        json.dumps(dict(reply_to(ANSWER).details))


class TestChecking:
    """The channel tells the reviewer what is wrong."""

    def test_a_long_part_is_named(self, plugins: Plugins, channel: Channel) -> None:
        """A part over the limit, such as a reviewer may write, is found."""
        part = "x" * (channel.capabilities.max_characters + 1)
        assert channel.check(Reply(channel=channel.name, parts=(part,)))

    def test_too_many_parts_are_named(self, plugins: Plugins, channel: Channel) -> None:
        """More parts than a customer wants to get are found."""
        assert channel.check(Reply(channel=channel.name, parts=("x",) * (channel.capabilities.max_parts + 1)))

    def test_an_empty_reply_is_named(self, plugins: Plugins, channel: Channel) -> None:
        """A reply without parts is found."""
        assert channel.check(Reply(channel=channel.name, parts=()))


class TestPreview:
    """The reviewer sees what the customer will see."""

    def test_it_shows_every_word(self, plugins: Plugins, reply_to: ReplyTo) -> None:
        """Every word of every part is in the preview."""
        reply = reply_to("Alpha 17 beta.\n\nGamma delta.")
        html = asyncio.run(plugins.channels.preview(reply))
        words = re.findall(r"\w+", " ".join(reply.parts))
        assert all(word in html for word in words)

    @pytest.mark.parametrize(
        "attack",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "![x](https://evil.example/?secret)",
            '"><svg onload=alert(1)>',
        ],
    )
    def test_markup_is_harmless(self, attack: str, plugins: Plugins, reply_to: ReplyTo) -> None:
        """No script, picture or javascript: link comes alive in the reviewer's browser."""
        reply = reply_to(f"Hello {attack} 17")
        html = asyncio.run(plugins.channels.preview(reply)).lower()
        assert not re.search(r"<(script|img|svg|iframe)|href=[\"']?javascript:", html)


class TestReading:
    """What came in is cleaned without loss."""

    def test_words_stay(self, plugins: Plugins, channel: Channel, make_message: Make) -> None:
        """A plain message is read as it is, and is nobody's auto-reply."""
        read = asyncio.run(plugins.channels.read(make_message("Where is my order #1042?")))
        assert read.content == "Where is my order #1042?"
        assert not read.automatic

    @pytest.mark.parametrize("content", ["", " ", "x" * 100_000, "> " * 1000, *ODD.values()])
    def test_anything_is_read(
        self, content: str, plugins: Plugins, channel: Channel, make_message: Make
    ) -> None:
        """Empty, huge and odd messages are no error."""
        assert isinstance(channel.read(make_message(content)), Message)

    def test_the_raw_text_is_kept(self, plugins: Plugins, channel: Channel, make_message: Make) -> None:
        """What came in can always be looked up."""
        message = make_message("Hi\n\nOn Mon, 1 Jun 2026 at 10:00, Shop <s@shop.example> wrote:\n> Hello")
        assert asyncio.run(plugins.channels.read(message)).raw_content == message.raw_content

    def test_reading_twice_changes_nothing(
        self, plugins: Plugins, channel: Channel, make_message: Make
    ) -> None:
        """A message that was read may be read again."""
        once = channel.read(make_message("Hello\n\nI have a question about my order."))
        assert channel.read(replace(once, raw_content=once.content)).content == once.content


class TestManners:
    """The channel gets on with everybody else in the service."""

    def test_fifty_at_once(self, plugins: Plugins, make_message: Make, make_draft: MakeDraft) -> None:
        """Fifty messages at the same time get what one gets."""
        draft, message = make_draft(ANSWER), make_message()

        async def all_of_them() -> set[tuple[str, ...]]:
            replies = await asyncio.gather(*(plugins.channels.format(draft, message) for _ in range(50)))
            return {reply.parts for reply in replies}

        assert len(asyncio.run(all_of_them())) == 1

    def test_a_cancelled_call_leaves_no_trace(
        self, plugins: Plugins, reply_to: ReplyTo, make_message: Make, make_draft: MakeDraft
    ) -> None:
        """After a call that was cancelled, the next one is as good as ever."""
        draft, message = make_draft(ANSWER), make_message()

        async def cancelled_then_called() -> Reply:
            task = asyncio.ensure_future(plugins.channels.format(draft, message))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await plugins.channels.format(draft, message)

        assert asyncio.run(cancelled_then_called()) == reply_to(ANSWER)

    def test_it_never_failed(self, plugins: Plugins, reply_to: ReplyTo) -> None:
        """The service did not have to stand in for the channel once."""
        reply_to(ANSWER)
        failed = [(status.name, status.reason) for status in plugins.report() if status.failures]
        assert failed == []
