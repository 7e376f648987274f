"""Showing and changing one conversation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.chatwoot.sandbox.access import not_found, server_error, unprocessable
from bot.chatwoot.sandbox.api.call import JSON_NULL, Call, Record, endpoint
from bot.chatwoot.sandbox.payloads import conversation_body
from bot.chatwoot.sandbox.rails import iso
from bot.chatwoot.sandbox.records import PRIORITIES, STATUSES, AgentBot, Conversation
from bot.chatwoot.sandbox.senders import sender_body
from bot.chatwoot.sandbox.views import agent_view, bot_view, conversation_view, team_view

_ONE = "/conversations/{conversation_id}"


@endpoint("GET", _ONE, "conversations#show")
async def show(call: Call) -> Any:
    """The conversation. Up to 4.15 a bot gets 500 when it has a team (PR #15612)."""
    return _shown(call, call.conversation())


@endpoint("PATCH", _ONE, "conversations#update")
async def update(call: Call) -> Any:
    """Set the priority; the change is kept even when the bot's answer is then a 500."""
    conversation = call.conversation()
    if "priority" in call.params:
        _set_priority(call, conversation, call.params["priority"])
    return _shown(call, conversation)


def _shown(call: Call, conversation: Conversation) -> Any:
    if isinstance(call.who, AgentBot) and conversation.team_id is not None:
        raise server_error()
    return conversation_view(call.tables, conversation, call.who)


@endpoint("POST", "/conversations", "conversations#create")
async def create(call: Call) -> Any:
    """Start a conversation for a contact in an inbox, with a first message if one is given."""
    inbox = call.tables.inboxes.get(_number(call.params.get("inbox_id")))
    contact = call.tables.contacts.get(_number(call.params.get("contact_id")))
    if inbox is None or contact is None:
        raise not_found()
    address = contact.email or contact.phone_number
    if address is None:
        raise unprocessable("Contact has no address for this inbox")
    row = call.desk.address_book.contact_inbox(inbox, address, contact.name)
    conversation = call.desk.conversations.start(
        inbox,
        row,
        status=call.params.get("status"),
        additional_attributes=call.params.get("additional_attributes") or {},
        custom_attributes=call.params.get("custom_attributes") or {},
    )
    if message := call.params.get("message"):
        call.desk.messages.post(conversation, call.who, content=message.get("content"))
    return conversation_view(call.tables, conversation, call.who)


@endpoint("POST", f"{_ONE}/toggle_status", "conversations#toggle_status")
async def toggle_status(call: Call) -> Any:
    """Set or toggle the status; a bot that opens a pending conversation hands it off (`success: null`)."""
    conversation = call.conversation()
    status = call.params.get("status") or ("resolved" if conversation.status == "open" else "open")
    if status not in STATUSES:
        raise server_error()
    success: bool | None = True
    if isinstance(call.who, AgentBot) and conversation.status == "pending" and status == "open":
        call.desk.conversations.hand_off(conversation)
        success = None
    else:
        until = call.params.get("snoozed_until") if status == "snoozed" else None
        moment = datetime.fromtimestamp(float(until), UTC) if until else None
        call.desk.conversations.set_status(conversation, status, call.who, moment)
    return {
        "meta": {},
        "payload": {
            "success": success,
            "conversation_id": conversation.id,
            "current_status": conversation.status,
            "snoozed_until": iso(conversation.snoozed_until),
        },
    }


@endpoint("POST", f"{_ONE}/toggle_priority", "conversations#toggle_priority")
async def toggle_priority(call: Call) -> None:
    """Set the priority; null or "" clears it."""
    _set_priority(call, call.conversation(), call.params.get("priority"))


def _set_priority(call: Call, conversation: Conversation, priority: Any) -> None:
    """Raises Refusal 500 for an unknown word, "none" included: the enum of Rails raises."""
    if priority not in (*PRIORITIES, None, ""):
        raise server_error()
    call.desk.conversations.change(conversation, priority=priority or None)


@endpoint("POST", f"{_ONE}/toggle_typing_status", "conversations#toggle_typing_status")
async def toggle_typing_status(call: Call) -> None:
    """Announce that somebody types or stopped."""
    conversation = call.conversation()
    status = call.params.get("typing_status")
    if status not in ("on", "off"):
        return
    event = f"conversation_typing_{status}"
    call.desk.messages.events.announce(
        event,
        call.account_id,
        lambda: {
            "event": event,
            "user": sender_body(call.tables, call.who),
            "conversation": conversation_body(call.tables, conversation),
            "is_private": bool(call.params.get("is_private", False)),
        },
        conversation=conversation,
    )


@endpoint("POST", f"{_ONE}/assignments", "assignments#create")
async def assign(call: Call) -> Any:
    """Assign an agent, a bot or a team, nobody if unknown; `assignee_id` makes `team_id` ignored."""
    conversation = call.conversation()
    if "assignee_id" in call.params:
        number = _number(call.params["assignee_id"])
        if call.params.get("assignee_type") == "AgentBot":
            bot = _own(call, call.tables.bots, number)
            call.desk.conversations.assign(conversation, bot, call.who)
            return bot_view(bot, secret=False) if bot else JSON_NULL
        user = _own(call, call.tables.users, number)
        call.desk.conversations.assign(conversation, user, call.who)
        return agent_view(user) if user else JSON_NULL
    team = _own(call, call.tables.teams, _number(call.params.get("team_id")))
    call.desk.conversations.assign_team(conversation, team, call.who)
    if team is None:
        return JSON_NULL
    view = team_view(team, call.who) | {
        "created_at": iso(team.created_at),
        "updated_at": iso(team.created_at),
    }
    del view["is_member"]
    return view


def _own(call: Call, table: Mapping[int, Record], number: int) -> Record | None:
    """The row if it belongs to the account; Chatwoot takes an unknown id for nobody."""
    row = table.get(number)
    return row if row is not None and getattr(row, "account_id", None) == call.account_id else None


@endpoint("GET", f"{_ONE}/labels", "labels#index")
async def labels(call: Call) -> Any:
    """The conversation's labels."""
    return {"payload": call.conversation().label_list}


@endpoint("POST", f"{_ONE}/labels", "labels#create")
async def set_labels(call: Call) -> Any:
    """Replace all labels; names need not be known to the account."""
    conversation = call.conversation()
    wanted = list(dict.fromkeys(str(label) for label in call.params.get("labels") or []))
    call.desk.conversations.change(conversation, label_list=wanted)
    return {"payload": conversation.label_list}


@endpoint("POST", f"{_ONE}/custom_attributes", "conversations#custom_attributes")
async def set_custom_attributes(call: Call) -> Any:
    """Replace all custom attributes."""
    conversation = call.conversation()
    call.desk.conversations.change(conversation, custom_attributes=call.params.get("custom_attributes") or {})
    return {"custom_attributes": conversation.custom_attributes}


def _number(value: Any) -> int:
    """An id that may come as text; 0, which no row has, for anything else."""
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else 0
