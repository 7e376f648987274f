"""What tests of the commands on stored decisions share: a database with a few decided messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.store.database import Database
from bot.store.decisions import Decisions
from bot.store.record import Record
from plugins.model import Contact, Conversation, Facts
from rules.book import RuleBook
from rules.facts import facts_in, standard_registry

RULES = """version: 1
time_zone: UTC
priorities:
  P0: {name: Critical, first_response: 15m, resolution: 2h, route: human, clock: always}
  P1: {name: High, first_response: 1h, resolution: 8h, route: draft, clock: always}
  P2: {name: Normal, first_response: 4h, resolution: 24h, route: draft, clock: always}
  P3: {name: Low, first_response: 24h, resolution: 72h, route: draft, clock: always}
default: {priority: P2}
triage:
  - id: payment-failure
    why: The customer cannot pay.
    when: {message.text: {has: declined}}
    then: {priority: P0, team: payments}
escalation:
  - id: refund-over-100
    why: Nobody but a person promises back more than $100.
    when: {message.refund_amount: {above: 100 USD}}
guards: {max_new_p0_per_day: 2, max_changed_percent: 60}
"""
#: Conversation → what the customer wrote; message numbers are conversation + 1000.
MESSAGES = {
    811: "My card was declined",
    812: "I would like my $80 back",
    813: "Where is my order?",
    814: "The payment failed twice",
}


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    """A small rules.yaml in a folder of its own."""
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


@pytest.fixture
def decided(database_url: str, rules_file: Path) -> str:
    """The address of a database in which MESSAGES were decided with RULES."""

    async def decide() -> None:
        database = Database(database_url)
        await database.open()
        book = RuleBook.load(rules_file, registry=standard_registry())
        now = datetime.now(UTC)
        for number, text in MESSAGES.items():
            conversation = Conversation(id=number, account_id=1, inbox_id=1, updated_at=now)
            kept = await Record(database).see(conversation, Contact(id=number), "email")
            facts = Facts(facts_in(text))
            await Decisions(database).keep(
                kept, number + 1000, [number + 1000], facts, book.decide(facts, at=now)
            )
        book.close()
        await database.close()

    asyncio.run(decide())
    return database_url


@pytest.fixture
def run(decided: str, rules_file: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command of `hotdash rules` on that database and rules file, as a user would."""
    monkeypatch.setenv("HOTDASH_DATABASE_URL", decided)
    monkeypatch.setenv("HOTDASH_RULES", str(rules_file))
    from bot.cli import hotdash

    return lambda *words: CliRunner().invoke(hotdash, ["rules", *words], catch_exceptions=True)
