"""What people decide about a draft takes effect once, on the text that they saw."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from service_at_work import Service

from bot.chatwoot.sandbox.records import Message, User
from bot.review.desk import Desk
from bot.review.people import Person
from bot.store.record import Record
from bot.store.reviews import Card
from plugins.errors import BadRequest, ReviewConflict
from plugins.model import Priority


def replies(service: Service, conversation: int) -> list[Message]:
    """What was said to the customer in a conversation."""
    thread = service.sandbox.messages(conversation)
    return [one for one in thread if one.message_type == "outgoing" and not one.private]


async def drafted(service: Service, desk: Desk, channel: str = "chat") -> Card:
    """The card of a draft that waits."""
    message = await service.asks(channel=channel)
    card = await desk.reviews.latest(message.conversation_id)
    assert card is not None
    return card


@pytest.mark.parametrize("channel", ["chat", "email", "sms"])
async def test_an_approved_draft_goes_out_as_a_person(
    service: Service, desk: Desk, ines: Person, channel: str
) -> None:
    """The parts of the reply are public, written by a user, and the specification's row is there."""
    card = await drafted(service, desk, channel)
    await desk.approve(card.id, card.version, ines, "page")
    await service.settled()
    sent = replies(service, card.conversation)
    assert [one.content for one in sent] == list(card.reply.parts)
    assert all(isinstance(one.sender, User) for one in sent)
    async with service.database.connection() as connection:
        rows = await (
            await connection.execute(
                "select m.chatwoot_message_id, a.draft_content, a.final_content, a.edit_distance,"
                " a.tone_grade, a.approved_by"
                " from support_approvals a join chatwoot_messages m on m.id = a.message_id"
            )
        ).fetchall()
    assert [tuple(row) for row in rows] == [(card.message, card.text, card.text, 0, None, ines.name)]
    assert await Record(service.database).unanswered(card.conversation_id) == []


async def test_an_edit_is_sent_as_written(service: Service, desk: Desk, ines: Person) -> None:
    """The customer gets the edited text; its distance and the changed number are kept."""
    card = await drafted(service, desk)
    text = card.text.replace("3", "4", 1)
    verdict = await desk.approve(card.id, card.version, ines, "page", text=text)
    await service.settled()
    assert [one.content for one in replies(service, card.conversation)] == [text]
    assert (verdict.kind, verdict.edit_distance, verdict.flags) == ("edited", 1, ["numbers"])
    assert await service.column("select edit_distance from support_approvals") == [1]


async def test_an_edited_letter_gets_no_second_greeting(service: Service, desk: Desk, ines: Person) -> None:
    """A mail that a person wrote whole is not framed again."""
    card = await drafted(service, desk, "email")
    await desk.approve(card.id, card.version, ines, "page", text="Dear Ada,\n\nthree days.\n\nInes")
    await service.settled()
    (sent,) = replies(service, card.conversation)
    assert sent.content == "Dear Ada,\n\nthree days.\n\nInes"


async def test_two_operators_send_once(service: Service, desk: Desk, ines: Person) -> None:
    """Of many approvals at the same instant one counts, and the others hear what became of the draft."""
    card = await drafted(service, desk)
    jon = replace(ines, id=15, name="Jon")
    calls = [desk.approve(card.id, card.version, person, "page") for person in [ines, jon] * 4]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, ReviewConflict)]
    assert len(refused) == 7
    assert {one.state for one in refused} == {"approved"}
    await service.settled()
    assert len(replies(service, card.conversation)) == 1
    assert await service.count("support_approvals") == 1


async def test_a_lost_answer_sends_once(service: Service, desk: Desk, ines: Person) -> None:
    """When Chatwoot takes the reply but its answer is lost, it is found there and not sent again."""
    card = await drafted(service, desk)
    service.sandbox.faults.lose_answers(path="/messages")
    await desk.approve(card.id, card.version, ines, "page")
    await service.settled()
    assert len(replies(service, card.conversation)) == 1
    assert await service.count("verdicts", "sent_at is not null") == 1


