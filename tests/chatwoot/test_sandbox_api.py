"""The stand-in's REST answers: shape, paging, filters and the traps of Chatwoot's API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bot.chatwoot.sandbox import Sandbox

#: Operations whose described answer is right (facts/chatwoot.md §3.7 lists where it is not).
DESCRIBED = {
    ("get", "/agents"): "/agents",
    ("get", "/teams"): "/teams",
    ("get", "/teams/{team_id}"): "/teams/4",
    ("get", "/teams/{team_id}/team_members"): "/teams/4/team_members",
    ("get", "/inboxes"): "/inboxes",
    ("get", "/inboxes/{id}"): "/inboxes/7",
    ("get", "/agent_bots"): "/agent_bots",
    ("get", "/agent_bots/{id}"): "/agent_bots/3",
    ("get", "/labels/{id}"): "/labels/21",
    ("get", "/contacts"): "/contacts",
    ("get", "/contacts/{id}"): "/contacts/4301",
    ("get", "/contacts/search"): "/contacts/search?q=lena",
    ("get", "/contacts/{id}/conversations"): "/contacts/4301/conversations",
    ("get", "/conversations"): "/conversations?status=all",
    ("get", "/conversations/meta"): "/conversations/meta",
    ("get", "/conversations/{conversation_id}"): "/conversations/101",
    ("get", "/conversations/{conversation_id}/labels"): "/conversations/101/labels",
    ("get", "/conversations/{conversation_id}/messages"): "/conversations/101/messages",
    ("post", "/conversations/{conversation_id}/messages"): "/conversations/101/messages",
    ("post", "/conversations/{conversation_id}/toggle_status"): "/conversations/101/toggle_status",
}


@pytest.fixture(scope="session")
def description(shared_data: Path) -> dict[str, Any]:
    """Chatwoot's OpenAPI description."""
    loaded: dict[str, Any] = json.loads((shared_data / "chatwoot/openapi.json").read_text())
    return loaded


@pytest.mark.parametrize(("method", "path"), DESCRIBED)
async def test_answers_fit_the_openapi_description(
    method: str, path: str, sandbox: Sandbox, api: Any, description: dict[str, Any]
) -> None:
    """Where the description is right, the stand-in's answer validates against it."""
    message = await sandbox.customer_writes("email", "hello", subject="Hi")
    await sandbox.agent_writes(message.conversation_id, "note", private=True)
    operation = description["paths"][f"/api/v1/accounts/{{account_id}}{path}"][method]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    resource = Resource.from_contents(description, default_specification=DRAFT202012)
    validator = Draft202012Validator(
        _moved(schema), registry=Registry().with_resource("urn:chatwoot", resource)
    )
    body = {"content": "hi", "status": "resolved"} if method == "post" else None
    answer = await api(sandbox.admin_token).request(method, DESCRIBED[method, path], json=body)
    assert answer.status_code == 200
    assert not [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(answer.json())]


