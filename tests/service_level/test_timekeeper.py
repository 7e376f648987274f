"""Clocks that are kept: events once each, pauses, changed priorities, late and doubled news, alerts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.chatwoot.payloads import ConversationEvent
from bot.store.posts import Posts
from plugins.model import Priority, Status

HOUR = timedelta(hours=1)


async def test_answered_in_time(shop) -> None:
    """A message starts the clocks; an agent's answer fulfils the response, and nobody is told anything."""
    conversation = await shop.conversation()
    await shop.customer(conversation)
    await shop.wait(HOUR)
    await shop.agent(conversation)
    await shop.becomes(conversation, Status.RESOLVED)
    await shop.wait(timedelta(days=7))
    assert await shop.events() == [
        (conversation, "first_response", "applied"),
        (conversation, "resolution", "applied"),
        (conversation, "first_response", "fulfilled"),
        (conversation, "resolution", "fulfilled"),
    ]
    assert shop.notes(conversation) == []
    assert shop.pagers.calls == []


async def test_risk_and_breach_are_told_once(shop) -> None:
    """Three quarters of the way there is a warning, at the end an alert that goes up, each once."""
    conversation = await shop.conversation()
    await shop.customer(conversation)
    await shop.wait(timedelta(days=1))
    assert await shop.events("at_risk", "breached") == [
        (conversation, "first_response", "at_risk"),
        (conversation, "first_response", "breached"),
    ]
    assert [line.split(":")[0] for line in shop.notes(conversation)] == [
        "⏰ **First response at risk",
        "⏰ **First response overdue",
        "⏰ **First response overdue",
    ]
    titles = [f"First response {state}: conversation {conversation} (P2)" for state in ("at risk", "overdue")]
    assert shop.pagers.heard() == [
        ("olive-pager", titles[0]),
        ("olive-pager", titles[1]),
        ("managers", titles[1]),
    ]


async def test_many_workers_at_once(shop) -> None:
    """Workers that look at a clock at the same moment write its events and tell people once."""
    conversation = await shop.conversation()
    ours = await shop.customer(conversation)
    shop.now += 5 * HOUR
    job = shop.job("clock", {"conversation_id": str(ours), "moment": shop.now.isoformat()})
    await asyncio.gather(*(shop.service.handlers["clock"](job) for _ in range(6)))
    await shop.wait(timedelta(minutes=1))
    assert [event[2] for event in await shop.events("at_risk", "breached")] == ["breached"]
    assert len(shop.notes(conversation)) == 1


async def test_note_says_when_and_whom(shop) -> None:
    """The warning in the conversation names the due time in the team's words and mentions who is on call."""
    conversation = await shop.conversation()
    await shop.customer(conversation)
    await shop.wait(3 * HOUR + timedelta(minutes=1))
    (note,) = shop.sandbox.notes(conversation)
    assert "Due by Thursday 2:00 PM Eastern, in 1 h." in note.content
    assert "[@Olive](mention://user/12/Olive)" in note.content


async def test_answer_ends_the_incident(shop) -> None:
    """Whoever was told of a breach hears when it is over; steps that were still to come are dropped."""
    conversation = await shop.conversation()
    await shop.customer(conversation)
    await shop.wait(4 * HOUR + timedelta(minutes=5))
    await shop.agent(conversation)
    await shop.wait(HOUR)
    assert [name for name, _ in shop.pagers.heard()] == ["olive-pager", "olive-pager"]
    assert shop.pagers.heard("resolve") == [("olive-pager", "Done: first response.")]


async def test_acknowledged_in_a_note(shop) -> None:
    """`/ack` in a private note stops the telling of others; the next breach is told again."""
    conversation = await shop.conversation()
    await shop.customer(conversation, Priority.P1)
    await shop.wait(HOUR + timedelta(minutes=5))
    await shop.agent_notes(conversation, "/ack")
    await shop.wait(HOUR)
    assert [name for name, _ in shop.pagers.heard()] == ["olive-pager", "olive-pager"]
    assert shop.pagers.heard("acknowledge") == [("olive-pager", "Ines takes care of it.")]
    await shop.wait(8 * HOUR)
    assert ("managers", f"Resolution overdue: conversation {conversation} (P1)") in shop.pagers.heard()


async def test_note_about_acknowledging_is_none(shop) -> None:
    """A note that only speaks of /ack acknowledges nothing."""
    conversation = await shop.conversation()
    await shop.customer(conversation, Priority.P1)
    await shop.wait(HOUR + timedelta(minutes=5))
    await shop.agent_notes(conversation, "please /ack")
    await shop.wait(HOUR)
    assert "managers" in [name for name, _ in shop.pagers.heard()]


async def test_raised_priority_counts_from_the_start(shop) -> None:
    """A priority that is raised later puts its promise on the clock from the first message on."""
    conversation = await shop.conversation()
    await shop.customer(conversation)
    await shop.wait(2 * HOUR)
    await shop.becomes(conversation, Status.OPEN, Priority.P0)
    assert ("first_response", "breached") in [event[1:] for event in await shop.events()]
    waiting = {one.metric: one for one in await shop.clocks.waiting()}
    assert waiting["first_response"].due_at == shop.now - 2 * HOUR + timedelta(minutes=15)
    assert waiting["first_response"].priority == "P0"


async def test_lowered_priority_warns_again(shop) -> None:
    """A breach under a promise that was too strict does not silence the warning under the right one."""
    conversation = await shop.conversation()
    await shop.customer(conversation, Priority.P0)
    await shop.wait(timedelta(minutes=20))
    await shop.becomes(conversation, Status.OPEN, Priority.P2)
    await shop.wait(4 * HOUR)
    kinds = [event[2] for event in await shop.events("at_risk", "breached") if event[1] == "first_response"]
    assert sorted(kinds) == ["at_risk", "at_risk", "breached", "breached"]


