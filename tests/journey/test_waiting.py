"""A customer of the live chat sees that somebody is at it, and is told once if an answer takes its time."""

from __future__ import annotations

from pathlib import Path

import pytest
from service_at_work import REPOSITORY, Service, Starter

HOLDING = "Thanks! A colleague is checking this."


@pytest.fixture
def always_open(tmp_path: Path) -> Path:
    """The shipped rules, with business hours that never end."""
    rules = (REPOSITORY / "rules.yaml").read_text(encoding="utf-8")
    rules = rules.replace('"09:00-17:00"', '"00:00-24:00"').replace(": closed", ': "00:00-24:00"')
    path = tmp_path / "rules.yaml"
    path.write_text(rules.replace("  holidays: {country: US}\n", ""), encoding="utf-8")
    return path


def said(service: Service, conversation: int) -> list[str]:
    """What the customer was told in public."""
    messages = service.sandbox.messages(conversation)
    return [one.content for one in messages if one.message_type == "outgoing" and not one.private]


def typing(service: Service, conversation: int) -> list[str]:
    """What the website was told of our typing, in order."""
    path = f"/conversations/{conversation}/toggle_typing_status"
    return [one.params["typing_status"] for one in service.sandbox.requests if one.path.endswith(path)]


async def test_typing_is_shown_while_a_draft_is_made(service: Service) -> None:
    """The website shows typing, and no longer once the draft is there."""
    message = await service.asks(channel="chat")
    assert typing(service, message.conversation_id) == ["on", "off"]


@pytest.mark.parametrize("channel", ["email", "sms"])
async def test_no_typing_where_nobody_sees_it(service: Service, channel: str) -> None:
    """Other channels have no such thing."""
    message = await service.asks(channel=channel)
    assert typing(service, message.conversation_id) == []


async def test_the_holding_message_is_said_once(start: Starter, always_open: Path) -> None:
    """A second question before the answer brings a second note, but no second holding message."""
    service = await start(holding_message=HOLDING, rules=always_open)
    message = await service.asks(channel="chat")
    await service.settled()
    assert said(service, message.conversation_id) == [HOLDING]
    await service.asks("And how much does it cost?", channel="chat")
    assert said(service, message.conversation_id) == [HOLDING]


async def test_nothing_is_said_unasked(start: Starter, always_open: Path) -> None:
    """Without the setting, and in other channels than live chat, the customer gets nothing unapproved."""
    service = await start(rules=always_open)
    chat = await service.asks(channel="chat")
    assert said(service, chat.conversation_id) == []
