"""Bodies of REST answers (the jbuilder views of app/views/api/v1)."""

from __future__ import annotations

from bot.chatwoot.sandbox.payloads import attachment_body, last_public_message, message_row, unread_count
from bot.chatwoot.sandbox.rails import epoch, iso
from bot.chatwoot.sandbox.records import MESSAGE_TYPES, AgentBot, Contact, Conversation, Message, Team, User
from bot.chatwoot.sandbox.senders import Json, sender_push
from bot.chatwoot.sandbox.tables import Tables


def message_view(message: Message, echo_id: str | None = None) -> Json:
    """A message, as messages#create and messages#index answer."""
    view: Json = {
        "id": message.id,
        "content": message.content,
        "inbox_id": message.inbox_id,
        "conversation_id": message.conversation_id,
        "message_type": MESSAGE_TYPES.index(message.message_type),
        "content_type": message.content_type,
        "status": message.status,
        "content_attributes": message.content_attributes,
        "created_at": epoch(message.created_at),
        "private": message.private,
        "source_id": message.source_id,
    }
    if message.sender:
        view["sender"] = sender_push(message.sender)
    if message.attachments:
        view["attachments"] = [attachment_body(a, message) for a in message.attachments]
    if echo_id is not None:
        view["echo_id"] = echo_id
    return view


def contact_view(contact: Contact) -> Json:
    """A contact, alone or as the sender of a conversation."""
    return {
        "additional_attributes": contact.additional_attributes,
        "availability_status": "offline",
        "email": contact.email,
        "id": contact.id,
        "name": contact.name,
        "phone_number": contact.phone_number,
        "blocked": contact.blocked,
        "identifier": contact.identifier,
        "thumbnail": "",
        "custom_attributes": contact.custom_attributes,
        "last_activity_at": epoch(contact.last_activity_at),
        "created_at": epoch(contact.created_at),
    }


def agent_view(user: User) -> Json:
    """An agent, as in the list of agents and as an assignee."""
    return {
        "id": user.id,
        "account_id": user.account_id,
        "availability_status": user.availability,
        "auto_offline": True,
        "confirmed": True,
        "email": user.email,
        "provider": "email",
        "available_name": user.available_name,
        "name": user.name,
        "role": user.role,
        "thumbnail": "",
        "custom_role_id": None,
    }


def team_view(team: Team, who: User | AgentBot) -> Json:
    """A team, as in the list of teams and in a conversation's meta."""
    return {
        "id": team.id,
        "name": team.name,
        "description": team.description,
        "allow_auto_assign": True,
        "account_id": team.account_id,
        "is_member": who.id in team.member_ids,
    }


def conversation_view(tables: Tables, conversation: Conversation, who: User | AgentBot) -> Json:
    """A conversation, alone and in lists."""
    last = last_public_message(tables, conversation)
    written = [m for m in tables.thread(conversation.id) if m.message_type != "activity"]
    return {
        "meta": _meta(tables, conversation, who),
        "id": conversation.id,
        "messages": [message_row(tables, last)] if last else [],
        "account_id": conversation.account_id,
        "uuid": conversation.uuid,
        "additional_attributes": conversation.additional_attributes,
        "agent_last_seen_at": epoch(conversation.agent_last_seen_at),
        "assignee_last_seen_at": 0,
        "can_reply": True,
        "contact_last_seen_at": epoch(conversation.contact_last_seen_at),
        "custom_attributes": conversation.custom_attributes,
        "inbox_id": conversation.inbox_id,
        "labels": conversation.label_list,
        "muted": tables.contacts[conversation.contact_id].blocked,
        "snoozed_until": iso(conversation.snoozed_until),
        "status": conversation.status,
        "created_at": epoch(conversation.created_at),
        "updated_at": conversation.updated_at.timestamp(),
        "timestamp": epoch(conversation.last_activity_at),
        "first_reply_created_at": epoch(conversation.first_reply_created_at),
        "unread_count": unread_count(tables, conversation),
        "last_non_activity_message": message_row(tables, written[-1]) if written else None,
        "last_activity_at": epoch(conversation.last_activity_at),
        "priority": conversation.priority,
        "waiting_since": epoch(conversation.waiting_since),
        "sla_policy_id": None,
    }


def _meta(tables: Tables, conversation: Conversation, who: User | AgentBot) -> Json:
    meta: Json = {
        "sender": contact_view(tables.contacts[conversation.contact_id]),
        "channel": tables.inboxes[conversation.inbox_id].channel_type,
    }
    if conversation.assignee_id is not None:
        meta |= {"assignee": agent_view(tables.users[conversation.assignee_id]), "assignee_type": "User"}
    elif conversation.assignee_agent_bot_id is not None:
        bot = tables.bots[conversation.assignee_agent_bot_id]
        meta |= {"assignee": bot_view(bot, secret=False), "assignee_type": "AgentBot"}
    if conversation.team_id in tables.teams:
        meta["team"] = team_view(tables.teams[conversation.team_id], who)
    return meta | {"hmac_verified": False}


def bot_view(bot: AgentBot, *, secret: bool) -> Json:
    """An agent bot; its secret is for administrators."""
    view: Json = {
        "id": bot.id,
        "name": bot.name,
        "description": bot.description,
        "thumbnail": "",
        "outgoing_url": bot.outgoing_url,
        "bot_type": "webhook",
        "bot_config": bot.bot_config,
        "account_id": bot.account_id,
        "access_token": bot.access_token,
    }
    if secret:
        view["secret"] = bot.secret
    return view | {"system_bot": False}