def _moved(schema: Any) -> Any:
    """A schema whose references to the document's components say which document."""
    if isinstance(schema, dict):
        return {
            key: f"urn:chatwoot{value}" if key == "$ref" else _moved(value) for key, value in schema.items()
        }
    return [_moved(item) for item in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize(
    ("name", "method", "path", "body"),
    [
        ("GET_conversation.200", "GET", "", None),
        ("POST_messages.private_note.200", "POST", "/messages", {"content": "n", "private": True}),
        ("POST_labels.200", "POST", "/labels", {"labels": ["vip"]}),
        ("POST_custom_attributes.200", "POST", "/custom_attributes", {"custom_attributes": {"a": 1}}),
        ("POST_assignments.team.200", "POST", "/assignments", {"team_id": 4}),
        ("POST_assignments.user.200", "POST", "/assignments", {"assignee_id": 14}),
        ("POST_toggle_status.resolved.200", "POST", "/toggle_status", {"status": "resolved"}),
    ],
)
async def test_answers_have_the_fields_of_the_examples(
    name: str, method: str, path: str, body: Any, sandbox: Sandbox, api: Any, shared_data: Path
) -> None:
    """The top-level keys, and those of meta and payload, are Chatwoot's."""
    message = await sandbox.customer_writes("email", "hello")
    conversation = sandbox.conversation(message.conversation_id)
    conversation.team_id, conversation.assignee_id = 4, 14
    if path == "/assignments":
        conversation.team_id = conversation.assignee_id = None
    url = f"/conversations/{conversation.id}{path}"
    ours = (await api(sandbox.agent_token).request(method, url, json=body)).json()
    theirs = json.loads((shared_data / "chatwoot/api_examples" / f"{name}.json").read_text())
    assert ours.keys() == theirs.keys()
    for key in ("meta", "payload"):
        if isinstance(theirs.get(key), dict):
            assert ours[key].keys() == theirs[key].keys()


async def test_windows_of_messages(sandbox: Sandbox, api: Any) -> None:
    """The last 20; after an id up to 100; before an id 20; between two ids all."""
    for number in range(120):
        message = await sandbox.customer_writes("sms", str(number))
    agent, path = api(sandbox.agent_token), f"/conversations/{message.conversation_id}/messages"
    first = message.id - 119

    async def ids(**query: int) -> list[int]:
        answer = (await agent.get(path, params=query)).json()
        return [m["id"] - first for m in answer["payload"]]

    assert await ids() == list(range(100, 120))
    assert await ids(after=first + 9) == list(range(10, 110))
    assert await ids(before=first + 50) == list(range(30, 50))
    assert await ids(after=first + 10, before=first + 90) == list(range(10, 90))


async def test_pages_of_conversations(sandbox: Sandbox, api: Any) -> None:
    """25 a page by last activity; `updated_within` gives all at once; open only unless told otherwise."""
    for number in range(30):
        await sandbox.customer_writes("email", str(number))
    sandbox.conversation(101).status = "resolved"
    agent = api(sandbox.agent_token)

    async def count(**query: Any) -> int:
        return len((await agent.get("/conversations", params=query)).json()["data"]["payload"])

    assert await count() == 25
    assert await count(page=2) == 4
    assert await count(status="all", updated_within=60) == 30
    assert await count(status="resolved") == 1
    assert await count(assignee_type="me") == 0


async def test_filters(sandbox: Sandbox, api: Any) -> None:
    """Conditions are joined left to right; an unknown attribute is 422 with a plain error."""
    await sandbox.customer_writes("email", "a", subject="Refund")
    await sandbox.customer_writes("sms", "b")
    sandbox.conversation(102).priority = "high"
    agent = api(sandbox.agent_token)

    async def found(*conditions: tuple[str, str, list[Any], str | None]) -> list[int]:
        names = ("attribute_key", "filter_operator", "values", "query_operator")
        payload = [dict(zip(names, condition, strict=True)) for condition in conditions]
        answer = await agent.post("/conversations/filter", json={"payload": payload})
        return sorted(c["id"] for c in answer.json()["payload"])

    assert await found(("inbox_id", "equal_to", [7], None)) == [101]
    assert await found(
        ("mail_subject", "contains", ["refund"], "OR"), ("priority", "equal_to", ["high"], None)
    )
    assert await found(("priority", "is_present", [], None)) == [102]
    bad = {"payload": [{"attribute_key": "nonsense", "filter_operator": "equal_to", "values": []}]}
    answer = await agent.post("/conversations/filter", json=bad)
    assert (answer.status_code, list(answer.json())) == (422, ["error"])


async def test_labels_and_attributes_are_replaced(sandbox: Sandbox, api: Any) -> None:
    """A POST of labels or custom attributes drops those that it does not name."""
    message = await sandbox.customer_writes("sms", "a")
    bot, path = api(sandbox.bot.access_token), f"/conversations/{message.conversation_id}"
    for labels in (["a", "b"], ["c"]):
        await bot.post(f"{path}/labels", json={"labels": labels})
    for attributes in ({"a": 1}, {"b": 2}):
        await bot.post(f"{path}/custom_attributes", json={"custom_attributes": attributes})
    assert (await bot.get(f"{path}/labels")).json() == {"payload": ["c"]}
    assert sandbox.conversation(message.conversation_id).custom_attributes == {"b": 2}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("toggle_priority", {"priority": "urgent"}, 200),
        ("toggle_priority", {"priority": None}, 200),
        ("toggle_priority", {"priority": "none"}, 500),
        ("toggle_status", {"status": "closed"}, 500),
        ("messages", {"content": "x" * 150_001}, 422),
        ("messages", {"content": "a\x00b", "private": True}, 500),
        ("messages", {"content": "x", "message_type": "incoming"}, 422),
    ],
)
async def test_traps(path: str, body: Any, status: int, sandbox: Sandbox, api: Any) -> None:
    """What Chatwoot takes, refuses or stumbles over."""
    message = await sandbox.customer_writes("sms", "a")
    url = f"/conversations/{message.conversation_id}/{path}"
    assert (await api(sandbox.bot.access_token).post(url, json=body)).status_code == status


