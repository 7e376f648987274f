"""The stand-in delivers webhooks as Chatwoot's jobs do: signed, numbered, repeated for bots only."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from bot.chatwoot.sandbox import Sandbox, signature
from bot.chatwoot.sandbox.rails import rails_json


def test_signature_vectors(shared_data: Path) -> None:
    """Signature and Rails' JSON agree with every vector."""
    vectors = json.loads((shared_data / "chatwoot/payloads/_signature_vectors.json").read_text())
    for vector in vectors:
        raw = vector["raw_body_utf8"].encode()
        assert (
            signature(vector["secret"], vector["X-Chatwoot-Timestamp"], raw) == vector["X-Chatwoot-Signature"]
        )
        assert rails_json(json.loads(raw)) == raw


async def test_each_delivery_is_signed_and_numbered(sandbox: Sandbox, receiver: Any) -> None:
    """Bot and account get the same event under different ids, each signed with its own secret."""
    webhook = sandbox.add_webhook(receiver.url, ["message_created"])
    sandbox.connect_bot(receiver.url, [9])
    await sandbox.customer_writes("sms", "hello")
    await sandbox.idle()
    signed_with = []
    for headers, body in receiver.requests:
        uuid.UUID(headers["X-Chatwoot-Delivery"])
        for name, secret in (("account", webhook.secret), ("bot", sandbox.bot.secret)):
            if headers["X-Chatwoot-Signature"] == signature(secret, headers["X-Chatwoot-Timestamp"], body):
                signed_with.append(name)
    assert sorted(signed_with) == ["account", "bot"]
    assert len({headers["X-Chatwoot-Delivery"] for headers, _ in receiver.requests}) == 2


async def test_older_versions_do_not_sign(receiver: Any) -> None:
    """With signed=False no Chatwoot header is sent."""
    async with Sandbox(signed=False) as sandbox:
        sandbox.add_webhook(receiver.url, ["message_created"])
        await sandbox.customer_writes("sms", "hello")
        await sandbox.idle()
    assert not [name for name in receiver.requests[0][0] if name.startswith("X-Chatwoot")]


async def test_a_bot_delivery_is_repeated_on_500_and_429(sandbox: Sandbox, receiver: Any) -> None:
    """Two refusals and a success are three attempts under one id, and the conversation stays pending."""
    sandbox.connect_bot(receiver.url, [9])
    receiver.answers = [500, 429]
    message = await sandbox.customer_writes("sms", "hello")
    await sandbox.idle()
    assert sandbox.deliveries[0].attempts == [500, 429, 200]
    assert len({headers["X-Chatwoot-Delivery"] for headers, _ in receiver.requests}) == 1
    assert sandbox.conversation(message.conversation_id).status == "pending"


async def test_a_bot_that_keeps_failing_loses_the_conversation(sandbox: Sandbox, receiver: Any) -> None:
    """After the third failure the pending conversation is opened, with an activity and its events."""
    sandbox.connect_bot(receiver.url, [9])
    receiver.answers = [500, 500, 500]
    message = await sandbox.customer_writes("sms", "hello")
    await sandbox.idle()
    assert sandbox.deliveries[0].attempts == [500, 500, 500]
    assert sandbox.conversation(message.conversation_id).status == "open"
    activity = sandbox.messages(message.conversation_id)[-1]
    assert activity.message_type == "activity"
    assert "error with the agent bot" in (activity.content or "")
    assert receiver.events[3:] == [
        "conversation_opened",
        "conversation_status_changed",
        "conversation_updated",
    ]


async def test_other_refusals_are_final_at_once(sandbox: Sandbox, receiver: Any) -> None:
    """503 is not repeated, not even for a bot."""
    sandbox.connect_bot(receiver.url, [9])
    receiver.answers = [503]
    message = await sandbox.customer_writes("sms", "hello")
    await sandbox.idle()
    assert sandbox.deliveries[0].attempts == [503]
    assert sandbox.conversation(message.conversation_id).status == "open"


async def test_an_account_webhook_is_never_repeated(sandbox: Sandbox, receiver: Any) -> None:
    """One 500, and the event is lost."""
    sandbox.add_webhook(receiver.url, ["message_created"])
    receiver.answers = [500]
    await sandbox.customer_writes("sms", "hello")
    await sandbox.idle()
    assert [delivery.attempts for delivery in sandbox.deliveries] == [[500]]


