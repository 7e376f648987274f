"""Outgoing content is a Liquid template in Chatwoot: what looks like code vanishes or is replaced."""

from __future__ import annotations

import re
from typing import Any

from liquid import Environment
from liquid.exceptions import LiquidError

from bot.chatwoot.sandbox.records import AgentBot, Contact, Conversation, User
from bot.chatwoot.sandbox.tables import Tables

_ENVIRONMENT = Environment(strict_filters=False)
_CODE_SPAN = re.compile(r"`(.*?)`", re.DOTALL)


def rendered(
    content: str, tables: Tables, conversation: Conversation, sender: User | AgentBot | Contact | None
) -> str:
    """Content after Liquid; code spans in backticks stay, and so does text that is no valid template.

    Source: app/models/concerns/liquidable.rb.
    """
    guarded = _CODE_SPAN.sub(r"{% raw %}`\1`{% endraw %}", content)
    try:
        return _ENVIRONMENT.from_string(guarded).render(**_drops(tables, conversation, sender))
    except LiquidError:
        return content


def _drops(
    tables: Tables, conversation: Conversation, sender: User | AgentBot | Contact | None
) -> dict[str, Any]:
    contact = tables.contacts[conversation.contact_id]
    return {
        "contact": _person(contact.name)
        | {
            "email": contact.email,
            "phone_number": contact.phone_number,
            "custom_attribute": contact.custom_attributes,
        },
        "agent": _person(sender.name if sender else "")
        | {"email": sender.email if isinstance(sender, User) else None},
        "conversation": {"display_id": conversation.id, "custom_attribute": conversation.custom_attributes},
        "inbox": {"name": tables.inboxes[conversation.inbox_id].name},
        "account": {"name": tables.accounts[conversation.account_id].name},
    }


def _person(name: str) -> dict[str, Any]:
    words = name.split()
    return {
        "name": " ".join(word.capitalize() for word in words),
        "first_name": words[0].capitalize() if words else "",
        "last_name": words[-1].capitalize() if len(words) > 1 else "",
    }
