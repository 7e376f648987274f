"""publish, history and rollback on a real Postgres."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from bot.store.database import Database
from bot.store.rulebooks import Rulebooks
from plugins.errors import RulesError, StoreError

Run = Callable[..., Result]


def _edit(rules_file: Path, old: str, new: str) -> None:
    text = rules_file.read_text(encoding="utf-8")
    assert old in text
    rules_file.write_text(text.replace(old, new), encoding="utf-8")


def test_publish_and_history(run: Run) -> None:
    """What is published is in force and in the history, with who and why."""
    result = run("publish", "-m", "first", "--by", "lea")
    assert (result.exit_code, "Version 1 (sha256:" in result.output) == (0, True)
    (only,) = json.loads(run("history", "--json").output)
    assert (only["number"], only["message"], only["published_by"], only["copy_of"]) == (
        1,
        "first",
        "lea",
        None,
    )


def test_history_before_the_first(run: Run) -> None:
    """Before anything was published, the history says what services follow."""
    assert "follow their rules file" in run("history").output


def test_a_guard_refuses(run: Run, rules_file: Path) -> None:
    """A file that breaks a guard is not published, unless people accept it."""
    run("publish")
    _edit(rules_file, "{has: declined}", "{has_any: [declined, failed, order]}")
    _edit(rules_file, "max_changed_percent: 60", "max_changed_percent: 20")
    refused = run("publish")
    assert refused.exit_code == 1
    assert "guard broken: 50.0 % of decisions change" in refused.output
    assert "Not published" in refused.output
    assert len(json.loads(run("history", "--json").output)) == 1
    accepted = json.loads(run("publish", "--accept", "--json").output)
    assert (accepted["number"], len(accepted["objections"])) == (2, 1)


def test_a_failing_test_refuses(run: Run, rules_file: Path) -> None:
    """A file whose tests fail is not published, unless people accept it."""
    rules_file.with_name("rules_test.yaml").write_text(
        "tests:\n  - {name: refused, message: My card was refused, expect: {priority: P0}}\n",
        encoding="utf-8",
    )
    refused = run("publish")
    assert refused.exit_code == 1
    assert "test failed: refused" in refused.output
    assert run("publish", "--accept").exit_code == 0
    _edit(rules_file, "has: declined", "has_any: [declined, refused]")
    assert run("publish").exit_code == 0


def test_an_error_publishes_nothing(run: Run, rules_file: Path) -> None:
    """A wrong file leaves what is in force as it is."""
    run("publish")
    _edit(rules_file, "has: declined", "hass: declined")
    assert isinstance(run("publish").exception, RulesError)
    assert len(json.loads(run("history", "--json").output)) == 1


def test_roll_back(run: Run, rules_file: Path) -> None:
    """Going back puts the older text in force as a new version, and nothing is forgotten."""
    run("publish")
    _edit(rules_file, "has: declined", "has: refused")
    run("publish", "--accept")
    result = run("rollback", "--by", "lea")
    assert "Version 3 is in force, a copy of version 1" in result.output
    history = json.loads(run("history", "--json").output)
    assert [one["number"] for one in history] == [3, 2, 1]
    assert history[0]["version"] == history[2]["version"]
    assert json.loads(run("diff", "live", "1", "--json").output) == {"differences": []}
    assert json.loads(run("rollback", "2", "--json").output)["copy_of"] == 2


def test_nothing_to_go_back_to(run: Run) -> None:
    """Without an older version, or with one that never was, rollback says so."""
    assert isinstance(run("rollback").exception, RulesError)
    run("publish")
    assert isinstance(run("rollback").exception, RulesError)
    assert isinstance(run("rollback", "9").exception, StoreError)


async def test_two_people_publish_at_once(database: Database) -> None:
    """Of two who publish on top of the same version, the second is refused."""
    store = Rulebooks(database)
    first = {"version": "sha256:a", "message": "", "published_by": "lea"}
    assert await store.publish("a", replaces=0, **first) == 1
    with pytest.raises(StoreError, match="somebody published after version 0"):
        await store.publish("b", replaces=0, **first)
    assert await store.publish("b", replaces=1, **first) > 1
    current = await store.current()
    assert current is not None
    assert current.content == "b"


async def test_services_are_told(database: Database) -> None:
    """Publishing calls the services that listen, with the number."""
    async with database.session() as connection:
        await connection.execute("listen hotdash_rules")
        number = await Rulebooks(database).publish(
            "a", version="sha256:a", message="", published_by="lea", replaces=0
        )
        async for call in connection.notifies(timeout=5, stop_after=1):
            assert call.payload == str(number)
            return
    pytest.fail("no call came")