async def test_silence_counts_as_failure(receiver: Any) -> None:
    """No answer within the time-out is final: the pending conversation is opened."""
    receiver.silent = True
    async with Sandbox(webhook_timeout=0.1) as sandbox:
        sandbox.connect_bot(receiver.url, [9])
        message = await sandbox.customer_writes("sms", "hello")
        await sandbox.wait_for(lambda: sandbox.deliveries[0].finished)
        assert sandbox.deliveries[0].attempts == ["timeout"]
        assert sandbox.conversation(message.conversation_id).status == "open"


async def test_nobody_listens(sandbox: Sandbox) -> None:
    """A refused connection is a failure like any other, and harms nothing else."""
    sandbox.add_webhook("http://127.0.0.1:9/hook", ["message_created"])
    await sandbox.customer_writes("sms", "hello")
    await sandbox.idle()
    assert isinstance(sandbox.deliveries[0].attempts[0], str)
    assert not sandbox.deliveries[0].delivered


async def test_notes_and_the_bots_own_posts_come_back(sandbox: Sandbox, receiver: Any) -> None:
    """A bot hears its own private note; it never hears activities."""
    sandbox.connect_bot(receiver.url, [9])
    message = await sandbox.customer_writes("sms", "hello")
    conversation = sandbox.conversation(message.conversation_id)
    sandbox.desk.messages.post(conversation, sandbox.bot, content="note", private=True)
    sandbox.desk.conversations.activity(conversation, "something happened")
    await sandbox.idle()
    notes = [body for body in receiver.of("message_created") if body["private"]]
    assert [note["sender"]["type"] for note in notes] == ["agent_bot"]
    assert len(receiver.of("message_created")) == 2


async def test_account_bodies_may_be_newer_than_the_event(sandbox: Sandbox, receiver: Any) -> None:
    """The bot's body is the state at the moment, the account's the state when its job runs."""
    sandbox.connect_bot(receiver.url, [9])
    sandbox.add_webhook(receiver.url, ["message_created"])
    message = await sandbox.customer_writes("sms", "hello")
    sandbox.conversation(message.conversation_id).priority = "urgent"
    await sandbox.idle()
    assert sorted(str(body["conversation"]["priority"]) for body in receiver.bodies) == ["None", "urgent"]


async def test_deliveries_can_be_lost_doubled_held_and_mixed(sandbox: Sandbox, receiver: Any) -> None:
    """Each switch does what it says, in the same way in every run."""
    sandbox.add_webhook(receiver.url, ["message_created"])
    faults = sandbox.faults
    faults.loss = 1.0
    await sandbox.customer_writes("sms", "lost")
    await sandbox.idle()
    faults.loss, faults.duplication = 0.0, 1.0
    await sandbox.customer_writes("sms", "twice")
    await sandbox.idle()
    assert [body["content"] for body in receiver.bodies] == ["twice", "twice"]
    assert receiver.requests[0][0]["X-Chatwoot-Delivery"] == receiver.requests[1][0]["X-Chatwoot-Delivery"]
    faults.clear()
    receiver.requests.clear()
    faults.held = faults.reordering = True
    for number in range(8):
        await sandbox.customer_writes("sms", str(number))
    await sandbox.idle()
    assert not receiver.requests
    faults.held = False
    sandbox.desk.deliveries.flush()
    await sandbox.idle()
    arrived = [body["content"] for body in receiver.bodies]
    assert sorted(arrived) == [str(number) for number in range(8)]
    assert arrived != sorted(arrived)


async def test_webhooks_can_be_cut_off(sandbox: Sandbox, receiver: Any) -> None:
    """While cut off nothing arrives and a pending conversation is opened; afterwards all is well."""
    sandbox.connect_bot(receiver.url, [9])
    sandbox.faults.cut_off = True
    message = await sandbox.customer_writes("sms", "hello")
    await sandbox.idle()
    assert not receiver.requests
    assert sandbox.conversation(message.conversation_id).status == "open"
    sandbox.faults.clear()
    await sandbox.customer_writes("sms", "again")
    await sandbox.idle()
    assert receiver.events == ["message_created"]
