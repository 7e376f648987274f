"""Messages that come after hours: one reply a night in the customer's terms, and who is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.service_level.after_hours import TEXT, after_hours_text
from plugins.model import Priority
from rules.facts import standard_registry
from rules.reader import read_rules

ALONE = """version: 1
time_zone: America/New_York
priorities:
  P0: {name: Critical, first_response: 15m, resolution: 2h,  route: human, clock: always}
  P1: {name: High,     first_response: 1h,  resolution: 8h,  route: draft, clock: always}
  P2: {name: Normal,   first_response: 4h,  resolution: 24h, route: draft, clock: business_hours}
  P3: {name: Low,      first_response: 24h, resolution: 72h, route: draft, clock: business_hours}
default: {priority: P2}
"""
NIGHT = datetime(2026, 10, 31, 2, 14, tzinfo=UTC)  # Friday 22:14 in New York


@pytest.fixture
def night(shop):
    """The shop on Friday night."""
    shop.now = NIGHT
    return shop


async def test_promise_in_the_customers_terms(night) -> None:
    """The reply, a mail like any other, says by when an answer comes: the target from the next opening on."""
    conversation = await night.conversation()
    await night.customer(conversation, Priority.P1)
    await night.wait(timedelta(minutes=1))
    (reply,) = night.replies(conversation)
    assert reply.startswith("Hi Ada,")
    assert "by Monday 10:00 AM Eastern." in reply


async def test_once_a_night(night) -> None:
    """However often a customer writes in one night, there is one reply; another customer gets their own."""
    first, second = await night.conversation(), await night.conversation()
    for _ in range(3):
        await night.customer(first)
        await night.wait(timedelta(hours=3))
    await night.customer(second)
    await night.wait(timedelta(minutes=1))
    assert (len(night.replies(first)), len(night.replies(second))) == (1, 1)


async def test_nothing_during_business_hours(shop) -> None:
    """In business hours there is no automatic reply and no call to whoever is on call."""
    conversation = await shop.conversation()
    await shop.customer(conversation, Priority.P0)
    await shop.wait(timedelta(minutes=1))
    assert shop.replies(conversation) == []
    assert shop.pagers.calls == []


async def test_message_that_is_read_in_the_morning(night) -> None:
    """A message of the night that is only read when the team is back gets no reply about the night."""
    conversation = await night.conversation()
    event = night.event(conversation, "incoming", author="contact")
    night.now = datetime(2026, 11, 2, 15, tzinfo=UTC)
    await night.customer(conversation, Priority.P0, event=event)
    await night.wait(timedelta(seconds=1))
    assert night.replies(conversation) == []


async def test_normal_messages_wake_nobody(night) -> None:
    """At night only P0 and P1 reach whoever is on call."""
    conversation = await night.conversation()
    await night.customer(conversation, Priority.P2)
    await night.wait(timedelta(hours=8))
    assert night.pagers.calls == []


async def test_urgent_message_goes_up(night) -> None:
    """An urgent message reaches who is on call at once, and a manager when nobody reacts for ten minutes."""
    conversation = await night.conversation()
    await night.customer(conversation, Priority.P1)
    await night.wait(timedelta(minutes=11))
    title = f"P1 after hours: conversation {conversation}"
    assert night.pagers.heard() == [("olive-pager", title), ("managers", title)]
    text = next(event["data"]["text"] for _, event, _ in night.pagers.calls)
    assert text == (
        "The customer's message is of Friday 10:14 PM Eastern; an answer is due by Friday 11:14 PM Eastern."
    )


async def test_not_doubled_with_chatwoot(night) -> None:
    """Where the inbox has an out-of-office text of its own, Chatwoot says it and we do not."""
    conversation = await night.conversation()
    night.sandbox.tables.inboxes[7].out_of_office = "We are away."
    await night.customer(conversation)
    await night.wait(timedelta(minutes=1))
    assert night.replies(conversation) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Wir antworten bis {by}."),
        ("fr", "You hear from us by {by}."),
        (None, "You hear from us by {by}."),
    ],
)
def test_text_in_the_customers_language(rules_text: str, language: str | None, text: str) -> None:
    """The reply is in the customer's language where rules.yaml has it, else in English."""
    texts = 'texts: {after_hours: {de: "Wir antworten bis {by}.", en: "You hear from us by {by}."}}'
    file, _ = read_rules(rules_text + texts, standard_registry())
    assert file is not None
    assert after_hours_text(file.texts, language) == text
    assert after_hours_text({}, language) == TEXT


@pytest.mark.parametrize("shop", [ALONE], indirect=True)
async def test_nobody_on_call(night) -> None:
    """Without a rotation in the rules the notes in the conversation still warn, and name nobody."""
    conversation = await night.conversation()
    await night.customer(conversation, Priority.P0)
    await night.wait(timedelta(minutes=16))
    assert [line.split(":")[0] for line in night.notes(conversation)] == [
        "⏰ **P0 after hours",
        "⏰ **First response at risk",
        "⏰ **First response overdue",
    ]
    assert night.pagers.calls == []
