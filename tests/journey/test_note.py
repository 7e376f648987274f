"""From what a customer writes to the note that an agent reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from service_at_work import QUESTION, Service, Starter


@pytest.mark.parametrize("channel", ["email", "chat", "sms"])
async def test_each_channel_gets_a_draft_with_its_sources(service: Service, channel: str) -> None:
    """A question that the articles answer becomes one note in the form of the specification."""
    message = await service.asks(channel=channel)
    (note,) = await service.noted(message.conversation_id)
    assert note.startswith("🤖 AI Draft (Confidence: 0.")
    assert "\n---\n📚 Sources:\n- KB: shipping-policy.md" in note
    assert "🚦 Priority: P2 Normal, because" in note
    assert note.endswith("⚠️ Review before sending")
    assert "[1]" not in note


async def test_what_needs_a_person_goes_to_a_person(service: Service) -> None:
    """A payment failure is P0: no draft, but Chatwoot's priority, labels, team and the reasons."""
    message = await service.asks("My payment failed twice but the money left my account!")
    (note,) = await service.noted(message.conversation_id)
    assert note.startswith("🙋 For a person: P0 Critical")
    assert "payment-failure" in note
    conversation = service.sandbox.conversation(message.conversation_id)
    assert conversation.priority == "urgent"
    assert "payment" in " ".join(conversation.label_list)
    assert conversation.team_id is not None
    assert conversation.custom_attributes["triage"].startswith("P0 · ")
    assert await service.count("drafts") == 0
    assert await service.column("select assigned_to from chatwoot_conversations") == ["human"]


async def test_the_record_holds_what_the_specification_names(service: Service) -> None:
    """The message, the note and the conversation stand in the tables of the specification."""
    await service.asks(channel="email", contact="ada@example.com")
    await service.settled()
    kinds = await service.column(
        "select message_type::text from chatwoot_messages order by chatwoot_message_id"
    )
    assert kinds == ["incoming", "private_note"]
    assert await service.column("select ai_generated from chatwoot_messages order by 1") == [False, True]
    assert await service.column("select customer_email from chatwoot_conversations") == ["ada@example.com"]
    assert await service.column("select priority::text from chatwoot_conversations") == ["P2"]


async def test_labels_and_attributes_of_others_stay(service: Service) -> None:
    """What agents and automations have set is added to, never replaced; a priority is never lowered."""
    first = await service.asks("How do I reset my password?")
    conversation = service.sandbox.conversation(first.conversation_id)
    conversation.label_list = ["vip"]
    conversation.custom_attributes = {"plan": "gold"}
    conversation.priority = "urgent"
    await service.sandbox.customer_writes(
        "chat", "My package is two weeks late!", conversation=first.conversation_id
    )
    await service.noted(first.conversation_id, count=2)
    assert "vip" in conversation.label_list
    assert conversation.custom_attributes["plan"] == "gold"
    assert conversation.priority == "urgent"


async def test_without_a_user_s_token_drafts_go_on(start: Starter) -> None:
    """With the bot's token alone, notes are written, and say which team could not be assigned and why."""
    service = await start(chatwoot_user_token=None)
    drafted = await service.asks()
    assert "AI Draft" in (await service.noted(drafted.conversation_id))[0]
    urgent = await service.asks("Someone stole my card and hacked my account", contact="eve@example.com")
    (note,) = await service.noted(urgent.conversation_id)
    assert "HOTDASH_CHATWOOT_USER_TOKEN" in note


async def test_a_template_of_chatwoot_s_is_not_filled_in(service: Service) -> None:
    """Liquid in a customer's words reaches Chatwoot in a form that it does not run."""
    message = await service.asks("{{ contact.email }} {% if true %}fraud{% endif %}: " + QUESTION)
    (note,) = await service.noted(message.conversation_id)
    assert "{{" not in note
    assert "{%" not in note


async def test_first_line_hands_every_conversation_over(start: Starter) -> None:
    """Where the bot is first in line, a pending conversation is opened once its note is there."""
    service = await start(mode="first_line", connect_bot=True)
    message = await service.sandbox.customer_writes("chat", QUESTION)
    assert service.sandbox.conversation(message.conversation_id).status == "pending"
    await service.noted(message.conversation_id)
    assert service.sandbox.conversation(message.conversation_id).status == "open"


async def test_assist_leaves_the_status_alone(service: Service) -> None:
    """Where the bot assists, conversations are open from the start and stay so."""
    message = await service.asks()
    assert service.sandbox.conversation(message.conversation_id).status == "open"
    assert not [request for request in service.sandbox.requests if "toggle_status" in request.path]


async def test_an_order_is_shown_to_its_owner_only(start: Starter, tmp_path: Path) -> None:
    """A mail from the order's address is answered with its status; a visitor who only says so is not."""
    orders = tmp_path / "orders.json"
    owner = {"email": "ada@example.com", "name": "#1042", "status": "in_transit"}
    orders.write_text(json.dumps([owner]))
    service = await start(orders_file=orders)
    asked = "Where is my order #1042?"
    mail = await service.asks(asked, channel="email", contact="ada@example.com")
    (note,) = await service.noted(mail.conversation_id)
    assert "Order: #1042" in note
    visit = await service.asks(asked, channel="chat", contact="ada@example.com")
    (note,) = await service.noted(visit.conversation_id)
    assert "Order: #1042" not in note
    assert "nobody vouches" in note
