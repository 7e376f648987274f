"""The stand-in's webhook bodies have the fields of Chatwoot's, file by file."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chatwoot.sandbox import Sandbox
from bot.chatwoot.sandbox.events import ACCOUNT_EVENTS

SUBSCRIPTIONS = sorted(ACCOUNT_EVENTS)

#: Objects whose keys depend on what happened or on the sender, not on the format.
FREE = {"custom_attributes", "copilot", "current_value", "previous_value", "submitted_values"}


def shape(value: Any, name: str = "") -> Any:
    """Keys and kinds of a JSON value: what two bodies of the same event must share."""
    if name in FREE:
        return "any"
    if isinstance(value, dict):
        return {key: shape(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return "value"


def differences(ours: Any, theirs: Any, where: str = "") -> list[str]:
    """Where two shapes differ; an absent value may stand for an object or a list."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = [f"{where}.{key} missing" for key in theirs.keys() - ours.keys()]
        found += [f"{where}.{key} too much" for key in ours.keys() - theirs.keys()]
        for key in ours.keys() & theirs.keys():
            found += differences(ours[key], theirs[key], f"{where}.{key}")
        return found
    if isinstance(ours, list) and isinstance(theirs, list):
        return differences(ours[0], theirs[0], f"{where}[]") if ours and theirs else []
    return [] if ours == theirs or "value" in (ours, theirs) else [f"{where}: {ours} for {theirs}"]


async def _mail(sandbox: Sandbox) -> int:
    """A mail with attachment and copy; gives its conversation's number."""
    message = await sandbox.customer_writes(
        "email",
        "Hello,\n\none pole is snapped.\n\nOn Mon, 15 Jun 2026 at 08:02, Shop wrote:\n> It shipped.\n",
        subject="Damaged",
        attachments=[("pole.jpg", b"jpeg", "image/jpeg")],
    )
    return message.conversation_id


async def _chat(sandbox: Sandbox) -> int:
    """A live chat; gives its conversation's number."""
    message = await sandbox.customer_writes("chat", "hi {{order}} & <my account>")
    return message.conversation_id


async def _incoming_mail(sandbox: Sandbox) -> None:
    await _mail(sandbox)


async def _incoming_chat(sandbox: Sandbox) -> None:
    await _chat(sandbox)


async def _incoming_sms(sandbox: Sandbox) -> None:
    await sandbox.customer_writes("sms", "Is pickup possible?")


async def _incoming_mms(sandbox: Sandbox) -> None:
    await sandbox.customer_writes("sms", None, attachments=[("receipt.png", b"png", "image/png")])
    sandbox.tables.conversations[101].assignee_id = sandbox.agent.id
    sandbox.tables.conversations[101].team_id = 4


async def _incoming_api(sandbox: Sandbox) -> None:
    await sandbox.customer_writes("api", "Error 17", attachments=[("app.log", b"log", "text/plain")])


async def _agent_note(sandbox: Sandbox) -> None:
    await sandbox.agent_writes(await _mail(sandbox), "note", private=True)


async def _agent_reply(sandbox: Sandbox) -> None:
    await sandbox.agent_writes(await _mail(sandbox), "reply")


async def _bot_note(sandbox: Sandbox) -> None:
    conversation = sandbox.conversation(await _mail(sandbox))
    attributes = {"copilot": {"draft_id": "d", "v": 1}}
    sandbox.desk.messages.post(
        conversation, sandbox.bot, content="note", private=True, content_attributes=attributes
    )


async def _bot_reply(sandbox: Sandbox) -> None:
    items = [{"title": "Yes", "value": "yes"}]
    sandbox.desk.messages.post(
        sandbox.conversation(await _chat(sandbox)),
        sandbox.bot,
        content="Shall I?",
        content_type="input_select",
        content_attributes={"items": items},
    )


async def _surveyed(sandbox: Sandbox) -> None:
    sandbox.desk.messages.send_survey(sandbox.conversation(await _chat(sandbox)))


