"""Webhooks that do not arrive: asking Chatwoot takes up what was missed, once, and people hear of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from service_at_work import QUESTION, Service, running

from bot.chatwoot.client import Chatwoot, Rights
from bot.chatwoot.sandbox.records import Message
from bot.service_level.poller import EVERY, POLL
from bot.service_level.registration import SUBSCRIPTIONS, Registration
from plugins.errors import ChatwootUnavailable
from plugins.model import Priority
from rules.book import RuleBook
from rules.facts import standard_registry

MINUTE = timedelta(minutes=1)


@pytest.fixture
def polled(shop):
    """The shop at the real time of day, which the stand-in Chatwoot knows."""
    shop.now = datetime.now(UTC)
    return shop


async def _poll(shop) -> None:
    await shop.service.handlers[POLL](shop.job(POLL, {"slot": shop.now.isoformat()}))


async def _kept(shop) -> dict[str, int]:
    """How many events of each kind are kept."""
    rows = await shop.column("select event || '/' || source from webhook_events")
    return {name: rows.count(name) for name in rows}


async def test_missed_messages_are_taken_up_once(polled) -> None:
    """Everything said lately is kept, by polls that overlap, once each; activity and old news is not."""
    conversation = await polled.conversation()
    await polled.sandbox.agent_writes(conversation, "How can I help?")
    for _ in range(3):
        await _poll(polled)
        polled.now += MINUTE
    kept = await _kept(polled)
    assert kept["message_created/poll"] == 2
    assert await polled.count("jobs", "kind = 'event' and key like '%%'") == sum(kept.values())


async def test_what_came_by_webhook_is_not_taken_up_again(polled) -> None:
    """A message that a webhook brought has the same key when it is found by asking."""
    message = await polled.sandbox.customer_writes("email", "Hello", contact="ada@example.org")
    await polled.brought(message)
    await _poll(polled)
    assert (await _kept(polled))["message_created/webhook"] == 1
    assert "message_created/poll" not in await _kept(polled)


async def test_first_poll_leaves_history_alone(polled) -> None:
    """What was written before the service was there is not taken up."""
    await polled.conversation()
    polled.now += timedelta(hours=1)
    await _poll(polled)
    assert "message_created/poll" not in await _kept(polled)


async def test_poll_looks_back_over_an_outage_of_our_own(polled) -> None:
    """After the service was down for long, the next poll goes back to where the last one ended."""
    await _poll(polled)
    await polled.conversation()
    polled.now += timedelta(hours=7)
    await _poll(polled)
    assert (await _kept(polled))["message_created/poll"] == 1
    assert polled.pagers.calls == []


async def test_silent_webhooks_are_told_of_once(polled) -> None:
    """When webhooks stay out whoever is on call hears it once, then a manager, and both when it is over."""
    await _poll(polled)
    for _ in range(3):
        await polled.conversation()
        polled.now += EVERY
        await _poll(polled)
        await polled.until(polled.now)
    polled.now += EVERY
    message = await polled.sandbox.customer_writes("email", "Hello again", contact="ada@example.org")
    await polled.brought(message)
    await _poll(polled)
    await polled.wait(MINUTE)
    on_call, managers = polled.pagers.heard()
    assert on_call[1] == managers[1] == "Webhooks not working"
    assert managers[0] == "managers"
    over = polled.pagers.heard("resolve")
    assert {name for name, _ in over} == {on_call[0], "managers"}
    assert {title for _, title in over} == {"Works again after 15 min: webhooks."}


async def test_chatwoot_that_is_down(polled) -> None:
    """While Chatwoot refuses, the poll is tried again; people hear it once, and when it is back."""
    polled.sandbox.faults.refuse(503, times=8, path="/conversations")
    for _ in range(2):
        with pytest.raises(ChatwootUnavailable):
            await _poll(polled)
    await polled.wait(MINUTE)
    assert [title for _, title in polled.pagers.heard()] == ["Chatwoot not working"]
    await _poll(polled)
    await polled.wait(MINUTE)
    assert len(polled.pagers.heard("resolve")) == 1


async def test_one_poll_for_all_workers(polled) -> None:
    """Any number of processes queue one poll for each five minutes."""
    for _ in range(3):
        await polled.service.poller.start()
    await _poll(polled)
    await _poll(polled)
    assert await polled.count("jobs", "kind = 'poll'") == 2


async def test_poll_that_waited_is_skipped(polled) -> None:
    """After an outage of Chatwoot the polls that waited behind each other are done by one."""
    await _poll(polled)
    before = len(polled.sandbox.requests)
    late = polled.job(POLL, {"slot": (polled.now - 3 * EVERY).isoformat()})
    await polled.service.handlers[POLL](late)
    assert len(polled.sandbox.requests) == before


async def test_new_rules_reach_running_clocks(polled, rules_text: str) -> None:
    """When the rules promise more, clocks that run are due sooner after the next poll."""
    conversation = await polled.conversation()
    await polled.customer(conversation, Priority.P1)
    await _poll(polled)
    rules = rules_text.replace("first_response: 1h, ", "first_response: 20m, ")
    polled.follow(RuleBook.parse(rules, registry=standard_registry()))
    polled.now += EVERY
    await _poll(polled)
    await polled.until(polled.now)
    first = next(one for one in await polled.clocks.waiting() if one.metric == "first_response")
    assert first.due_at == first.started_at + timedelta(minutes=20)


async def test_without_a_users_token(polled) -> None:
    """A bot's token can ask nothing, so no poll is queued."""
    bot = Chatwoot(polled.sandbox.url, account_id=2, rights=Rights(bot=polled.sandbox.bot.access_token))
    await replace(polled.service.poller, chatwoot=bot).start()
    await bot.close()
    assert await polled.count("jobs", "kind = 'poll'") == 0


