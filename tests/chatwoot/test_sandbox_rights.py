"""Tokens may do in the stand-in exactly what they may do in Chatwoot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.chatwoot.sandbox import Sandbox
from bot.chatwoot.sandbox.access import BOT_ACTIONS
from bot.chatwoot.sandbox.api.call import ENDPOINTS, Endpoint

FORBIDDEN_TO_BOTS = "Access to this endpoint is not authorized for bots"


@pytest.fixture(scope="module")
def errors(shared_data: Path) -> dict[str, Any]:
    """Chatwoot's error bodies."""
    loaded: dict[str, Any] = json.loads((shared_data / "chatwoot/api_examples/errors.json").read_text())
    return loaded


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.method} {e.path}")
async def test_a_bot_may_call_the_whitelist_only(endpoint: Endpoint, sandbox: Sandbox, api: Any) -> None:
    """A bot's token gets the 401 for bots everywhere but at the actions of the list."""
    path = endpoint.path.replace("{conversation_id}", "0").replace("{id}", "0").replace("{message_id}", "0")
    answer = await api(sandbox.bot.access_token).request(endpoint.method, path, json={})
    refused = answer.status_code == 401 and answer.json()["error"] == FORBIDDEN_TO_BOTS
    assert refused is (endpoint.action not in BOT_ACTIONS)


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.admin], ids=lambda e: f"{e.method} {e.path}")
async def test_what_only_administrators_may(endpoint: Endpoint, sandbox: Sandbox, api: Any) -> None:
    """An agent's token gets 401, never 403, where an administrator is needed."""
    path = endpoint.path.replace("{id}", "0")
    answer = await api(sandbox.agent_token).request(endpoint.method, path, json={})
    assert (answer.status_code, answer.json()) == (401, {"error": "You are not authorized to do this action"})
    assert (await api(sandbox.admin_token).request(endpoint.method, path, json={})).status_code != 401


async def test_error_bodies(sandbox: Sandbox, api: Any, errors: dict[str, Any]) -> None:
    """Each refusal has the status and body of Chatwoot's."""
    stranger = sandbox.tables.bots[4].access_token
    elsewhere = sandbox.tables.users[30].access_token
    answers = {
        "no_token": await api(None).get("/agents"),
        "bad_token": await api("nonsense").get("/agents"),
        "bot_not_allowed": await api(sandbox.bot.access_token).get("/agents"),
        "bot_other_account": await api(stranger).get("/conversations/1"),
        "user_other_account": await api(elsewhere).get("/agents"),
        "pundit": await api(sandbox.agent_token).get("/webhooks"),
        "not_found": await api(sandbox.agent_token).get("/conversations/0"),
        "record_invalid": await api(sandbox.admin_token).post(
            "/webhooks", json={"url": "https://x.example", "subscriptions": ["nonsense"]}
        ),
        "param_missing": await api(sandbox.admin_token).post("/webhooks", json={"webhook": {}}),
    }
    for name, answer in answers.items():
        assert (answer.status_code, answer.json()) == (errors[name]["status"], errors[name]["body"]), name


async def test_the_cheap_token_checks(sandbox: Sandbox, api: Any) -> None:
    """GET /conversations/0 is 404 for a good bot token; GET /profile knows users and refuses bots."""
    assert (await api(sandbox.bot.access_token).get("/conversations/0")).status_code == 404
    profile = f"{sandbox.url}/api/v1/profile"
    async with httpx.AsyncClient() as client:
        user = await client.get(profile, headers={"api_access_token": sandbox.admin_token})
        bot = await client.get(profile, headers={"api_access_token": sandbox.bot.access_token})
    assert user.json()["accounts"][0]["role"] == "administrator"
    assert bot.status_code == 401


async def test_an_agent_sees_their_own_inboxes(sandbox: Sandbox, api: Any) -> None:
    """Jon is a member of the mailbox only: SMS conversations are neither listed nor shown to him."""
    sms = await sandbox.customer_writes("sms", "hello")
    mail = await sandbox.customer_writes("email", "hello")
    jon = api(sandbox.tables.users[15].access_token)
    listed = (await jon.get("/conversations")).json()["data"]["payload"]
    assert [conversation["id"] for conversation in listed] == [mail.conversation_id]
    assert (await jon.get(f"/conversations/{sms.conversation_id}")).status_code == 401
    assert [inbox["id"] for inbox in (await jon.get("/inboxes")).json()["payload"]] == [7]


async def test_a_bot_gets_500_for_a_conversation_with_a_team(sandbox: Sandbox, api: Any) -> None:
    """The fault of versions up to 4.15, after which a PATCH has been saved all the same."""
    message = await sandbox.customer_writes("sms", "hello")
    bot, path = api(sandbox.bot.access_token), f"/conversations/{message.conversation_id}"
    assert (await bot.get(path)).status_code == 200
    await bot.post(f"{path}/assignments", json={"team_id": 4})
    assert (await bot.get(path)).status_code == 500
    assert (await bot.patch(path, json={"priority": "high"})).status_code == 500
    assert sandbox.conversation(message.conversation_id).priority == "high"
    assert (await api(sandbox.agent_token).get(path)).status_code == 200


async def test_only_administrators_see_bot_secrets(sandbox: Sandbox, api: Any) -> None:
    """A reset makes a new secret, which only an administrator is shown."""
    before = sandbox.bot.secret
    answer = (await api(sandbox.admin_token).post("/agent_bots/3/reset_secret")).json()
    assert answer["secret"] == sandbox.bot.secret != before
    assert "secret" not in (await api(sandbox.agent_token).get("/agent_bots/3")).json()
