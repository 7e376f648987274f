"""The stand-in's database: one table per record, ids that never repeat, and a signal on every change."""

from __future__ import annotations

import asyncio
import random
import string
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.chatwoot.sandbox import records

_BASE58 = "".join(sorted(set(string.ascii_letters + string.digits) - set("0OIl")))


class Tables:
    """All rows, by id. Ids of different tables start far apart, so that a mixed-up id is found at once."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable tokens for a stand-in; nothing real is guarded
        self.accounts: dict[int, records.Account] = {}
        self.users: dict[int, records.User] = {}
        self.bots: dict[int, records.AgentBot] = {}
        self.teams: dict[int, records.Team] = {}
        self.inboxes: dict[int, records.Inbox] = {}
        self.contacts: dict[int, records.Contact] = {}
        self.contact_inboxes: dict[int, records.ContactInbox] = {}
        self.conversations: dict[int, records.Conversation] = {}
        self.messages: dict[int, records.Message] = {}
        self.attachments: dict[int, records.Attachment] = {}
        self.webhooks: dict[int, records.Webhook] = {}
        self.labels: dict[int, records.Label] = {}
        self.attribute_definitions: dict[int, records.AttributeDefinition] = {}
        self.dashboard_apps: dict[int, records.DashboardApp] = {}
        self.csat_responses: dict[int, records.CsatResponse] = {}
        self._last_id: defaultdict[str, int] = defaultdict(
            int, contact=4300, contact_inbox=5100, conversation=100, message=90200, attachment=7700
        )
        self.base_url = ""  #: Where the stand-in is served.
        self.version = 0  #: Counts the changes.
        self._now = datetime.now(UTC)
        self._changed = asyncio.Event()

    def next_id(self, table: str) -> int:
        """A fresh id of the named table."""
        self._last_id[table] += 1
        return self._last_id[table]

    def token(self) -> str:
        """24 base58 characters, as Rails' has_secure_token makes them."""
        return "".join(self.random.choices(_BASE58, k=24))

    def now(self) -> datetime:
        """The current time; always later than the one before, so that snapshots can be ordered by it."""
        self._now = max(datetime.now(UTC), self._now + timedelta(microseconds=1))
        return self._now

    def thread(self, conversation_id: int) -> list[records.Message]:
        """All messages of a conversation by id, private notes and activities included."""
        return [m for m in self.messages.values() if m.conversation_id == conversation_id]

    def find_contact(
        self, account_id: int, *, email: str | None = None, phone: str | None = None
    ) -> records.Contact | None:
        """The contact with this e-mail address or phone number."""
        for contact in self.contacts.values():
            same_email = email is not None and (contact.email or "").casefold() == email.casefold()
            same_phone = phone is not None and contact.phone_number == phone
            if contact.account_id == account_id and (same_email or same_phone):
                return contact
        return None

    def changed(self) -> None:
        """Wake everybody who waits in `until`."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, predicate: Callable[[], bool]) -> None:
        """Return as soon as the predicate holds; it is asked again after every change."""
        while not predicate():
            await self._changed.wait()