ADDRESS = "https://drafts.example.com/api/webhooks/chatwoot"


@asynccontextmanager
async def _registration(shop, *, may_create: bool = False, token: str = "") -> AsyncIterator[Registration]:
    rights = Rights(bot=shop.sandbox.bot.access_token, user=token or shop.sandbox.admin_token)
    chatwoot = Chatwoot(shop.sandbox.url, account_id=shop.sandbox.account_id, rights=rights)
    yield Registration(chatwoot, ADDRESS, may_create=may_create)
    await chatwoot.close()


async def test_subscriptions_are_completed(polled) -> None:
    """A webhook that lacks events gets them; what else it tells of stays."""
    webhook = polled.sandbox.add_webhook(ADDRESS, ["message_created", "contact_created"])
    async with _registration(polled) as registration:
        assert await registration.repair() is None
    assert set(webhook.subscriptions) == {*SUBSCRIPTIONS, "contact_created"}


async def test_good_registration_stays(polled) -> None:
    """A webhook in order is left as it is."""
    polled.sandbox.add_webhook(ADDRESS, SUBSCRIPTIONS)
    async with _registration(polled) as registration:
        assert await registration.repair() is None
    assert [request.method for request in polled.sandbox.requests] == ["GET"]


async def test_missing_webhook(polled) -> None:
    """A missing webhook is added where its address proves who sends; else a person is told what to do."""
    async with _registration(polled) as registration:
        assert "HOTDASH_WEBHOOK_SECRETS" in (await registration.repair() or "")
    async with _registration(polled, may_create=True) as registration:
        assert await registration.repair() is None
        assert await registration.repair() is None
    webhooks = [webhook.url for webhook in polled.sandbox.tables.webhooks.values()]
    assert webhooks == [ADDRESS]


async def test_registration_needs_an_administrator(polled) -> None:
    """With an agent's token the registration cannot be seen, and that is said."""
    async with _registration(polled, token=polled.sandbox.agent_token) as registration:
        assert "not an administrator's" in (await registration.repair() or "")


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """The whole service at work."""
    async with running(database_url, tmp_path) as service:
        yield service


def _keys(*messages: Message) -> str:
    return ", ".join(f"'message_created:{message.id}'" for message in messages)


async def _asks_now(service: Service) -> None:
    """Let the poll that lies ahead be due."""
    await service.database.run("update jobs set run_at = now() where kind = 'poll' and state = 'waiting'")


async def test_every_message_is_drafted_once(service: Service) -> None:
    """With webhooks cut off, late, or back, every message gets one note within one poll."""
    sandbox = service.sandbox
    await service.asks(contact="before@example.org")
    sandbox.faults.cut_off = True
    lost = [await sandbox.customer_writes(channel, QUESTION) for channel in ("email", "sms")]
    await sandbox.idle()
    await _asks_now(service)
    for message in lost:
        await service.noted(message.conversation_id)
    sandbox.faults.cut_off = False
    sandbox.faults.held = True
    late = await sandbox.customer_writes("email", QUESTION, contact="late@example.org")
    await _asks_now(service)
    await sandbox.wait_for(lambda: bool(sandbox.notes(late.conversation_id)), timeout=20)
    sandbox.faults.held = False
    back = await service.asks(channel="email", contact="back@example.org")
    await _asks_now(service)
    await service.settled()
    for message in (*lost, late, back):
        assert len(sandbox.notes(message.conversation_id)) == 1
    assert await service.count("decisions") == 5
    polled = "source = 'poll' and dedup_key = any(array["
    assert await service.count("webhook_events", polled + _keys(*lost, late) + "])") == 3