async def test_a_reply_that_chatwoot_refuses_waits_again(service: Service, desk: Desk, ines: Person) -> None:
    """A refused reply reopens the draft, and a note says why."""
    card = await drafted(service, desk)
    service.sandbox.faults.refuse(422, method="POST", path="/messages")
    await desk.approve(card.id, card.version, ines, "page")
    notes = await service.noted(card.conversation, count=2)
    assert "was not sent" in notes[-1]
    again = await desk.card(card.id)
    assert again.state == "pending"
    await desk.approve(card.id, card.version, ines, "page")
    await service.settled()
    assert len(replies(service, card.conversation)) == 1


async def test_another_version_is_refused(service: Service, desk: Desk, ines: Person) -> None:
    """An approval names the version that was seen."""
    card = await drafted(service, desk)
    with pytest.raises(ReviewConflict, match="changed") as caught:
        await desk.approve(card.id, "another", ines, "page")
    assert caught.value.state == "changed"


async def test_a_newer_message_makes_it_stale(service: Service, desk: Desk, ines: Person) -> None:
    """Once the customer wrote again, the old draft cannot be approved, even before the new one is there."""
    card = await drafted(service, desk)
    await service.database.run(
        "insert into chatwoot_messages"
        " (conversation_id, chatwoot_message_id, message_type, content, created_at)"
        " values (%(id)s, 99999, 'incoming', 'One more thing', now())",
        {"id": card.conversation_id},
    )
    with pytest.raises(ReviewConflict, match="wrote again") as caught:
        await desk.approve(card.id, card.version, ines, "page")
    assert caught.value.state == "outrun"
    assert replies(service, card.conversation) == []


async def test_a_newer_message_stops_the_sending(service: Service, desk: Desk, ines: Person) -> None:
    """What was approved does not leave once the customer wrote again; a note tells, the new draft waits."""
    card = await drafted(service, desk)
    unhurried = replace(desk, undo_for=timedelta(seconds=3))
    verdict = await unhurried.approve(card.id, card.version, ines, "page")
    await service.sandbox.customer_writes("chat", "And to Canada?", conversation=card.conversation)
    await service.settled()
    assert replies(service, card.conversation) == []
    notes = [note.content or "" for note in service.sandbox.notes(card.conversation)]
    assert any("was not sent: the customer has written again" in note for note in notes)
    undone = await desk.reviews.verdict(verdict.id)
    assert undone is not None
    assert undone.undone_at is not None
    assert await service.column("select count(*) from support_approvals") == [0]
    assert await service.column("select count(*) from drafts where state = 'pending'") == [1]


@pytest.mark.parametrize("text", ["", "  \n", "Pay with 4111 1111 1111 1111"])
async def test_what_must_not_be_sent_is_refused(
    service: Service, desk: Desk, ines: Person, text: str
) -> None:
    """An empty text and a whole card number never leave."""
    card = await drafted(service, desk)
    with pytest.raises(BadRequest):
        await desk.approve(card.id, card.version, ines, "page", text=text)
    assert (await desk.card(card.id)).state == "pending"


async def test_an_approval_can_be_undone(service: Service, desk: Desk, ines: Person) -> None:
    """Within the undo window nothing leaves; afterwards the draft waits and can be approved again."""
    card = await drafted(service, desk)
    slow = replace(desk, undo_for=timedelta(minutes=5))
    verdict = await slow.approve(card.id, card.version, ines, "page")
    assert await slow.undo(verdict.id, ines) is True
    await service.database.run("update jobs set run_at = now() where kind = 'send'")
    await service.settled()
    assert replies(service, card.conversation) == []
    with pytest.raises(ReviewConflict, match="too late"):
        await slow.undo(verdict.id, ines)
    await desk.approve(card.id, card.version, ines, "page")
    await service.settled()
    assert len(replies(service, card.conversation)) == 1
    assert await service.count("verdicts", "undone_by is not null") == 1


