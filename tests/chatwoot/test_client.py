"""What we ask of Chatwoot, against the stand-in over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.chatwoot.client import Chatwoot, Rights
from bot.chatwoot.liquid import neutral
from bot.chatwoot.payloads import read
from bot.chatwoot.sandbox import Sandbox
from plugins.errors import ChatwootForbidden, ChatwootRefused, ChatwootUnavailable
from plugins.model import Conversation, Priority


@pytest.fixture
async def chatwoot(sandbox: Sandbox) -> AsyncIterator[Chatwoot]:
    """A client with the bot's and an agent's token."""
    rights = Rights(bot=sandbox.bot.access_token, user=sandbox.agent_token)
    client = Chatwoot(sandbox.url, account_id=sandbox.account_id, rights=rights, timeout=2)
    yield client
    await client.close()


@pytest.fixture
async def number(sandbox: Sandbox) -> int:
    """The number of a conversation."""
    return (await sandbox.customer_writes("chat", "hello")).conversation_id


async def test_a_note_is_the_bot_s_and_carries_its_marker(
    sandbox: Sandbox, chatwoot: Chatwoot, number: int
) -> None:
    """A private note has the bot's name and can be found by its marker."""
    posted = await chatwoot.post(number, "a note", private=True, marker="m-1")
    (note,) = sandbox.notes(number)
    assert (note.id, note.sender) == (posted, sandbox.bot)
    assert await chatwoot.find_post(number, "m-1") == posted
    assert await chatwoot.find_post(number, "m-2") is None


async def test_a_long_thread_is_read_to_its_end(sandbox: Sandbox, chatwoot: Chatwoot, number: int) -> None:
    """Messages are read page by page, oldest first."""
    for n in range(120):
        await sandbox.agent_writes(number, f"line {n}")
    read_back = [
        message["content"] for message in await chatwoot.messages(number) if message["message_type"] == 1
    ]
    assert read_back == [f"line {n}" for n in range(120)]


async def test_labels_are_added_to_those_that_are_there(
    sandbox: Sandbox, chatwoot: Chatwoot, number: int
) -> None:
    """Adding a label keeps the others, and asking again changes nothing."""
    sandbox.conversation(number).label_list = ["vip"]
    await chatwoot.add_labels(number, ["refund", "vip"])
    await chatwoot.add_labels(number, ["refund"])
    assert sandbox.conversation(number).label_list == ["vip", "refund"]
    assert (
        len([one for one in sandbox.requests if one.method == "POST" and one.path.endswith("/labels")]) == 1
    )


async def test_attributes_are_merged_from_what_is_there(
    sandbox: Sandbox, chatwoot: Chatwoot, number: int
) -> None:
    """Setting an attribute keeps the others, also those set since the event."""
    sandbox.conversation(number).custom_attributes = {"plan": "gold"}
    stale = Conversation(id=number, account_id=sandbox.account_id)
    await chatwoot.merge_attributes(stale, {"triage": "P1"})
    assert sandbox.conversation(number).custom_attributes == {"plan": "gold", "triage": "P1"}


async def test_a_question_is_asked_again(sandbox: Sandbox, chatwoot: Chatwoot, number: int) -> None:
    """After 429, 500 and a broken connection a setting is made all the same."""
    sandbox.faults.refuse(429)
    sandbox.faults.refuse(500)
    sandbox.faults.lose_answers(times=1)
    await chatwoot.set_priority(number, Priority.P1)
    assert sandbox.conversation(number).priority == "high"


async def test_a_post_is_not_repeated_blindly(sandbox: Sandbox, chatwoot: Chatwoot, number: int) -> None:
    """A post whose answer is lost is reported as perhaps there, and is there once."""
    sandbox.faults.lose_answers(times=1, path="/messages")
    with pytest.raises(ChatwootUnavailable):
        await chatwoot.post(number, "a note", private=True, marker="m-1")
    assert len(sandbox.notes(number)) == 1


async def test_silence_is_an_outage(sandbox: Sandbox, chatwoot: Chatwoot, number: int) -> None:
    """A Chatwoot that does not answer in time is unavailable, with the call in the text."""
    sandbox.faults.hang(times=10)
    with pytest.raises(ChatwootUnavailable, match="toggle_priority"):
        await chatwoot.set_priority(number, Priority.P1)


async def test_a_missing_right_names_its_token(sandbox: Sandbox, number: int) -> None:
    """What a token may not do is told with the token's setting; a bot alone cannot list messages."""
    wrong = Chatwoot(sandbox.url, account_id=sandbox.account_id, rights=Rights(bot="wrong"))
    with pytest.raises(ChatwootForbidden, match=r"HOTDASH_CHATWOOT_BOT_TOKEN.*Invalid Access Token"):
        await wrong.open(number)
    with pytest.raises(ChatwootForbidden, match="HOTDASH_CHATWOOT_USER_TOKEN"):
        await wrong.messages(number)
    assert not wrong.reads_back
    await wrong.close()


async def test_what_is_gone_is_refused_with_its_status(chatwoot: Chatwoot) -> None:
    """A conversation that does not exist is no outage."""
    with pytest.raises(ChatwootRefused) as refused:
        await chatwoot.post(9_999, "a note", private=True, marker="m-1")
    assert refused.value.status == 404


async def test_teams_are_found_by_name(sandbox: Sandbox, chatwoot: Chatwoot, number: int) -> None:
    """A team is assigned by its name in any case; an unknown one is told apart from a failure."""
    assert await chatwoot.assign_team(number, "Payments")
    assert sandbox.conversation(number).team_id == 4
    assert not await chatwoot.assign_team(number, "nobody")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("{{ contact.email }}", "{ { contact.email }}"),
        ("{% if x %}", "{ % if x %}"),
        ("{{{", "{ { {"),
        ("{ plain } 100%", "{ plain } 100%"),
    ],
)
def test_no_template_is_left(text: str, safe: str) -> None:
    """Both opening marks of Liquid are broken up, and nothing else is touched; twice is as once."""
    assert neutral(text) == safe
    assert neutral(safe) == safe


async def test_our_own_post_is_recognised_when_it_comes_back(
    sandbox: Sandbox, chatwoot: Chatwoot, number: int
) -> None:
    """The event in which Chatwoot tells us of our note carries the marker."""
    await chatwoot.post(number, "a note", private=True, marker="m-1")
    (note,) = sandbox.notes(number)
    body = {
        "event": "message_created",
        "id": note.id,
        "message_type": "outgoing",
        "private": True,
        "content_attributes": note.content_attributes,
        "conversation": {"id": number},
    }
    news = read(body, account_id=1)
    assert getattr(news, "marker", None) == "m-1"
