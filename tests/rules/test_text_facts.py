"""What the words of a message tell: anger, a wish for a person, the language."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.model import Attachment, Contact, Conversation, Facts, Message
from rules.anger import anger
from rules.asks_human import asks_human
from rules.facts import STANDARD, facts_in, read_text_facts, standard_registry
from rules.message_language import message_language


@pytest.mark.parametrize(
    "text",
    [
        "This is ridiculous and unacceptable",
        "Your service is pathetic",
        "What the f*** is wrong with you people",
        "I am so angry right now",
        "THIS IS THE WORST COMPANY EVER!!!",
        "I am sick and tired of waiting, nobody answers me",
        "how dare you charge me again?!",
    ],
)
def test_anger_is_heard(text: str) -> None:
    """Rage, hostile words and complaints said to us reach the threshold of rules.yaml."""
    assert anger(text) >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order?",
        "My card was declined, please help",
        "The screen is broken",
        "I hope you can help me, thanks",
        "WHERE IS MY ORDER",
        "Sorry to bother you, the parcel is late",
        "Do you sell classic Shirts by Dickens?",
    ],
)
def test_trouble_is_not_anger(text: str) -> None:
    """Having a problem, or writing in capitals, is not yet anger."""
    assert anger(text) < 0.5


@given(st.text())
def test_anger_has_its_bounds(text: str) -> None:
    """Anger lies between 0 and 1 for any text, and is the same each time."""
    assert 0 <= anger(text) <= 1
    assert anger(text) == anger(text)


@pytest.mark.parametrize(
    "text",
    [
        "Let me talk to a human",
        "agent please",
        "can you connect me with customer service?",
        "I want to speak with your manager",
        "no bots please",
        "are you a real person?",
        "put me through to the billing department",
        "call center is not reachable",
        "Quiero hablar con una persona",
        "Ich möchte mit einem Mitarbeiter sprechen",
        "Je veux parler à un conseiller",
    ],
)
def test_wish_for_a_person(text: str) -> None:
    """Whoever asks for a person is understood, in several languages."""
    assert asks_human(text)


@pytest.mark.parametrize(
    "text",
    [
        "how do I send money to someone",
        "I booked through my travel agent",
        "someone stole my card",
        "I was contacted by somebody from your company",
        "do you sell robots",
        "is the manager's special still on?",
        "how can I track my order",
    ],
)
def test_other_people_are_not_asked_for(text: str) -> None:
    """Naming people is not asking for one."""
    assert not asks_human(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my order, please?", "en"),
        ("Wo ist meine Bestellung geblieben?", "de"),
        ("¿Dónde está mi pedido, por favor?", "es"),
        ("Où est ma commande ?", "fr"),
        ("注文した商品はどこにありますか", "ja"),
        ("ok", None),
        ("12345", None),
        ("", None),
    ],
)
def test_language(text: str, code: str | None) -> None:
    """The language is told offline, and not guessed from too few letters."""
    assert message_language(text) == code


def _message(**changes: Any) -> Message:
    known: dict[str, Any] = {
        "id": 1,
        "conversation": Conversation(id=7, account_id=1, inbox_id=3),
        "contact": Contact(id=2),
        "channel": "email",
        "content": "I want my $150 back, let me talk to a human",
        "raw_content": "…",
        "received_at": datetime(2026, 3, 2, tzinfo=UTC),
        "subject": "Refund",
        "attachments": (Attachment(kind="image"),),
    }
    return Message(**{**known, **changes})


def test_facts_of_a_message() -> None:
    """All facts of the words come with their registered names; the subject is part of the text."""
    facts = read_text_facts(_message())
    assert facts["message.text"].startswith("Refund\nI want")
    assert str(facts["message.refund_amount"]) == "150.00 USD"
    assert facts["message.asks_human"] is True
    assert (facts["message.channel"], facts["message.inbox"], facts["message.attachments"]) == ("email", 3, 1)
    assert set(facts) == {spec.name for spec in STANDARD if spec.name.startswith("message.")}


def test_values_have_the_registered_types() -> None:
    """Every fact read from a message is of the type that the registry names."""
    registry = standard_registry()
    facts = Facts(read_text_facts(_message()))
    for name, value in facts.values.items():
        spec = registry.get(name)
        assert spec is not None
        assert spec.value_in(facts, name) == value


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "a hundred and " * 20_000, "give " * 40_000, "1 " * 100_000 + "$"]
)
def test_a_giant_text_is_quick(text: str) -> None:
    """However long or odd a text is, its facts are read in well under a second."""
    start = datetime.now(UTC)
    facts_in(text)
    assert (datetime.now(UTC) - start).total_seconds() < 1


@given(st.text(st.characters(codec=None)))
def test_any_text_is_read(text: str) -> None:
    """Any string, half characters too, has facts."""
    assert facts_in(text)["message.length"] == len(text)


def test_hostile_texts_are_read(shared_data: Path) -> None:
    """No text that is known to break programs breaks the facts."""
    for line in filter(None, (shared_data / "hostile.jsonl").read_text(encoding="utf-8").split("\n")):
        row = json.loads(line)
        if isinstance(row.get("text"), str):
            facts_in(row["text"])
