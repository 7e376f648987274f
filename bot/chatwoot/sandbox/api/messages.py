"""Reading, posting and deleting the messages of a conversation."""

from __future__ import annotations

import json
from typing import Any

from bot.chatwoot.sandbox import records
from bot.chatwoot.sandbox.access import not_found, unprocessable
from bot.chatwoot.sandbox.api.call import Call, Upload, endpoint
from bot.chatwoot.sandbox.rails import iso
from bot.chatwoot.sandbox.records import AgentBot, User
from bot.chatwoot.sandbox.senders import sender_push
from bot.chatwoot.sandbox.views import message_view

_ALL = "/conversations/{conversation_id}/messages"
_MAX_ATTACHMENTS = 15
_FORWARDED = ("content_type", "source_id")


@endpoint("GET", _ALL, "messages#index")
async def index(call: Call) -> Any:
    """Messages, notes and activities: the last 20, or a window by id (facts §3.2)."""
    conversation = call.conversation()
    thread = call.tables.thread(conversation.id)
    if call.query.get("filter_internal_messages"):
        thread = [m for m in thread if not m.private and m.message_type != "activity"]
    after, before = (_id(call.query.get(name)) for name in ("after", "before"))
    if after is not None and before is not None:
        chosen = [m for m in thread if after <= m.id < before][:1000]
    elif after is not None:
        chosen = [m for m in thread if m.id > after][:100]
    elif before is not None:
        chosen = [m for m in thread if m.id < before][-20:]
    else:
        chosen = thread[-20:]
    assignee = call.tables.users.get(conversation.assignee_id or 0)
    meta: dict[str, Any] = {
        "labels": conversation.label_list,
        "additional_attributes": conversation.additional_attributes,
        "contact": sender_push(call.tables.contacts[conversation.contact_id]),
    }
    if assignee is not None:
        meta["assignee"] = sender_push(assignee)
    meta |= {"agent_last_seen_at": iso(conversation.agent_last_seen_at), "assignee_last_seen_at": None}
    return {"meta": meta, "payload": [message_view(m) for m in chosen]}


def _id(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


@endpoint("POST", _ALL, "messages#create")
async def create(call: Call) -> Any:
    """Post a reply or a private note; nothing keeps the same call from taking effect twice."""
    conversation = call.conversation()
    params = call.params
    attributes = params.get("content_attributes") or {}
    if isinstance(attributes, str):
        attributes = json.loads(attributes)
    files = params.get("attachments") or []
    if len(files) > _MAX_ATTACHMENTS:
        raise unprocessable(f"Validation failed: Attachments cannot be more than {_MAX_ATTACHMENTS}")
    inbox = call.tables.inboxes[conversation.inbox_id]
    columns = {name: params[name] for name in _FORWARDED if params.get(name)}
    columns |= {
        "content": params.get("content"),
        "content_attributes": attributes | _mail_fields(params),
        "attachments": [
            call.desk.messages.attachment(f.name, f.content, f.content_type)
            for f in files
            if isinstance(f, Upload)
        ],
    }
    if params.get("message_type") == "incoming":
        if inbox.channel_type != records.API:
            raise unprocessable("Incoming messages are only allowed in Api inboxes")
        contact = call.tables.contacts[conversation.contact_id]
        return message_view(
            call.desk.messages.receive(conversation, contact, **columns), params.get("echo_id")
        )
    private = params.get("private") in (True, "true", "1", 1)
    message = call.desk.messages.post(conversation, _sender(call), private=private, **columns)
    return message_view(message, params.get("echo_id"))


def _sender(call: Call) -> User | AgentBot:
    """The caller, or the bot that a user chose to speak as."""
    if isinstance(call.who, User) and call.params.get("sender_type") == "AgentBot":
        return call.tables.bots.get(int(call.params.get("sender_id") or 0), call.who)
    return call.who


def _mail_fields(params: dict[str, Any]) -> dict[str, Any]:
    """Comma-separated addresses of a mail reply as the lists that Chatwoot keeps."""
    return {
        name: [part.strip() for part in params[name].split(",") if part.strip()]
        for name in ("cc_emails", "bcc_emails", "to_emails")
        if params.get(name)
    }


@endpoint("DELETE", f"{_ALL}/{{message_id}}", "messages#destroy")
async def delete(call: Call) -> Any:
    """Replace a message by the notice that it was deleted."""
    conversation = call.conversation()
    message = call.find(call.tables.messages, "message_id")
    if message.conversation_id != conversation.id:
        raise not_found()
    call.desk.messages.delete(message)
    return message_view(message)
