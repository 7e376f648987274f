"""The contacts of the account, and the address that each has in an inbox."""

from __future__ import annotations

import uuid
from typing import Any

from bot.chatwoot.sandbox import records
from bot.chatwoot.sandbox.events import Events
from bot.chatwoot.sandbox.rails import changed_attribute
from bot.chatwoot.sandbox.records import Contact, ContactInbox, Inbox
from bot.chatwoot.sandbox.senders import contact_body
from bot.chatwoot.sandbox.tables import Tables


class AddressBook:
    """Finds contacts by their address and makes those that are new."""

    def __init__(self, tables: Tables, events: Events) -> None:
        self.tables = tables
        self.events = events

    def contact_inbox(self, inbox: Inbox, address: str, name: str) -> ContactInbox:
        """The contact's row for an inbox, found by the address or made, with the contact if need be."""
        by_phone = inbox.channel_type == records.SMS
        contact = (
            self.tables.find_contact(inbox.account_id, phone=address)
            if by_phone
            else self.tables.find_contact(inbox.account_id, email=address)
        )
        if contact is None:
            contact = self.add_contact(
                inbox.account_id,
                name=name,
                **({"phone_number": address} if by_phone else {"email": address}),
                additional_attributes=self._origin(inbox.channel_type),
            )
        for row in self.tables.contact_inboxes.values():
            if row.contact_id == contact.id and row.inbox_id == inbox.id:
                return row
        chosen = inbox.channel_type in (records.EMAIL, records.SMS)
        row = ContactInbox(
            id=self.tables.next_id("contact_inbox"),
            contact_id=contact.id,
            inbox_id=inbox.id,
            source_id=address
            if chosen
            else str(uuid.UUID(int=self.tables.random.getrandbits(128), version=4)),
            pubsub_token=self.tables.token(),
            created_at=self.tables.now(),
        )
        self.tables.contact_inboxes[row.id] = row
        return row

    def add_contact(self, account_id: int, **columns: Any) -> Contact:
        """A new contact; subscribed webhooks hear contact_created."""
        now = self.tables.now()
        contact = Contact(
            id=self.tables.next_id("contact"),
            account_id=account_id,
            created_at=now,
            updated_at=now,
            **columns,
        )
        self.tables.contacts[contact.id] = contact
        self.events.announce(
            "contact_created",
            account_id,
            lambda: contact_body(self.tables, contact) | {"event": "contact_created"},
        )
        return contact

    def change(self, contact: Contact, **columns: Any) -> None:
        """Set columns; subscribed webhooks hear contact_updated if anything is new."""
        changed = []
        for column, value in columns.items():
            before = getattr(contact, column)
            if before != value:
                setattr(contact, column, value)
                changed.append(changed_attribute(column, before, value))
        if not changed:
            return
        before, contact.updated_at = contact.updated_at, self.tables.now()
        changed.append(changed_attribute("updated_at", before, contact.updated_at))
        self.events.announce(
            "contact_updated",
            contact.account_id,
            lambda: (
                contact_body(self.tables, contact)
                | {"event": "contact_updated", "changed_attributes": changed}
            ),
        )

    def _origin(self, channel_type: str) -> dict[str, Any]:
        """What Chatwoot notes about where a new contact came from."""
        if channel_type == records.EMAIL:
            return {"source_id": f"email:{self.tables.token()}@mail.example"}
        if channel_type == records.SMS:
            return {"from_zip_code": "", "from_country": "GB", "from_state": ""}
        if channel_type == records.WEBSITE:
            return {
                "city": "Leeds",
                "country": "United Kingdom",
                "country_code": "GB",
                "created_at_ip": "203.0.113.24",
            }
        return {}