async def _surveyed_by_mail(sandbox: Sandbox) -> None:
    sandbox.desk.messages.send_survey(sandbox.conversation(await _mail(sandbox)))


async def _rated(sandbox: Sandbox) -> None:
    await sandbox.customer_rates(await _chat(sandbox), 2, "took too long")


async def _deleted(sandbox: Sandbox) -> None:
    message = await sandbox.agent_writes(await _mail(sandbox), "oops")
    conversation = sandbox.conversation(message.conversation_id)
    sandbox.desk.conversations.assign(conversation, sandbox.agent, sandbox.agent)
    sandbox.desk.messages.delete(message)


async def _opened(sandbox: Sandbox) -> None:
    sandbox.desk.conversations.hand_off(sandbox.conversation(await _mail(sandbox)))


async def _resolved(sandbox: Sandbox) -> None:
    number = await _mail(sandbox)
    await sandbox.agent_writes(number, "done")
    sandbox.desk.conversations.set_status(sandbox.conversation(number), "resolved", sandbox.bot)


async def _snoozed(sandbox: Sandbox) -> None:
    await sandbox.customer_writes("sms", "later")
    until = datetime.now(UTC) + timedelta(hours=1)
    sandbox.desk.conversations.set_status(sandbox.conversation(101), "snoozed", sandbox.bot, until)


async def _prioritised(sandbox: Sandbox) -> None:
    sandbox.desk.conversations.change(sandbox.conversation(await _mail(sandbox)), priority="urgent")


async def _labelled(sandbox: Sandbox) -> None:
    conversation = sandbox.conversation(await _mail(sandbox))
    conversation.label_list = ["damaged-goods"]
    sandbox.desk.conversations.change(conversation, label_list=["damaged-goods", "vip"])


async def _attributed(sandbox: Sandbox) -> None:
    conversation = sandbox.conversation(await _mail(sandbox))
    sandbox.desk.conversations.change(conversation, custom_attributes={"intent": "damaged"})


async def _assigned(sandbox: Sandbox) -> None:
    conversation = sandbox.conversation(await _mail(sandbox))
    sandbox.desk.conversations.change(conversation, assignee_id=sandbox.agent.id, team_id=4)


async def _given_to_bot(sandbox: Sandbox) -> None:
    conversation = sandbox.conversation(await _chat(sandbox))
    sandbox.desk.conversations.assign(conversation, sandbox.bot, None)


async def _renamed(sandbox: Sandbox) -> None:
    contact = sandbox.tables.contacts[sandbox.conversation(await _chat(sandbox)).contact_id]
    sandbox.desk.address_book.change(contact, email="new@harbourlights.example")


async def _typing(sandbox: Sandbox) -> None:
    await sandbox.customer_types(await _chat(sandbox))


async def _widget(sandbox: Sandbox) -> None:
    await sandbox.customer_opens_chat()