async def test_pause_while_the_customer_has_to_act(shop) -> None:
    """Pending after an answer pauses the resolution; the customer's next message resumes it."""
    conversation = await shop.conversation()
    await shop.customer(conversation)
    await shop.wait(HOUR)
    await shop.agent(conversation)
    await shop.wait(timedelta(minutes=1))
    await shop.becomes(conversation, Status.PENDING)
    paused = {one.metric: one for one in await shop.clocks.waiting()}
    assert paused["resolution"].due_at is None
    await shop.wait(2 * HOUR)
    await shop.customer(conversation)
    assert [kind for _, metric, kind in await shop.events() if metric == "resolution"] == [
        "applied",
        "paused",
        "resumed",
    ]
    resumed = {one.metric: one for one in await shop.clocks.waiting()}
    assert resumed["resolution"].due_at == datetime(2026, 11, 4, 17, tzinfo=UTC)


async def test_pending_with_the_bot_is_no_pause(shop) -> None:
    """A conversation that starts pending, because the bot takes it first, keeps its customer waiting."""
    conversation = await shop.conversation()
    await shop.customer(conversation, status=Status.PENDING)
    assert all(one.due_at is not None for one in await shop.clocks.waiting())


async def test_news_in_any_order(shop) -> None:
    """News that comes late or twice gives the same clocks as news in order."""
    conversation = await shop.conversation()
    first = shop.event(conversation, "incoming", author="contact")
    second = replace(
        shop.event(conversation, "incoming", author="contact"), written_at=shop.now + timedelta(minutes=5)
    )
    answer = replace(
        shop.event(conversation, "outgoing", author="user"), written_at=shop.now + timedelta(minutes=9)
    )
    shop.now += timedelta(minutes=10)
    for news in (answer, second, first, first, answer):
        await shop.hear(news)
    assert await shop.events("applied", "fulfilled") == [
        (conversation, "first_response", "applied"),
        (conversation, "resolution", "applied"),
        (conversation, "first_response", "fulfilled"),
    ]
    waiting = await shop.clocks.waiting()
    assert [(one.metric, one.started_at) for one in waiting] == [("resolution", first.written_at)]


async def test_automatic_message_starts_nothing(shop) -> None:
    """What a machine wrote has no clock, also when that is found out later; nor has a deleted message."""
    conversation = await shop.conversation()
    await shop.hear(replace(shop.event(conversation, "incoming", author="contact"), automatic=True))
    late = shop.event(conversation, "incoming", author="contact")
    ours = await shop.hear(late)
    await shop.service.disregard(ours, late.id)
    deleted = shop.event(conversation, "incoming", author="contact")
    await shop.hear(deleted)
    await shop.hear(replace(deleted, created=False, deleted=True))
    assert await shop.clocks.waiting() == []
    await shop.wait(timedelta(days=3))
    assert shop.pagers.calls == []


async def test_bots_and_templates_do_not_answer(shop) -> None:
    """An automatic text, a template or a note of ours does not stop the clock."""
    conversation = await shop.conversation()
    await shop.customer(conversation)
    for kind, author in (("template", "system"), ("outgoing", "agent_bot"), ("outgoing", "system")):
        await shop.hear(shop.event(conversation, kind, author=author))
    await shop.agent_notes(conversation, "I am at it")
    waiting = {one.metric for one in await shop.clocks.waiting()}
    assert waiting == {"first_response", "resolution"}


@pytest.mark.parametrize(
    ("cause", "left"),
    [
        ("auto_reply:2:1", {"first_response", "resolution"}),
        ("holding:1", {"first_response", "resolution"}),
        ("reply:1", {"resolution"}),
    ],
)
async def test_only_what_a_person_approved_answers(shop, cause: str, left: set[str]) -> None:
    """Of what we post in public, an approved draft stops the clock; automatic texts do not."""
    conversation = await shop.conversation()
    await shop.customer(conversation)
    post = await Posts(shop.database).intend(cause, conversation, "Yes.", private=False)
    echo = shop.event(conversation, "outgoing", author="agent_bot")
    await shop.hear(replace(echo, marker=str(post.marker)))
    assert {one.metric for one in await shop.clocks.waiting()} == left


async def test_foreign_marker_answers_nothing(shop) -> None:
    """A marker that is none of ours stops no clock."""
    conversation = await shop.conversation()
    await shop.customer(conversation)
    await shop.hear(replace(shop.event(conversation, "outgoing", author="agent_bot"), marker="sesame"))
    assert len(await shop.clocks.waiting()) == 2


async def test_old_snapshot_changes_nothing(shop) -> None:
    """News of an older state that comes late does not undo a newer one."""
    conversation = await shop.conversation()
    await shop.customer(conversation)
    old = shop.event(conversation, "incoming", author="contact").conversation
    await shop.wait(HOUR)
    await shop.becomes(conversation, Status.RESOLVED)
    contact = shop.event(conversation, "incoming", author="contact").contact
    await shop.hear(ConversationEvent(contact=contact, conversation=old))
    assert [event[1:] for event in await shop.events("fulfilled")] == [("resolution", "fulfilled")]


async def test_pager_that_is_down_is_tried_again(shop) -> None:
    """An alert that cannot be delivered stays queued, with the reason, and arrives later."""
    conversation = await shop.conversation()
    await shop.customer(conversation, Priority.P1)
    shop.pagers.down = True
    await shop.wait(timedelta(minutes=46))
    assert shop.pagers.calls == []
    shop.pagers.down = False
    await shop.wait(timedelta(minutes=2))
    title = f"First response at risk: conversation {conversation} (P1)"
    assert shop.pagers.heard() == [("olive-pager", title)]