async def test_assignments(sandbox: Sandbox, api: Any) -> None:
    """An assignee makes the team be ignored; a bot replaces a person; null unassigns and answers null."""
    message = await sandbox.customer_writes("sms", "a")
    conversation = sandbox.conversation(message.conversation_id)
    bot, path = api(sandbox.bot.access_token), f"/conversations/{message.conversation_id}/assignments"
    await bot.post(path, json={"assignee_id": 14, "team_id": 4})
    assert (conversation.assignee_id, conversation.team_id) == (14, None)
    await bot.post(path, json={"assignee_id": 3, "assignee_type": "AgentBot"})
    assert (conversation.assignee_id, conversation.assignee_agent_bot_id) == (None, 3)
    assert (await bot.post(path, json={"assignee_id": None})).json() is None
    assert conversation.assignee_agent_bot_id is None


async def test_a_deleted_message(sandbox: Sandbox, receiver: Any, api: Any) -> None:
    """Its content is replaced, and message_updated says so."""
    sandbox.add_webhook(receiver.url, ["message_updated"])
    message = await sandbox.customer_writes("sms", "secret")
    path = f"/conversations/{message.conversation_id}/messages/{message.id}"
    await api(sandbox.agent_token).delete(path)
    await sandbox.idle()
    assert receiver.bodies[0]["content"] == "This message was deleted"
    assert receiver.bodies[0]["content_attributes"] == {"deleted": True}


async def test_an_attachment_by_multipart(sandbox: Sandbox, api: Any) -> None:
    """A file can be posted with a message and be fetched at its data_url, by way of a redirect."""
    message = await sandbox.customer_writes("sms", "a")
    agent, path = api(sandbox.agent_token), f"/conversations/{message.conversation_id}/messages"
    files = {"attachments[]": ("label.txt", b"to: Lena", "text/plain")}
    answer = (await agent.post(path, data={"content": "label"}, files=files)).json()
    url = answer["attachments"][0]["data_url"]
    assert (await agent.get(url)).status_code == 302
    assert (await agent.get(url, follow_redirects=True)).content == b"to: Lena"


async def test_setting_up(sandbox: Sandbox, api: Any) -> None:
    """All that a set-up command needs can be made, listed, changed and deleted."""
    admin = api(sandbox.admin_token)
    webhook = (await admin.post("/webhooks", json={"url": "https://a.example/h"})).json()["payload"][
        "webhook"
    ]
    assert len(webhook["secret"]) == 24
    assert (await admin.post("/webhooks", json={"url": "https://a.example/h"})).status_code == 422
    changed = await admin.patch(f"/webhooks/{webhook['id']}", json={"subscriptions": ["message_created"]})
    assert changed.json()["payload"]["webhook"]["subscriptions"] == ["message_created"]
    await admin.delete(f"/webhooks/{webhook['id']}")
    assert (await admin.get("/webhooks")).json() == {"payload": {"webhooks": []}}
    bot = (await admin.post("/agent_bots", json={"name": "New"})).json()
    await admin.post("/inboxes/7/set_agent_bot", json={"agent_bot": bot["id"]})
    assert (await admin.get("/inboxes/7/agent_bot")).json()["agent_bot"]["id"] == bot["id"]
    await admin.delete(f"/agent_bots/{bot['id']}")
    assert (await admin.get("/inboxes/7/agent_bot")).json() == {"agent_bot": {}}
    assert (await admin.post("/labels", json={"title": "Urgent-Case"})).json()["title"] == "urgent-case"
    definition = {
        "attribute_display_name": "Intent",
        "attribute_key": "intent",
        "attribute_display_type": "text",
        "attribute_model": "conversation_attribute",
    }
    made = await admin.post("/custom_attribute_definitions", json=definition)
    assert (await admin.get("/custom_attribute_definitions")).json() == [made.json()]
    app = {"dashboard_app": {"title": "Drafts", "content": [{"type": "frame", "url": "https://a.example"}]}}
    assert (await admin.post("/dashboard_apps", json=app)).json()["title"] == "Drafts"


async def test_satisfaction(sandbox: Sandbox, api: Any) -> None:
    """A rating is listed for administrators, by page and filter."""
    message = await sandbox.customer_writes("chat", "a")
    await sandbox.customer_rates(message.conversation_id, 2, "slow")
    admin = api(sandbox.admin_token)
    (response,) = (await admin.get("/csat_survey_responses")).json()
    assert (response["rating"], response["feedback_message"]) == (2, "slow")
    assert (await admin.get("/csat_survey_responses?rating=5")).json() == []
