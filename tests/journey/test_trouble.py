"""Chatwoot fails, the database goes away, messages make no sense: nothing is lost, nothing is doubled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from service_at_work import QUESTION, Service, Starter, payload


async def test_work_waits_for_chatwoot(service: Service) -> None:
    """While Chatwoot answers 500 the message waits; when it is back, the note comes, once."""
    service.sandbox.faults.refuse(502, times=6, path="/toggle_priority")
    message = await service.sandbox.customer_writes("chat", QUESTION)
    assert len(await service.noted(message.conversation_id)) == 1
    assert await service.count("jobs", "kind = 'answer' and failures = 0 and attempts > 1") == 1


@pytest.mark.parametrize("token", ["user and bot", "bot alone"])
async def test_a_lost_answer_does_not_double_a_note(start: Starter, token: str) -> None:
    """A note whose confirmation was lost is found again by its marker and not posted twice."""
    service = await start(**({} if token == "user and bot" else {"chatwoot_user_token": None}))
    service.sandbox.faults.lose_answers(times=1, method="POST", path="/messages")
    message = await service.sandbox.customer_writes("chat", QUESTION)
    assert len(await service.noted(message.conversation_id)) == 1
    assert await service.count("posts", "attempts = 1 and chatwoot_message_id is not null") == 1


async def test_a_refused_note_is_tried_again(service: Service) -> None:
    """A post that Chatwoot did not take is sent again under the same marker."""
    service.sandbox.faults.refuse(500, times=1, method="POST", path="/messages")
    message = await service.sandbox.customer_writes("chat", QUESTION)
    assert len(await service.noted(message.conversation_id)) == 1
    assert await service.column("select attempts from posts") == [2]


async def test_doubled_and_shuffled_webhooks_change_nothing(service: Service) -> None:
    """With every delivery doubled and in random order, each message is answered once."""
    service.sandbox.faults.duplication = 1.0
    service.sandbox.faults.reordering = True
    conversations = []
    for number in range(4):
        message = await service.sandbox.customer_writes("sms", QUESTION, contact=f"+1500555{number:04}")
        conversations.append(message.conversation_id)
    for conversation in conversations:
        assert len(await service.noted(conversation)) == 1
    assert await service.count("decisions") == 4


async def test_a_bot_s_message_chatwoot_never_knew_is_let_go(service: Service) -> None:
    """A message in a conversation that is gone from Chatwoot is settled, and no dead job stays."""
    answer = await service.post(payload(service))
    assert answer.json()["ok"] is True
    await service.settled()
    assert await service.count("jobs", "state = 'dead'") == 0
    assert await service.count("webhook_events", "processed_at is not null") == 1


async def test_an_unreadable_event_is_set_aside(service: Service) -> None:
    """An event that is not as Chatwoot sends it becomes a dead job that names the fault; others go on."""
    message = await service.asks()
    body = json.loads(payload(service, id=778, private={"no": "flag"}))
    body["conversation"]["id"] = message.conversation_id
    assert (await service.post(json.dumps(body).encode())).status_code == 200
    await service.settled()
    (fault,) = await service.column("select error from jobs where state = 'dead'")
    assert "private" in fault
    notes = await service.noted(message.conversation_id, count=2)
    assert "could not work the customer's message" in notes[-1]
    await service.sandbox.customer_writes(
        "chat", "Do you ship to Canada?", conversation=message.conversation_id
    )
    assert "AI Draft" in (await service.noted(message.conversation_id, count=3))[-1]


async def test_first_line_opens_what_it_could_not_work(start: Starter) -> None:
    """Where the bot is first in line, a failure opens the conversation for people."""
    service = await start(mode="first_line", connect_bot=True, attempts=1)
    service.sandbox.faults.refuse(422, times=1, method="POST", path="/messages")
    message = await service.sandbox.customer_writes("chat", QUESTION)
    await service.noted(message.conversation_id)
    assert service.sandbox.conversation(message.conversation_id).status == "open"


async def test_hostile_words_break_nothing(start: Starter, shared_data: Path) -> None:
    """Hostile texts are kept, decided and noted like all others; none is lost and none crashes a worker."""
    rows = [json.loads(line) for line in (shared_data / "hostile.jsonl").read_text().split("\n") if line]
    texts = [row["text"] for row in rows if isinstance(row.get("text"), str)][::12]
    assert len(texts) > 50
    service = await start(webhook_wait=0, burst_seconds=0)
    for number, text in enumerate(texts):
        await service.sandbox.customer_writes("sms", text or " ", contact=f"+1500{number:07}")
    await service.settled()
    assert await service.count("jobs", "state = 'dead'") == 0
    assert await service.count("jobs", "failures > 0") == 0
    assert await service.count("webhook_events", "processed_at is null and not ignored") == 0
    answered = await service.count("decisions") + await service.count("automatic_messages")
    assert answered == len(texts)
