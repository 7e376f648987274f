"""`hotdash status` and `hotdash sla status`."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from bot.cli import hotdash
from plugins.model import Priority

HOUR = timedelta(hours=1)


async def _invoke(*words: str) -> Result:
    """Call a command beside the running loop."""
    return await asyncio.to_thread(CliRunner().invoke, hotdash, list(words), catch_exceptions=False)


@pytest.fixture
def now(shop, database_url: str, monkeypatch: pytest.MonkeyPatch):
    """The shop at the real time, and the commands on its database."""
    monkeypatch.setenv("HOTDASH_DATABASE_URL", database_url)
    shop.now = datetime.now(UTC)
    return shop


async def test_all_is_well(now) -> None:
    """When nothing is wrong `status` says so and ends with 0."""
    await now.service.surroundings.worked("Chatwoot")
    result = await _invoke("status")
    assert result.exit_code == 0
    assert "All is well." in result.output
    assert "Chatwoot         works: yes" in result.output


async def test_failing_part(now) -> None:
    """A part that fails is named with its reason, in JSON too, and the command ends with 1."""
    await now.service.surroundings.failed("webhooks", "none came")
    result = await _invoke("status", "--json")
    shown = json.loads(result.output)
    assert result.exit_code == 1
    assert shown["faults"] == ["webhooks: none came"]
    assert [incident["key"] for incident in shown["incidents"]] == ["hotdash-2-down-webhooks"]
    assert "Not everything works:\n  webhooks: none came" in (await _invoke("status")).output


async def test_open_promises(now) -> None:
    """`sla status` lists promises, the next due first, and ends with 1 once one is overdue."""
    conversation = await now.conversation()
    await now.customer(conversation, Priority.P1)
    assert (await _invoke("sla", "status")).exit_code == 0
    now.now -= 2 * HOUR
    late = await now.conversation()
    await now.customer(late, Priority.P1)
    result = await _invoke("sla", "status", "--json")
    assert result.exit_code == 1
    assert [(one["conversation"], one["metric"], one["state"]) for one in json.loads(result.output)] == [
        (late, "first_response", "breached"),
        (conversation, "first_response", "running"),
        (late, "resolution", "running"),
        (conversation, "resolution", "running"),
    ]
    assert f"#{late}      P1 first response  breached  1 h ago" in (await _invoke("sla", "status")).output


async def test_nobody_waits(now) -> None:
    """Without an open promise `sla status` says that nobody waits."""
    assert (await _invoke("sla", "status")).output == "nobody waits\n"
