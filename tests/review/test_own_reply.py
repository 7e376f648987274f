"""An agent's own public reply counts as approved, edited or replaced."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from service_at_work import Service

from bot.review.desk import Desk
from bot.review.people import Person


@pytest.mark.parametrize(
    ("change", "kind", "flags"),
    [
        (lambda text: text, "approved", []),
        (lambda text: text.replace("3", "9", 1), "approved", ["numbers"]),
        (lambda text: text + " It is not cheap, I am afraid, but it is quick.", "edited", ["negation"]),
        (lambda text: "Call us.", "replaced", ["numbers"]),
    ],
)
async def test_an_own_reply_is_weighed(service: Service, desk: Desk, change, kind, flags) -> None:
    """Similarity decides what it is; changed numbers and negations are flagged however small."""
    message = await service.asks()
    card = await desk.reviews.latest(message.conversation_id)
    await service.sandbox.agent_writes(message.conversation_id, change(card.text))
    await service.settled()
    (verdict,) = await desk.reviews.history(card.id)
    assert (verdict.kind, verdict.way, verdict.by_name) == (kind, "own_reply", "Ines Duarte")
    assert verdict.flags == flags
    assert await service.count("support_approvals") == (kind != "replaced")
    assert (await desk.card(card.id)).state == ("replaced" if kind == "replaced" else "approved")


async def test_an_own_reply_stops_an_approval_that_waits(service: Service, desk: Desk, ines: Person) -> None:
    """What was approved but has not left does not follow a colleague's own words."""
    message = await service.asks()
    card = await desk.reviews.latest(message.conversation_id)
    slow = replace(desk, undo_for=timedelta(minutes=5))
    await slow.approve(card.id, card.version, ines, "page")
    await service.sandbox.agent_writes(message.conversation_id, "I have called you about it.")
    await service.settled()
    await service.database.run("update jobs set run_at = now() where kind = 'send'")
    await service.settled()
    thread = service.sandbox.messages(message.conversation_id)
    public = [one.content for one in thread if one.message_type == "outgoing" and not one.private]
    assert public == ["I have called you about it."]
    undone, own = await desk.reviews.history(card.id)
    assert undone.undone_because == "Ines Duarte answered first"
    assert own.kind == "replaced"
