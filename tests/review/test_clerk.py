"""Commands in private notes are done once, for agents only, and answered with a note."""

from __future__ import annotations

import pytest
from service_at_work import Service, Starter

from bot.review.desk import Desk


def public(service: Service, conversation: int) -> list[str]:
    """What customers were told."""
    thread = service.sandbox.messages(conversation)
    return [one.content or "" for one in thread if one.message_type == "outgoing" and not one.private]


async def command(service: Service, conversation: int, text: str) -> str:
    """Write a note as the agent; gives the answer to it."""
    before = len(service.sandbox.notes(conversation))
    await service.sandbox.agent_writes(conversation, text, private=True)
    return (await service.noted(conversation, count=before + 2))[-1]


async def test_approve_and_grade(service: Service, desk: Desk) -> None:
    """/approve sends the draft, /grade keeps the grades, and both say so."""
    message = await service.asks()
    number = message.conversation_id
    assert "approved" in await command(service, number, "/approve")
    card = await desk.reviews.latest(number)
    assert public(service, number) == list(card.reply.parts)
    assert "tone 5, accuracy 4, policy 5" in await command(service, number, "/grade 5 4 5 good")
    assert await service.column(
        "select tone_grade + accuracy_grade + policy_grade from support_approvals"
    ) == [14]
    assert "does not wait any more" in await command(service, number, f"/approve #{card.id}")
    assert len(public(service, number)) == 1


async def test_edit(service: Service) -> None:
    """/edit sends the words of the note."""
    message = await service.asks()
    await command(service, message.conversation_id, "/edit Three to five days\\.\\\nInes")
    assert public(service, message.conversation_id) == ["Three to five days.\nInes"]


async def test_reject_undo_escalate(service: Service, desk: Desk) -> None:
    """/reject can be undone; /escalate gives the conversation to senior support."""
    message = await service.asks()
    number = message.conversation_id
    assert "outdated article" in await command(service, number, "/reject outdated see the news")
    assert "it waits again" in await command(service, number, "/undo")
    assert (await desk.reviews.latest(number)).state == "pending"
    assert "nothing to undo" in await command(service, number, "/undo")
    await service.sandbox.agent_writes(number, "/escalate angry", private=True)
    await service.noted(number, count=8)
    assert (await desk.reviews.latest(number)).state == "escalated"
    assert public(service, number) == []


async def test_help_and_nonsense(service: Service) -> None:
    """/help lists the commands; what is no command does nothing and says so."""
    message = await service.asks()
    assert "/approve" in await command(service, message.conversation_id, "/help")
    assert "takes nothing more" in await command(service, message.conversation_id, "/approve but shorter")
    assert public(service, message.conversation_id) == []


async def test_undo_stops_what_was_approved(start: Starter) -> None:
    """/undo within the window keeps the reply from leaving."""
    service = await start(undo_seconds=100)
    message = await service.asks()
    await command(service, message.conversation_id, "/approve")
    assert "it waits again" in await command(service, message.conversation_id, "/undo")
    await service.database.run("update jobs set run_at = now() where kind = 'send'")
    await service.settled()
    assert public(service, message.conversation_id) == []


async def test_repeated_deliveries_do_it_once(service: Service) -> None:
    """A note that is delivered twice, and told of again as changed, is one command."""
    message = await service.asks()
    service.sandbox.faults.duplication = 1.0
    answer = await command(service, message.conversation_id, "/approve")
    assert "approved" in answer
    await service.settled()
    assert len(public(service, message.conversation_id)) == 1
    notes = [note.content for note in service.sandbox.notes(message.conversation_id)]
    assert sum("approved" in (note or "") for note in notes) == 1


@pytest.mark.parametrize("place", ["other", "newer"])
async def test_only_the_draft_that_was_read(service: Service, desk: Desk, place: str) -> None:
    """A draft of another conversation, or one that came after the note, is not touched."""
    first = await service.asks()
    card = await desk.reviews.latest(first.conversation_id)
    if place == "other":
        second = await service.asks(contact="other@example.com", name="Other", channel="email")
        answer = await command(service, second.conversation_id, f"/approve #{card.id}")
        assert "no such draft" in answer
    else:
        await service.database.run("update posts set chatwoot_message_id = 999999 where cause like 'draft:%'")
        answer = await command(service, first.conversation_id, "/approve")
        assert "came after your note" in answer
    assert (await desk.card(card.id)).state == "pending"
