"""Contacts: the list, one of them, a search, and their conversations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.chatwoot.sandbox.api.call import Call, endpoint
from bot.chatwoot.sandbox.records import Contact
from bot.chatwoot.sandbox.views import contact_view, conversation_view

PER_PAGE = 15
_WRITABLE = (
    "name",
    "email",
    "phone_number",
    "identifier",
    "custom_attributes",
    "additional_attributes",
    "blocked",
)


def _with_inboxes(call: Call, contact: Contact) -> dict[str, Any]:
    rows = [row for row in call.tables.contact_inboxes.values() if row.contact_id == contact.id]
    inboxes = [(row.source_id, call.tables.inboxes[row.inbox_id]) for row in rows]
    return contact_view(contact) | {
        "contact_inboxes": [
            {
                "source_id": source_id,
                "inbox": {
                    "id": inbox.id,
                    "avatar_url": "",
                    "channel_id": inbox.id,
                    "name": inbox.name,
                    "channel_type": inbox.channel_type,
                    "provider": None,
                },
            }
            for source_id, inbox in inboxes
        ]
    }


def _page(call: Call, contacts: list[Contact]) -> dict[str, Any]:
    oldest = datetime.min.replace(tzinfo=UTC)
    contacts.sort(key=lambda c: c.last_activity_at or oldest, reverse=True)
    shown = contacts[(call.page - 1) * PER_PAGE : call.page * PER_PAGE]
    return {
        "meta": {"count": len(contacts), "current_page": call.page},
        "payload": [_with_inboxes(call, contact) for contact in shown],
    }


@endpoint("GET", "/contacts", "contacts#index")
async def index(call: Call) -> Any:
    """All contacts, 15 a page, the latest active first."""
    return _page(call, call.own(call.tables.contacts))


@endpoint("GET", "/contacts/search", "contacts#search")
async def search(call: Call) -> Any:
    """Contacts whose name, e-mail address, phone number or identifier contains `q`."""
    words = call.query.get("q", "").casefold()

    def has(contact: Contact) -> bool:
        texts = (contact.name, contact.email, contact.phone_number, contact.identifier)
        return any(words in text.casefold() for text in texts if text)

    return _page(call, [contact for contact in call.own(call.tables.contacts) if has(contact)])


@endpoint("POST", "/contacts", "contacts#create")
async def create(call: Call) -> Any:
    """A new contact."""
    columns = {name: call.params[name] for name in _WRITABLE if name in call.params}
    contact = call.desk.address_book.add_contact(call.account_id, **columns)
    return {"payload": {"contact": _with_inboxes(call, contact), "contact_inbox": None}}


@endpoint("GET", "/contacts/{id}", "contacts#show")
async def show(call: Call) -> Any:
    """One contact."""
    return {"payload": _with_inboxes(call, call.find(call.tables.contacts))}


@endpoint("PUT", "/contacts/{id}", "contacts#update")
async def update(call: Call) -> Any:
    """Change a contact; custom attributes are merged here, unlike those of a conversation."""
    contact = call.find(call.tables.contacts)
    columns = {name: call.params[name] for name in _WRITABLE if name in call.params}
    for name in columns.keys() & {"custom_attributes", "additional_attributes"}:
        columns[name] = getattr(contact, name) | columns[name]
    call.desk.address_book.change(contact, **columns)
    return {"payload": _with_inboxes(call, contact)}


@endpoint("GET", "/contacts/{id}/conversations", "contacts/conversations#index")
async def conversations(call: Call) -> Any:
    """The contact's last 20 conversations by activity."""
    contact = call.find(call.tables.contacts)
    own = [c for c in call.own(call.tables.conversations) if c.contact_id == contact.id]
    own.sort(key=lambda c: c.last_activity_at, reverse=True)
    return {"payload": [conversation_view(call.tables, c, call.who) for c in own[:20]]}
