"""Chatwoot's payloads are read as what they mean."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chatwoot.payloads import ConversationEvent, MessageEvent, envelope, read
from plugins.errors import BadRequest
from plugins.model import Priority, Status

#: Payload files of messages → (written by, kind, private, a customer wrote it).
MEANINGS = {
    "message_created.api.incoming.pending": ("contact", "incoming", False, True),
    "message_created.email.csat_request": ("system", "template", False, False),
    "message_created.email.incoming.pending": ("contact", "incoming", False, True),
    "message_created.email.outgoing_by_agent": ("user", "outgoing", False, False),
    "message_created.private_note.by_agent.email": ("user", "outgoing", True, False),
    "message_created.private_note.by_bot.email": ("agent_bot", "outgoing", True, False),
    "message_created.twilio_sms.incoming.mms_no_text": ("contact", "incoming", False, True),
    "message_created.twilio_sms.incoming.open": ("contact", "incoming", False, True),
    "message_created.website.csat_request": ("system", "template", False, False),
    "message_created.website.incoming.bot_owned_v4_16plus": ("contact", "incoming", False, True),
    "message_created.website.incoming.pending": ("contact", "incoming", False, True),
    "message_created.website.outgoing_by_bot.input_select": ("agent_bot", "outgoing", False, False),
    "message_updated.deleted_by_agent": ("user", "outgoing", False, False),
    "message_updated.email.source_id_set_after_send": ("user", "outgoing", False, False),
    "message_updated.website.csat_response": ("system", "template", False, False),
    "message_updated.website.input_select_submitted": ("agent_bot", "outgoing", False, False),
}

EXAMPLE = {
    "event": "message_created",
    "id": "12345",
    "conversation": {
        "id": 789,
        "inbox_id": 1,
        "status": "open",
        "priority": "normal",
        "custom_attributes": {"order_number": "12345", "customer_email": "customer@example.com"},
    },
    "message": {
        "id": 456,
        "content": "Where is my order?",
        "message_type": "incoming",
        "created_at": "2025-10-15T10:00:00Z",
        "sender": {"id": 123, "name": "John Doe", "email": "customer@example.com"},
    },
}


@pytest.fixture(scope="module")
def payloads(shared_data: Path) -> dict[str, dict[str, Any]]:
    """All payload files by their names."""
    files = (shared_data / "chatwoot/payloads").glob("[a-z]*.json")
    return {file.stem: json.loads(file.read_text()) for file in files}


def test_every_message_has_its_author(payloads: dict[str, dict[str, Any]]) -> None:
    """Customers, agents, bots and Chatwoot itself are told apart in every message payload."""
    messages = {name: body for name, body in payloads.items() if name.startswith("message_")}
    assert messages.keys() == MEANINGS.keys()
    for name, body in messages.items():
        news = read(body, account_id=1)
        assert isinstance(news, MessageEvent)
        assert (news.author, news.kind, news.private, news.from_customer) == MEANINGS[name], name


def test_every_conversation_is_read(payloads: dict[str, dict[str, Any]]) -> None:
    """Every conversation event gives the conversation with its number, inbox and time."""
    conversations = [
        body for name, body in payloads.items() if envelope(body).event.startswith("conversation_")
    ]
    wanted = [body for body in conversations if envelope(body).wanted]
    assert len(wanted) == 14
    for body in wanted:
        news = read(body, account_id=1)
        assert isinstance(news, ConversationEvent)
        assert news.conversation.id == body["id"]
        assert news.conversation.inbox_type == body["channel"]
        assert news.conversation.updated_at is not None


def test_other_events_are_not_wanted(payloads: dict[str, dict[str, Any]]) -> None:
    """Typing, contacts, inboxes, widgets, macros and automations are kept but not worked."""
    unwanted = {body["event"] for body in payloads.values() if not envelope(body).wanted}
    assert unwanted == {
        "automation_event.message_created",
        "contact_created",
        "contact_updated",
        "conversation_typing_off",
        "conversation_typing_on",
        "inbox_created",
        "inbox_updated",
        "macro.executed",
        "webwidget_triggered",
    }


def test_the_specification_s_nested_example_is_read() -> None:
    """The nested form of the specification (§7) says the same as Chatwoot's flat one."""
    news = read(EXAMPLE, account_id=7)
    assert isinstance(news, MessageEvent)
    assert news.from_customer
    assert (news.id, news.content) == (456, "Where is my order?")
    assert (news.conversation.id, news.conversation.account_id) == (789, 7)
    assert news.contact.email == "customer@example.com"
    assert news.written_at == datetime(2025, 10, 15, 10, tzinfo=UTC)
    assert envelope(EXAMPLE).conversation_id == 789
    assert envelope(EXAMPLE).dedup_key == "message_created:456"


