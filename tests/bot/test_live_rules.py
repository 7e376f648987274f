"""Rules that are exchanged while the service runs, on a real Postgres."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.live_rules import LiveRules
from bot.rule_desk import RuleDesk
from bot.store.database import Database
from bot.store.rulebooks import Rulebooks
from plugins.errors import RulesError
from plugins.model import Facts, Priority
from rules.book import RuleBook
from rules.facts import standard_registry

AT = datetime(2026, 3, 2, tzinfo=UTC)
LEVEL = "{name: L, first_response: 1h, resolution: 2h, route: draft, clock: always}"
RULES = f"""version: 1
time_zone: UTC
priorities: {{P0: {LEVEL}, P1: {LEVEL}, P2: {LEVEL}, P3: {LEVEL}}}
default: {{priority: P2}}
triage:
  - {{id: fire, when: {{message.text: {{has: fire}}}}, then: {{priority: P0}}}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small rules.yaml."""
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


@pytest.fixture
async def live(database: Database, file: Path) -> AsyncIterator[LiveRules]:
    """Live rules on that file and a fresh database, opened."""
    rulebooks = Rulebooks(database)
    live = LiveRules(file, rulebooks, RuleDesk(rulebooks, standard_registry()), look_every=0.05)
    await live.open()
    yield live
    await live.close()


@asynccontextmanager
async def _following(live: LiveRules) -> AsyncIterator[list[str | None]]:
    reported: list[str | None] = []

    async def report(fault: str | None) -> None:
        reported.append(fault)

    task = asyncio.create_task(live.follow(report))
    yield reported
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _priority(live: LiveRules, text: str) -> Priority:
    return live.decide(Facts({"message.text": text}), at=AT).priority


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


async def test_an_edited_file_is_followed(live: LiveRules, file: Path) -> None:
    """Until something is published, an edit of the file comes into force by itself."""
    assert _priority(live, "smoke") is Priority.P2
    async with _following(live):
        file.write_text(RULES.replace("has: fire", "has: smoke"), encoding="utf-8")
        await _until(lambda: _priority(live, "smoke") is Priority.P0)


async def test_a_wrong_file_changes_nothing(live: LiveRules, file: Path) -> None:
    """A wrong file leaves the rules as they are, is told once, and is forgotten once it is right again."""
    file.write_text(RULES.replace("has: fire", "hass: fire"), encoding="utf-8")
    await live.look()
    await live.look()
    assert _priority(live, "fire") is Priority.P0
    assert live.problem is not None
    assert "hass" in live.problem
    assert live.refused == 1
    file.write_text(RULES, encoding="utf-8")
    await live.look()
    assert live.problem is None


async def test_a_fault_is_reported(live: LiveRules, file: Path) -> None:
    """Whoever watches hears of a refused text, of its repair, and of an engine that failed."""
    file.write_text(RULES.replace("has: fire", "hass: fire"), encoding="utf-8")
    async with _following(live) as reported:
        await _until(lambda: any(fault and "hass" in fault for fault in reported))
        file.write_text(RULES, encoding="utf-8")
        await _until(lambda: reported[-1] is None)
        live.book.health.rebuilds = 1
        await _until(lambda: "rule engine failed" in (reported[-1] or ""))


async def test_a_lost_file_changes_nothing(live: LiveRules, file: Path) -> None:
    """A file that is gone leaves the rules as they are, and is told once."""
    file.unlink()
    await live.look()
    await live.look()
    assert _priority(live, "fire") is Priority.P0
    assert live.refused == 1


async def test_what_is_published_wins(live: LiveRules, file: Path, database: Database) -> None:
    """A publication is in force at once, and from then on the file is not."""
    rulebooks = Rulebooks(database)
    seldom = LiveRules(file, rulebooks, RuleDesk(rulebooks, standard_registry()), look_every=600)
    await seldom.open()
    async with _following(seldom):  # only the call can bring it in time
        content = RULES.replace("has: fire", "has: flood")
        await rulebooks.publish(content, version="sha256:x", message="", published_by="lea", replaces=0)
        await _until(lambda: _priority(seldom, "flood") is Priority.P0)
    await seldom.close()
    file.write_text(RULES.replace("has: fire", "has: smoke"), encoding="utf-8")
    await live.look()
    assert _priority(live, "smoke") is Priority.P2


async def test_a_lost_database_changes_nothing(live: LiveRules, database: Database) -> None:
    """Without the database the rules stay, and nothing fails."""
    await database.close()
    await live.look()
    assert _priority(live, "fire") is Priority.P0


async def test_no_start_with_wrong_rules(database: Database, file: Path) -> None:
    """A service does not start with rules that are wrong."""
    file.write_text("version: 1\n", encoding="utf-8")
    rulebooks = Rulebooks(database)
    with pytest.raises(RulesError, match="priorities"):
        await LiveRules(file, rulebooks, RuleDesk(rulebooks, standard_registry())).open()


class _QuickDesk(RuleDesk):
    """Lets in without the rehearsal: its process is not what the next test measures."""

    async def admit(self, content: str, *, name: str) -> RuleBook:
        return await self.read(content, name=name)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_memory_stays_flat(database: Database, file: Path) -> None:
    """Many exchanges do not make the process grow."""
    rulebooks = Rulebooks(database)
    live = LiveRules(file, rulebooks, _QuickDesk(rulebooks, standard_registry()))
    sizes = []
    for number in range(81):
        file.write_text(RULES.replace("has: fire", f"has: fire{number}"), encoding="utf-8")
        await live.look()
        sizes.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    assert _priority(live, "fire80") is Priority.P0
    assert sizes[80] - sizes[20] < 5_000_000
    await live.close()
