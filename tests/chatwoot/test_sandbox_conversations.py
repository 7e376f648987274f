"""Conversations live in the stand-in as in Chatwoot: pending and open, waiting and answered."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chatwoot.sandbox import Sandbox


async def test_a_connected_bot_makes_new_conversations_pending(sandbox: Sandbox) -> None:
    """With the bot on the inbox they start pending, without they start open."""
    before = await sandbox.customer_writes("email", "a")
    sandbox.connect_bot("", [7])
    after = await sandbox.customer_writes("email", "b")
    statuses = [sandbox.conversation(m.conversation_id).status for m in (before, after)]
    assert statuses == ["open", "pending"]


@pytest.mark.parametrize(("inboxes", "reopened"), [((), "open"), ((5,), "pending")])
async def test_a_customer_writes_to_a_resolved_conversation(
    inboxes: tuple[int, ...], reopened: str, sandbox: Sandbox
) -> None:
    """It is pending again where a bot is connected, else open."""
    message = await sandbox.customer_writes("chat", "a")
    sandbox.connect_bot("", inboxes)
    conversation = sandbox.conversation(message.conversation_id)
    sandbox.desk.conversations.set_status(conversation, "resolved", sandbox.agent)
    again = await sandbox.customer_writes("chat", "b")
    assert again.conversation_id == conversation.id
    assert conversation.status == reopened


async def test_where_a_further_message_goes(sandbox: Sandbox) -> None:
    """Mail starts a conversation unless it answers one; SMS starts one once the last is resolved."""
    first, second = [await sandbox.customer_writes("email", "x") for _ in range(2)]
    answer = await sandbox.customer_writes("email", "x", conversation=first.conversation_id)
    assert first.conversation_id == answer.conversation_id != second.conversation_id
    assert answer.content_attributes["email"]["in_reply_to"] == first.source_id
    sms = [await sandbox.customer_writes("sms", "x") for _ in range(2)]
    sandbox.conversation(sms[0].conversation_id).status = "resolved"
    sms.append(await sandbox.customer_writes("sms", "x"))
    assert sms[0].conversation_id == sms[1].conversation_id != sms[2].conversation_id


async def test_a_hand_off(sandbox: Sandbox, receiver: Any, api: Any) -> None:
    """A bot's toggle to open answers success null, opens, and tells the bot in Chatwoot's order."""
    sandbox.connect_bot(receiver.url, [9])
    message = await sandbox.customer_writes("sms", "a")
    await sandbox.idle()
    receiver.requests.clear()
    path = f"/conversations/{message.conversation_id}/toggle_status"
    answer = await api(sandbox.bot.access_token).post(path, json={"status": "open"})
    await sandbox.idle()
    assert answer.json()["payload"]["success"] is None
    assert answer.json()["payload"]["current_status"] == "open"
    assert receiver.events == ["conversation_opened", "conversation_status_changed", "conversation_updated"]


async def test_an_agent_who_opens_gets_it_assigned(sandbox: Sandbox, api: Any) -> None:
    """An agent's toggle to open assigns the conversation to them and leaves an activity."""
    sandbox.connect_bot("", [9])
    message = await sandbox.customer_writes("sms", "a")
    path = f"/conversations/{message.conversation_id}/toggle_status"
    await api(sandbox.agent_token).post(path, json={"status": "open"})
    assert sandbox.conversation(message.conversation_id).assignee_id == sandbox.agent.id
    assert sandbox.messages(message.conversation_id)[-1].message_type == "activity"


async def test_only_a_person_gives_a_first_reply(sandbox: Sandbox) -> None:
    """A note changes neither clock; a bot's reply ends the waiting only; a person's is the first reply."""
    message = await sandbox.customer_writes("sms", "a")
    conversation = sandbox.conversation(message.conversation_id)
    await sandbox.agent_writes(conversation.id, "note", private=True)
    assert conversation.waiting_since is not None
    sandbox.desk.messages.post(conversation, sandbox.bot, content="reply")
    assert (conversation.waiting_since, conversation.first_reply_created_at) == (None, None)
    reply = await sandbox.agent_writes(conversation.id, "reply")
    assert conversation.first_reply_created_at == reply.created_at
    again = await sandbox.customer_writes("sms", "b")
    assert conversation.waiting_since == again.created_at


async def test_an_agents_answer_does_not_open_a_pending_conversation(sandbox: Sandbox) -> None:
    """It stays pending until somebody opens it."""
    sandbox.connect_bot("", [9])
    message = await sandbox.customer_writes("sms", "a")
    await sandbox.agent_writes(message.conversation_id, "reply")
    assert sandbox.conversation(message.conversation_id).status == "pending"


async def test_a_source_id_suppresses_the_sending(sandbox: Sandbox, api: Any) -> None:
    """A reply is sent to the customer; one with a source_id, and a note, are not."""
    message = await sandbox.customer_writes("sms", "a")
    path, agent = f"/conversations/{message.conversation_id}/messages", api(sandbox.agent_token)
    await agent.post(path, json={"content": "sent"})
    await agent.post(path, json={"content": "echo", "source_id": "x"})
    await agent.post(path, json={"content": "note", "private": True})
    await sandbox.idle()
    sent = {m.content: m.delivered for m in sandbox.messages(message.conversation_id)}
    assert sent == {"a": False, "sent": True, "echo": False, "note": False}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Hi {{contact.name}}!", "Hi Lena Berg!"),
        ("{{ order }} & more", " & more"),
        ("a {% comment %}b{% endcomment %} c", "a  c"),
        ("keep `{{ order }}` as code", "keep `{{ order }}` as code"),
        ("broken {% if %} stays", "broken {% if %} stays"),
        ("broken {{ stays", "broken {{ stays"),
    ],
)
async def test_outgoing_content_is_a_liquid_template(written: str, kept: str, sandbox: Sandbox) -> None:
    """Replies and notes are rendered; code spans and invalid templates stay as they are."""
    message = await sandbox.customer_writes("email", "{{ contact.name }}")
    assert message.content == "{{ contact.name }}"
    for private in (True, False):
        answer = await sandbox.agent_writes(message.conversation_id, written, private=private)
        assert answer.content == kept


async def test_two_hundred_messages_a_minute(sandbox: Sandbox, api: Any) -> None:
    """The 201st message of a conversation within a minute is refused as Chatwoot does."""
    message = await sandbox.customer_writes("sms", "a")
    conversation = sandbox.conversation(message.conversation_id)
    for _ in range(199):
        sandbox.desk.messages.post(conversation, sandbox.bot, content="x", private=True)
    path = f"/conversations/{conversation.id}/messages"
    answer = await api(sandbox.bot.access_token).post(path, json={"content": "x", "private": True})
    assert (answer.status_code, answer.json()) == (422, {"error": "Validation failed: Too many messages"})
