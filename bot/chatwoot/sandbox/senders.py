"""Contacts, agents and bots as they stand in webhook bodies and answers."""

from __future__ import annotations

from typing import Any

from bot.chatwoot.sandbox.records import AgentBot, Contact, User
from bot.chatwoot.sandbox.tables import Tables

Json = dict[str, Any]


def account_brief(tables: Tables, account_id: int) -> Json:
    """`{id, name}` of an account."""
    return {"id": account_id, "name": tables.accounts[account_id].name}


def contact_body(tables: Tables, contact: Contact) -> Json:
    """`Contact#webhook_data`: the sender of a message event; it has no `type`."""
    return {
        "account": account_brief(tables, contact.account_id),
        "additional_attributes": contact.additional_attributes,
        "avatar": "",
        "custom_attributes": contact.custom_attributes,
        "email": contact.email,
        "id": contact.id,
        "identifier": contact.identifier,
        "name": contact.name,
        "phone_number": contact.phone_number,
        "thumbnail": "",
        "blocked": contact.blocked,
    }


def sender_push(sender: Contact | User | AgentBot) -> Json:
    """`push_event_data` of a sender: the form inside `meta` and `messages[]`, and in REST answers."""
    if isinstance(sender, Contact):
        return {
            "additional_attributes": sender.additional_attributes,
            "custom_attributes": sender.custom_attributes,
            "email": sender.email,
            "id": sender.id,
            "identifier": sender.identifier,
            "name": sender.name,
            "phone_number": sender.phone_number,
            "thumbnail": "",
            "blocked": sender.blocked,
            "type": "contact",
        }
    if isinstance(sender, AgentBot):
        return {"id": sender.id, "name": sender.name, "avatar_url": "", "type": "agent_bot"}
    return {
        "id": sender.id,
        "name": sender.name,
        "available_name": sender.available_name,
        "avatar_url": "",
        "type": "user",
        "availability_status": sender.availability,
        "thumbnail": "",
    }


def sender_body(tables: Tables, sender: Contact | User | AgentBot | None) -> Json | None:
    """`webhook_data` of whoever sent a message; None for templates and activities."""
    if sender is None:
        return None
    if isinstance(sender, Contact):
        return contact_body(tables, sender)
    if isinstance(sender, AgentBot):
        return {"id": sender.id, "name": sender.name, "type": "agent_bot"}
    return {"id": sender.id, "name": sender.name, "email": sender.email, "type": "user"}
