"""Bodies of webhook events, field by field as Chatwoot 4.15 builds them (facts/chatwoot.md §2)."""

from __future__ import annotations

import re

from bot.chatwoot.sandbox.rails import epoch, iso
from bot.chatwoot.sandbox.records import (
    MESSAGE_TYPES,
    WEBSITE,
    AgentBot,
    Attachment,
    Conversation,
    Message,
    User,
)
from bot.chatwoot.sandbox.senders import Json, account_brief, sender_body, sender_push
from bot.chatwoot.sandbox.tables import Tables


def attachment_body(attachment: Attachment, message: Message) -> Json:
    """One attachment, as in webhooks and in REST answers."""
    return {
        "id": attachment.id,
        "message_id": message.id,
        "file_type": attachment.file_type,
        "account_id": message.account_id,
        "extension": attachment.extension,
        "content_type": attachment.content_type,
        "data_url": attachment.data_url,
        "thumb_url": attachment.thumb_url,
        "file_size": len(attachment.content),
        "width": None,
        "height": None,
    }


def unread_count(tables: Tables, conversation: Conversation) -> int:
    """Incoming messages since an agent last looked; Chatwoot counts to ten."""
    seen = conversation.agent_last_seen_at
    incoming = (m for m in tables.thread(conversation.id) if m.message_type == "incoming")
    return min(10, sum(1 for m in incoming if seen is None or m.created_at > seen))


def message_row(tables: Tables, message: Message) -> Json:
    """`Message#push_event_data`: the entry of a conversation's `messages[]`."""
    conversation = tables.conversations[message.conversation_id]
    row: Json = {
        "id": message.id,
        "content": message.content,
        "account_id": message.account_id,
        "inbox_id": message.inbox_id,
        "conversation_id": message.conversation_id,
        "message_type": MESSAGE_TYPES.index(message.message_type),
        "created_at": epoch(message.created_at),
        "updated_at": iso(message.updated_at),
        "private": message.private,
        "status": message.status,
        "source_id": message.source_id,
        "content_type": message.content_type,
        "content_attributes": message.content_attributes,
        "sender_type": type(message.sender).__name__ if message.sender else None,
        "sender_id": message.sender.id if message.sender else None,
        "external_source_ids": {},
        "additional_attributes": message.additional_attributes,
        "processed_message_content": message.processed_message_content,
        "sentiment": {},
        "conversation": {
            "assignee_id": conversation.assignee_id,
            "unread_count": unread_count(tables, conversation),
            "last_activity_at": epoch(conversation.last_activity_at),
            "contact_inbox": {"source_id": tables.contact_inboxes[conversation.contact_inbox_id].source_id},
        },
    }
    if message.attachments:
        row["attachments"] = [attachment_body(a, message) for a in message.attachments]
    if message.sender:
        row["sender"] = sender_push(message.sender)
    return row


def last_public_message(tables: Tables, conversation: Conversation) -> Message | None:
    """The newest message that is neither a private note nor an activity."""
    public = [m for m in tables.thread(conversation.id) if not m.private and m.message_type != "activity"]
    return public[-1] if public else None


def conversation_body(tables: Tables, conversation: Conversation) -> Json:
    """`Conversations::EventDataPresenter#webhook_data` without `event`."""
    contact_inbox = tables.contact_inboxes[conversation.contact_inbox_id]
    last = last_public_message(tables, conversation)
    return {
        "additional_attributes": conversation.additional_attributes,
        "can_reply": True,
        "channel": tables.inboxes[conversation.inbox_id].channel_type,
        "contact_inbox": {
            "id": contact_inbox.id,
            "contact_id": contact_inbox.contact_id,
            "inbox_id": contact_inbox.inbox_id,
            "source_id": contact_inbox.source_id,
            "created_at": iso(contact_inbox.created_at),
            "updated_at": iso(contact_inbox.created_at),
            "hmac_verified": False,
            "pubsub_token": contact_inbox.pubsub_token,
        },
        "id": conversation.id,
        "inbox_id": conversation.inbox_id,
        "messages": [message_row(tables, last)] if last else [],
        "labels": list(conversation.label_list),
        "meta": _meta(tables, conversation),
        "status": conversation.status,
        "custom_attributes": dict(conversation.custom_attributes),
        "snoozed_until": iso(conversation.snoozed_until),
        "unread_count": unread_count(tables, conversation),
        "first_reply_created_at": iso(conversation.first_reply_created_at),
        "priority": conversation.priority,
        "waiting_since": epoch(conversation.waiting_since),
        "agent_last_seen_at": epoch(conversation.agent_last_seen_at),
        "contact_last_seen_at": epoch(conversation.contact_last_seen_at),
        "last_activity_at": epoch(conversation.last_activity_at),
        "timestamp": epoch(conversation.last_activity_at),
        "created_at": epoch(conversation.created_at),
        "updated_at": conversation.updated_at.timestamp(),
        "account": account_brief(tables, conversation.account_id),
    }


def _meta(tables: Tables, conversation: Conversation) -> Json:
    assignee: User | AgentBot | None = None
    if conversation.assignee_id is not None:
        assignee = tables.users[conversation.assignee_id]
    elif conversation.assignee_agent_bot_id is not None:
        assignee = tables.bots[conversation.assignee_agent_bot_id]
    team = tables.teams.get(conversation.team_id) if conversation.team_id is not None else None
    return {
        "sender": sender_push(tables.contacts[conversation.contact_id]),
        "assignee": sender_push(assignee) if assignee else None,
        "assignee_type": type(assignee).__name__ if assignee else None,
        "team": {"id": team.id, "name": team.name} if team else None,
        "hmac_verified": False,
    }


def message_body(tables: Tables, message: Message) -> Json:
    """`Message#webhook_data` without `event`."""
    inbox = tables.inboxes[message.inbox_id]
    body: Json = {
        "account": account_brief(tables, message.account_id),
        "additional_attributes": message.additional_attributes,
        "content_attributes": message.content_attributes,
        "content_type": message.content_type,
        "content": _webhook_content(tables, message),
        "conversation": conversation_body(tables, tables.conversations[message.conversation_id]),
        "created_at": iso(message.created_at),
        "id": message.id,
        "inbox": {"id": inbox.id, "name": inbox.name},
        "message_type": message.message_type,
        "private": message.private,
        "sender": sender_body(tables, message.sender),
        "source_id": message.source_id,
    }
    if message.attachments:
        body["attachments"] = [attachment_body(a, message) for a in message.attachments]
    return body


def _webhook_content(tables: Tables, message: Message) -> str | None:
    """Content without hard-break backslashes and trailing newlines; a mailed survey ends in its link."""
    if message.content is None:
        return None
    content = re.sub(r"\\\n", "\n", message.content).rstrip("\n")
    if message.content_type == "input_csat" and tables.inboxes[message.inbox_id].channel_type != WEBSITE:
        survey = tables.conversations[message.conversation_id].uuid
        return f"{content}, {tables.base_url}/survey/responses/{survey}"
    return content
