"""One conversation over time: bursts, newer messages, people's own answers, deletions, loops."""

from __future__ import annotations

from service_at_work import QUESTION, Service, Starter, payload

from plugins.model import Status


async def states(service: Service) -> list[str]:
    """The states of all drafts, oldest first."""
    return await service.column("select state::text from drafts order by id")


async def test_a_burst_is_answered_once(start: Starter) -> None:
    """Three messages in a row get one draft that answers all of them."""
    service = await start(burst_seconds=0.5)
    for text in ("Hi there", QUESTION, "And do you ship to Canada?"):
        message = await service.sandbox.customer_writes("chat", text)
    (note,) = await service.noted(message.conversation_id)
    assert "last 3 messages together" in note
    assert "Standard shipping" in note
    assert "Canada" in note
    assert await service.column("select cardinality(answers_messages) from decisions") == [3]
    assert await service.count("webhook_events", "event = 'message_created' and draft_created") == 3


async def test_a_newer_message_replaces_the_draft(service: Service) -> None:
    """When the customer writes again, the old note is taken back and the new one says so."""
    first = await service.asks()
    await service.sandbox.customer_writes(
        "chat", "And do you ship to Canada?", conversation=first.conversation_id
    )
    old, new = await service.noted(first.conversation_id, count=2)
    assert old == "This message was deleted"
    assert "♻️ Replaces the earlier draft" in new
    assert "last 2 messages together" in new
    assert await states(service) == ["replaced", "pending"]


async def test_a_late_message_is_answered_too(service: Service) -> None:
    """A message that arrives after a later one was answered gets a draft that covers both."""
    service.sandbox.faults.held = True
    first = await service.sandbox.customer_writes("chat", "Do you ship to Canada?")
    held = [one for one in service.sandbox.deliveries if one.event == "message_created"]
    service.sandbox.faults.cut_off = True
    service.sandbox.faults.held = False
    await service.sandbox.idle()
    service.sandbox.faults.clear()
    await service.asks(conversation=first.conversation_id)
    await service.post(held[0].body)
    notes = await service.noted(first.conversation_id, count=2)
    assert "last 2 messages together" in notes[-1]
    assert await states(service) == ["replaced", "pending"]


async def test_an_agent_s_own_answer_closes_the_draft(service: Service) -> None:
    """When an agent answers, the draft is old; the next question is answered by itself."""
    first = await service.asks()
    await service.sandbox.agent_writes(first.conversation_id, "3 to 5 days!")
    await service.settled()
    assert "pending" not in await states(service)
    await service.sandbox.customer_writes(
        "chat", "Do you ship to Canada?", conversation=first.conversation_id
    )
    notes = await service.noted(first.conversation_id, count=2)
    assert "together" not in notes[-1]


async def test_only_customers_are_answered(service: Service) -> None:
    """Agents' messages and notes, our own notes, surveys and activities get no draft."""
    first = await service.asks()
    await service.sandbox.agent_writes(first.conversation_id, QUESTION)
    await service.sandbox.agent_writes(first.conversation_id, QUESTION, private=True)
    await service.sandbox.customer_rates(first.conversation_id, 5, QUESTION)
    await service.settled()
    assert await service.count("decisions") == 1
    assert await service.count("posts") == 1


async def test_a_machine_is_not_answered(service: Service) -> None:
    """An out-of-office reply is recorded and gets no note, nor does it count as unanswered later."""
    away = await service.sandbox.customer_writes(
        "email", "I am away until Monday.", subject="Your order", automatic=True
    )
    await service.settled()
    assert service.sandbox.notes(away.conversation_id) == []
    message = await service.asks(channel="email", conversation=away.conversation_id, subject="Shipping")
    (note,) = await service.noted(message.conversation_id)
    assert "together" not in note


async def test_a_deleted_message_takes_its_draft_along(service: Service) -> None:
    """When a message is deleted in Chatwoot, its text is deleted here and its draft withdrawn."""
    message = await service.asks()
    service.sandbox.desk.messages.delete(message)
    await service.settled()
    assert await states(service) == ["withdrawn"]
    assert await service.column("select content from chatwoot_messages where message_type = 'incoming'") == [
        ""
    ]


async def test_a_resolved_conversation_waits_for_nothing(service: Service) -> None:
    """Resolving withdraws the draft and counts what was written as answered."""
    message = await service.asks()
    service.sandbox.desk.conversations.set_status(
        service.sandbox.conversation(message.conversation_id), Status.RESOLVED, service.sandbox.agent
    )
    await service.settled()
    assert await states(service) == ["withdrawn"]
    assert await service.column("select status::text from chatwoot_conversations") == ["resolved"]
    await service.sandbox.customer_writes(
        "chat", "Do you ship to Canada?", conversation=message.conversation_id
    )
    notes = await service.noted(message.conversation_id, count=2)
    assert "together" not in notes[-1]


async def test_an_attachment_alone_goes_to_a_person(service: Service) -> None:
    """A picture without words is no question that articles could answer."""
    message = await service.sandbox.customer_writes(
        "sms", None, attachments=[("pole.jpg", b"\xff\xd8\xff\xe0", "image/jpeg")]
    )
    (note,) = await service.noted(message.conversation_id)
    assert note.startswith("🙋 For a person")


async def test_an_unknown_inbox_is_served_in_the_chat_form(start: Starter) -> None:
    """A channel that no plugin serves is drafted for all the same."""
    service = await start()
    message = await service.asks(channel="api")
    (note,) = await service.noted(message.conversation_id)
    assert "AI Draft" in note


async def test_a_change_makes_up_for_a_lost_creation(service: Service) -> None:
    """When only the change of a customer's message is heard of, the message is answered."""
    await service.sandbox.customer_writes("chat", "hello")
    await service.settled()
    conversation = {"id": 101, "channel": "Channel::WebWidget", "status": "open"}
    body = payload(service, event="message_updated", id=90_900, conversation=conversation)
    answer = await service.post(body)
    assert answer.json()["draft_created"] is True