def test_bot_and_account_deliveries_are_one_happening(payloads: dict[str, dict[str, Any]]) -> None:
    """A message has one key whatever else its payload says; its change has none."""
    bot = payloads["message_created.website.incoming.pending"]
    account = copy.deepcopy(bot)
    account["conversation"]["updated_at"] += 5
    assert envelope(bot).dedup_key == envelope(account).dedup_key is not None
    assert envelope(payloads["message_updated.deleted_by_agent"]).dedup_key is None


def test_the_newest_part_of_a_mail_is_found(payloads: dict[str, dict[str, Any]]) -> None:
    """Chatwoot's own cut of a mail's history is used, and the whole text kept beside it."""
    news = read(payloads["message_created.email.incoming.pending"], account_id=1)
    assert isinstance(news, MessageEvent)
    assert "wrote:" in news.content
    assert "wrote:" not in news.trimmed
    assert news.subject == "Order NW-20418 arrived damaged"
    assert [attachment.name for attachment in news.attachments] == ["broken-pole.jpg"]


def test_words_of_chatwoot_become_ours(payloads: dict[str, dict[str, Any]]) -> None:
    """Status and priority are translated; what we do not know is left open."""
    body = payloads["conversation_updated.priority"]
    news = read({**body, "priority": "urgent", "status": "snoozed"}, account_id=1)
    assert (news.conversation.priority, news.conversation.status) == (Priority.P0, Status.SNOOZED)
    news = read({**body, "priority": "odd", "status": "odd"}, account_id=1)
    assert (news.conversation.priority, news.conversation.status) == (None, Status.OPEN)


def test_what_postgres_cannot_hold_is_replaced() -> None:
    """NUL bytes and half surrogates vanish from texts, names and attributes."""
    body = copy.deepcopy(EXAMPLE)
    body["message"]["content"] = "a\x00b\ud800c"
    body["conversation"]["custom_attributes"] = {"k\x00": ["\ud800", {"x": "\x00"}]}
    news = read(body, account_id=1)
    assert isinstance(news, MessageEvent)
    assert news.content == "ab?c"
    assert news.conversation.attributes == {"k": ["?", {"x": ""}]}


def test_faults_are_named_together() -> None:
    """A payload that is not Chatwoot's is refused with every field that is wrong."""
    with pytest.raises(BadRequest, match=r"conversation\.id: .*; id: |id: .*; conversation\.id: ") as refused:
        read({"event": "message_created", "id": -1, "conversation": {"id": 2**40}}, account_id=1)
    assert refused.value.status == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    event=st.sampled_from(["message_created", "message_updated", "conversation_updated"]) | JSON,
    fields=st.dictionaries(
        st.sampled_from([*EXAMPLE["message"], "conversation", "message", "meta", "labels", "updated_at"]),
        JSON,
    ),
)
def test_no_payload_breaks_the_reader(event: object, fields: dict[str, object]) -> None:
    """Whatever stands in a payload, its outside can be told, and its inside is read or refused in words."""
    body = {**EXAMPLE, **fields, "event": event}
    about = envelope(body)
    assert about.event
    if about.wanted:
        try:
            read(body, account_id=1)
        except BadRequest as refused:
            assert str(refused)


def test_who_is_vouched_for(payloads: dict[str, dict[str, Any]]) -> None:
    """A mail or an SMS proves its sender; a visitor of the website only if the shop signed them in."""
    for name, verified in {
        "message_created.email.incoming.pending": True,
        "message_created.twilio_sms.incoming.open": True,
        "message_created.website.incoming.pending": False,
        "message_created.api.incoming.pending": False,
    }.items():
        news = read(payloads[name], account_id=1)
        assert news.contact.verified is verified, name
    signed_in = copy.deepcopy(payloads["message_created.website.incoming.pending"])
    signed_in["conversation"]["meta"]["hmac_verified"] = True
    assert read(signed_in, account_id=1).contact.verified
