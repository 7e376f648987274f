"""The commands that bring the schema forward and look after the queue."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from bot.store.database import Database
from bot.store.events import Events
from bot.store.jobs import Ending, Jobs, State


@pytest.fixture
def hotdash(database_url: str):
    """Runs the command on the test's database."""

    async def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "bot", *arguments],
            env={**os.environ, "HOTDASH_DATABASE_URL": database_url},
            capture_output=True,
            text=True,
        )

    return run


async def test_migrate_says_what_it_did(hotdash, database: Database):
    """`hotdash migrate` names the steps that it took, here none, and one that Postgres refuses."""
    assert json.loads((await hotdash("migrate", "--json")).stdout) == {"applied": []}
    assert (await hotdash("migrate")).stdout == "nothing to do: the schema is the newest\n"
    await database.run("delete from hotdash_migrations")
    refused = await hotdash("migrate")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("hotdash: 0001_events_and_jobs.sql: Postgres at ")


async def test_dead_work_is_listed_shown_and_queued_again(hotdash, events: Events, jobs: Jobs, message):
    """Given-up work is listed with its error, shown with its event, and waits again after a retry."""
    kept = await events.keep(message(5, body=b'{"id": 5}\xff'))
    [job] = await jobs.claim("w", want=1, kinds=["event"], lease=timedelta(minutes=1))
    ending = Ending(id=job.id, attempt=job.attempts, state=State.DEAD, error="no such inbox", failed=1)
    await jobs.settle("w", [ending])
    listed = await hotdash("events", "list")
    assert f"event {kept.id}" in listed.stdout and "no such inbox" in listed.stdout
    shown = json.loads((await hotdash("events", "show", str(job.id), "--json")).stdout)
    assert (shown["state"], shown["error"]) == ("dead", "no such inbox")
    assert shown["webhook"]["body"] == '{"id": 5}\\xff'
    again = await hotdash("events", "retry", str(job.id), "99")
    assert again.stdout == f"queued again: {job.id}\n"
    assert (again.returncode, again.stderr) == (2, "hotdash: not dead, so left alone: 99\n")
    assert (await hotdash("events", "retry", "--all-dead")).stdout == "queued again: nothing\n"
    assert (await jobs.backlog()).waiting == 1
