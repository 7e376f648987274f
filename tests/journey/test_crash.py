"""Workers are killed at every step of a message's journey; afterwards everything was done once, in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from service_at_work import REPOSITORY, Service, Starter

#: Every step of a drafted message's journey, in order: the worker dies right after it took effect.
STEPS = (
    "bot.store.events:Events.event",
    "bot.store.record:Record.see",
    "bot.store.record:Record.add_message",
    "bot.store.jobs:Jobs.put",
    "bot.store.events:Events.finish",
    "bot.store.jobs:Jobs.settle",
    "bot.store.record:Record.unanswered",
    "bot.gather:Gatherer.gather",
    "bot.store.decisions:Decisions.keep",
    "bot.chatwoot.client:Chatwoot.set_priority",
    "bot.chatwoot.client:Chatwoot.merge_attributes",
    "bot.chatwoot.client:Chatwoot.assign_team",
    "kb_index.drafter:Drafter.draft",
    "plugins.channels:Channels.format",
    "bot.store.decisions:Decisions.keep_draft",
    "bot.store.posts:Posts.intend",
    "bot.store.posts:Posts.attempt",
    "bot.chatwoot.client:Chatwoot.post",
    "bot.store.posts:Posts.arrived",
    "bot.chatwoot.client:Chatwoot.delete_message",
    "bot.store.posts:Posts.taken_back",
    "bot.store.events:Events.settle",
)
QUESTIONS = ("How long does standard shipping take?", "Do you ship to Canada?")
#: These do not happen for a question that is drafted for a second time in its conversation.
ONLY_FOR_PEOPLE = {
    "bot.chatwoot.client:Chatwoot.set_priority",
    "bot.chatwoot.client:Chatwoot.assign_team",
}
URGENT = "My payment failed twice but the money left my account!"


@asynccontextmanager
async def mortal(service: Service, step: str, armed: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker process that dies at a step; killed at the end if it still lives."""
    settings = service.settings
    assert settings.database_url is not None
    environment = {
        "HOTDASH_CHATWOOT_URL": service.sandbox.url,
        "HOTDASH_CHATWOOT_ACCOUNT_ID": str(service.sandbox.account_id),
        "HOTDASH_CHATWOOT_BOT_TOKEN": service.sandbox.bot.access_token,
        "HOTDASH_CHATWOOT_USER_TOKEN": service.sandbox.agent_token,
        "HOTDASH_WEBHOOK_SECRETS": service.secret,
        "HOTDASH_DATABASE_URL": settings.database_url.get_secret_value(),
        "HOTDASH_HOME": str(settings.home),
        "HOTDASH_BURST_SECONDS": "0",
        "HOTDASH_LEASE_SECONDS": "1",
        "HOTDASH_LOG_LEVEL": "warning",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(REPOSITORY / "tests/journey/mortal_worker.py"),
        step,
        str(armed),
        env={**os.environ, **environment},
        cwd=REPOSITORY,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.timeout(400)
async def test_killed_at_every_step(start: Starter, tmp_path: Path) -> None:
    """After a SIGKILL at each step every event is handled, with one note a message, in order."""
    service = await start(work=False, webhook_wait=0)
    armed = tmp_path / "armed"
    for number, step in enumerate(STEPS):
        async with mortal(service, step, armed) as worker:
            await service.settled()  # it has finished what the one before it left behind
            armed.touch()
            people = step in ONLY_FOR_PEOPLE
            text = URGENT if people else QUESTIONS[number % 2]
            who = f"+1500555{number:04}" if people else "+15005550100"
            await service.sandbox.customer_writes("sms", text, contact=who)
            async with asyncio.timeout(60):
                assert await worker.wait() == -signal.SIGKILL, step
            armed.unlink()
    async with mortal(service, "-", armed):
        await service.settled()

    assert await service.count("webhook_events", "processed_at is null and not ignored") == 0
    assert await service.count("jobs", "kind in ('event', 'answer', 'rescue') and state <> 'done'") == 0
    assert await service.count("decisions") == len(STEPS)
    assert await service.count("posts", "chatwoot_message_id is not null") == len(STEPS)
    notes = sorted(message.id for message in service.sandbox.desk.tables.messages.values() if message.private)
    assert notes == await service.column("select chatwoot_message_id from posts order by id")
    assert await service.count("drafts", "state = 'pending'") == 1


async def test_a_stop_drains(start: Starter, tmp_path: Path) -> None:
    """On SIGTERM a worker finishes what it has begun, takes nothing new, and ends with 0."""
    service = await start(work=False, webhook_wait=0)
    service.sandbox.faults.hang(times=1, method="POST", path="/messages", after_effect=True)
    async with mortal(service, "-", tmp_path / "never") as worker:
        message = await service.sandbox.customer_writes("sms", QUESTIONS[0])
        await service.sandbox.wait_for(lambda: bool(service.sandbox.notes(message.conversation_id)), 20)
        worker.send_signal(signal.SIGTERM)
        service.sandbox.faults.clear()
        async with asyncio.timeout(60):
            assert await worker.wait() == 0
    async with mortal(service, "-", tmp_path / "never"):
        assert len(await service.noted(message.conversation_id)) == 1
