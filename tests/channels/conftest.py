"""Messages and drafts for the channels' tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from plugins.model import Contact, Conversation, Draft, Message


@pytest.fixture
def message() -> Callable[..., Message]:
    """Makes a customer's message; any field can be given."""

    def make(content: str = "Where is my order?", *, channel: str = "email", **fields: Any) -> Message:
        contact = fields.pop("contact", Contact(id=7, name="Ada Lovelace", email="ada@example.com"))
        return Message(
            id=1,
            conversation=Conversation(id=3, account_id=1),
            contact=contact,
            channel=channel,
            content=content,
            raw_content=fields.pop("raw_content", content),
            received_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
            **fields,
        )

    return make


@pytest.fixture
def draft() -> Callable[..., Draft]:
    """Makes a draft with an answer."""

    def make(answer: str, **fields: Any) -> Draft:
        return Draft(answer=answer, confidence=0.9, citations=(), sentences=(), **fields)

    return make
