"""Failures of the API that can be switched on."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.chatwoot.sandbox import Sandbox


async def test_the_next_requests_are_refused(sandbox: Sandbox, api: Any) -> None:
    """As many as asked for, at the path asked for, and without effect; 429 is plain text."""
    message = await sandbox.customer_writes("sms", "hello")
    path, agent = f"/conversations/{message.conversation_id}/messages", api(sandbox.agent_token)
    sandbox.faults.refuse(500, path="/messages")
    sandbox.faults.refuse(429, path="/messages")
    first, other, second, third = [
        await agent.post(path, json={"content": "a"}),
        await agent.get("/teams"),
        await agent.post(path, json={"content": "b"}),
        await agent.post(path, json={"content": "c"}),
    ]
    assert [r.status_code for r in (first, other, second, third)] == [500, 200, 429, 200]
    assert (second.text, second.headers["content-type"]) == ("Retry later\n", "text/plain; charset=utf-8")
    assert "retry-after" not in second.headers
    assert [m.content for m in sandbox.messages(message.conversation_id)] == ["hello", "c"]


async def test_an_answer_is_lost_after_the_post_took_effect(sandbox: Sandbox, api: Any) -> None:
    """The caller sees a broken connection, the message is there; a second post makes a second one."""
    message = await sandbox.customer_writes("sms", "hello")
    path, agent = f"/conversations/{message.conversation_id}/messages", api(sandbox.agent_token)
    sandbox.faults.lose_answers(path="/messages")
    with pytest.raises(httpx.TransportError):
        await agent.post(path, json={"content": "note", "private": True})
    await agent.post(path, json={"content": "note", "private": True})
    assert [note.content for note in sandbox.notes(message.conversation_id)] == ["note", "note"]
    assert [request.status for request in sandbox.requests] == [None, 200]


@pytest.mark.parametrize("after_effect", [True, False])
async def test_no_answer_comes(after_effect: bool, sandbox: Sandbox, api: Any) -> None:
    """A request hangs, before or after it took effect, until the faults are cleared."""
    message = await sandbox.customer_writes("sms", "hello")
    path, agent = f"/conversations/{message.conversation_id}/messages", api(sandbox.agent_token)
    sandbox.faults.hang(after_effect=after_effect)
    with pytest.raises(httpx.ReadTimeout):
        await agent.post(path, json={"content": "note", "private": True}, timeout=0.2)
    assert bool(sandbox.notes(message.conversation_id)) is after_effect
    assert (await agent.get("/teams")).status_code == 200
    sandbox.faults.clear()
    await sandbox.idle()


async def test_the_rate_limit() -> None:
    """Requests beyond the limit get 429."""
    async with Sandbox(rate_limit=2) as sandbox, httpx.AsyncClient() as client:
        url = f"{sandbox.url}/api/v1/accounts/{sandbox.account_id}/teams"
        headers = {"api_access_token": sandbox.agent_token}
        statuses = [(await client.get(url, headers=headers)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