async def test_what_was_sent_cannot_be_undone(service: Service, desk: Desk, ines: Person) -> None:
    """After the reply left, undo is refused."""
    card = await drafted(service, desk)
    verdict = await desk.approve(card.id, card.version, ines, "page")
    await service.settled()
    with pytest.raises(ReviewConflict, match="too late"):
        await desk.undo(verdict.id, ines)


async def test_a_rejection_keeps_its_reason(service: Service, desk: Desk, ines: Person) -> None:
    """A rejected draft is not sent; an unknown reason is refused."""
    card = await drafted(service, desk)
    with pytest.raises(BadRequest, match="not a reason"):
        await desk.reject(card.id, card.version, ines, "page", reason="bad")
    await desk.reject(card.id, card.version, ines, "page", reason="outdated", note="new prices")
    assert (await desk.card(card.id)).state == "rejected"
    assert await service.column("select reason || ': ' || note from verdicts") == ["outdated: new prices"]
    assert await service.count("support_approvals") == 0


async def test_an_escalation_reaches_its_team(service: Service, desk: Desk, ines: Person) -> None:
    """Team and priority are set in Chatwoot, and a note says who escalated and why."""
    card = await drafted(service, desk)
    await desk.escalate(card.id, card.version, ines, "page", priority=Priority.P1, note="wants a manager")
    notes = await service.noted(card.conversation, count=2)
    assert "Escalated to senior by Ines" in notes[-1]
    assert "wants a manager" in notes[-1]
    conversation = service.sandbox.conversation(card.conversation)
    assert conversation.priority == "high"
    assert service.sandbox.tables.teams[conversation.team_id].name == "senior"


async def test_grades_come_after_sending_and_once(service: Service, desk: Desk, ines: Person) -> None:
    """Only what was sent is graded, with 1 to 5, once; a low mean is a fact about the customer."""
    card = await drafted(service, desk)
    slow = replace(desk, undo_for=timedelta(minutes=5))
    verdict = await slow.approve(card.id, card.version, ines, "page")
    with pytest.raises(ReviewConflict):
        await desk.grade(verdict.id, (5, 5, 5), ines)
    await service.database.run("update jobs set run_at = now() where kind = 'send'")
    await service.settled()
    with pytest.raises(BadRequest):
        await desk.grade(verdict.id, (0, 5, 6), ines)
    await desk.grade(verdict.id, (3, 2, 3), ines, "too short")
    with pytest.raises(ReviewConflict):
        await desk.grade(verdict.id, (5, 5, 5), ines)
    contact = service.sandbox.conversation(card.conversation).contact_id
    customer = await Record(service.database).customer(contact)
    assert customer.last_grade == pytest.approx(8 / 3)
    assert await desk.reviews.ungraded(ines.id) == []


@pytest.mark.parametrize("forgotten", ["sent", "arrived"])
async def test_a_crash_while_sending_sends_once(
    service: Service, desk: Desk, ines: Person, forgotten: str
) -> None:
    """A worker that died after Chatwoot took the reply, before it wrote so down, does not send it twice."""
    card = await drafted(service, desk)
    await desk.approve(card.id, card.version, ines, "page")
    await service.settled()
    await service.database.run("update verdicts set sent_at = null, approval_id = null")
    await service.database.run("delete from support_approvals")
    if forgotten == "arrived":
        await service.database.run(
            "update posts set chatwoot_message_id = null, posted_at = null where cause like 'reply:%'"
        )
    await service.database.run("update jobs set state = 'waiting', head = true where kind = 'send'")
    await service.settled()
    assert len(replies(service, card.conversation)) == len(card.reply.parts)
    assert await service.count("support_approvals") == 1
    assert await service.count("verdicts", "sent_at is not null") == 1