CASES: dict[str, tuple[str, Callable[[Sandbox], Awaitable[None]]]] = {
    "message_created.email.incoming.pending": ("message_created", _incoming_mail),
    "message_created.website.incoming.pending": ("message_created", _incoming_chat),
    "message_created.twilio_sms.incoming.open": ("message_created", _incoming_sms),
    "message_created.twilio_sms.incoming.mms_no_text": ("message_created", _incoming_mms),
    "message_created.api.incoming.pending": ("message_created", _incoming_api),
    "message_created.private_note.by_agent.email": ("message_created", _agent_note),
    "message_created.private_note.by_bot.email": ("message_created", _bot_note),
    "message_created.website.outgoing_by_bot.input_select": ("message_created", _bot_reply),
    "message_created.website.csat_request": ("message_created", _surveyed),
    "message_created.email.csat_request": ("message_created", _surveyed_by_mail),
    "message_created.email.outgoing_by_agent": ("message_created", _agent_reply),
    "message_updated.email.source_id_set_after_send": ("message_updated", _agent_reply),
    "message_updated.website.csat_response": ("message_updated", _rated),
    "message_updated.deleted_by_agent": ("message_updated", _deleted),
    "conversation_created.email": ("conversation_created", _incoming_mail),
    "conversation_created.website": ("conversation_created", _incoming_chat),
    "conversation_opened.agent_bot_only": ("conversation_opened", _opened),
    "conversation_resolved.agent_bot_only": ("conversation_resolved", _resolved),
    "conversation_status_changed.to_open": ("conversation_status_changed", _opened),
    "conversation_status_changed.to_snoozed": ("conversation_status_changed", _snoozed),
    "conversation_updated.status": ("conversation_updated", _opened),
    "conversation_updated.priority": ("conversation_updated", _prioritised),
    "conversation_updated.labels": ("conversation_updated", _labelled),
    "conversation_updated.custom_attributes": ("conversation_updated", _attributed),
    "conversation_updated.assignee_and_team": ("conversation_updated", _assigned),
    "conversation_updated.assigned_to_bot": ("conversation_updated", _given_to_bot),
    "conversation_updated.waiting_since_after_agent_reply": ("conversation_updated", _agent_reply),
    "conversation_typing_on.contact": ("conversation_typing_on", _typing),
    "contact_created": ("contact_created", _incoming_mail),
    "contact_updated": ("contact_updated", _renamed),
    "webwidget_triggered": ("webwidget_triggered", _widget),
}


@pytest.mark.parametrize("name", CASES)
async def test_the_same_fields_as_chatwoots(
    name: str, sandbox: Sandbox, receiver: Any, shared_data: Path
) -> None:
    """The last body of each event has exactly the keys of the corresponding payload file, at every depth."""
    event, act = CASES[name]
    sandbox.add_webhook(receiver.url, SUBSCRIPTIONS)
    sandbox.connect_bot(receiver.url, [5, 7, 11])
    await act(sandbox)
    await sandbox.idle()
    theirs = json.loads((shared_data / "chatwoot" / "payloads" / f"{name}.json").read_text())
    assert not differences(shape(receiver.of(event)[-1]), shape(theirs))


async def test_a_changed_attribute_is_a_one_key_object(sandbox: Sandbox, receiver: Any) -> None:
    """conversation_updated lists each change alone, with updated_at last, and status_changed has null."""
    sandbox.connect_bot(receiver.url, [7])
    await _opened(sandbox)
    await sandbox.idle()
    (update,) = receiver.of("conversation_updated")
    assert [list(change) for change in update["changed_attributes"]] == [["status"], ["updated_at"]]
    assert update["changed_attributes"][0]["status"] == {"previous_value": "pending", "current_value": "open"}
    assert receiver.of("conversation_status_changed")[0]["changed_attributes"] is None


async def test_bytes_are_escaped_as_rails_does(sandbox: Sandbox, receiver: Any) -> None:
    r"""HTML characters and line separators arrive as \u escapes, other characters as UTF-8."""
    sandbox.add_webhook(receiver.url, ["message_created"])
    await sandbox.customer_writes("sms", "<b> & \u2028\u2029 grüße")
    await sandbox.idle()
    raw = receiver.requests[0][1]
    assert b"\\u003cb\\u003e \\u0026 \\u2028\\u2029 gr\xc3\xbc\xc3\x9fe" in raw
    assert receiver.bodies[0]["content"] == "<b> & \u2028\u2029 grüße"


async def test_the_processed_content_is_the_new_text(sandbox: Sandbox, receiver: Any) -> None:
    """A mail's quoted history is cut off in messages[] and in text_content.quoted, but not in content."""
    sandbox.add_webhook(receiver.url, ["message_created"])
    await _mail(sandbox)
    await sandbox.idle()
    body = receiver.bodies[0]
    assert "It shipped" in body["content"]
    assert body["conversation"]["messages"][0]["processed_message_content"].endswith("one pole is snapped.")
    assert body["content_attributes"]["email"]["text_content"]["quoted"].endswith("one pole is snapped.")
