"""explain, why, backtest and diff on decisions that are stored in Postgres."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from plugins.errors import BadRequest, RulesError, StoreError

Run = Callable[..., Result]


def _widen(rules_file: Path) -> None:
    """Let the rule `payment-failure` hear of failed payments too."""
    text = rules_file.read_text(encoding="utf-8")
    rules_file.write_text(text.replace("{has: declined}", "{has_any: [declined, failed]}"), encoding="utf-8")


def test_explain_shows_the_stored_trace(run: Run) -> None:
    """A decision is explained as it was made: facts, rules, result."""
    result = run("explain", "811")
    assert result.exit_code == 0
    assert 'message.text = "My card was declined"' in result.output
    assert "payment-failure              YES   priority P0, team payments" in result.output
    assert "→ P0 · to a person · team payments" in result.output


def test_explain_by_message(run: Run) -> None:
    """Chatwoot's number of a message picks its decision."""
    assert json.loads(run("explain", "813", "1813", "--json").output)["message"] == 1813
    assert isinstance(run("explain", "813", "1811").exception, StoreError)


def test_nothing_was_decided(run: Run) -> None:
    """A conversation without a decision is an error that says so."""
    result = run("explain", "77")
    assert isinstance(result.exception, StoreError)
    assert "conversation 77" in str(result.exception)


def test_why_a_rule_did_not_match(run: Run) -> None:
    """The condition that failed is named with what it found."""
    result = run("why", "refund-over-100", "812")
    assert "refund-over-100 (line 15): not matched" in result.output
    assert "It failed at: message.refund_amount above 100 USD (line 17): 80 USD" in result.output


def test_why_an_unknown_rule(run: Run) -> None:
    """A rule that did not exist is an error with the nearest name."""
    result = run("why", "refund-over-10", "812")
    assert isinstance(result.exception, BadRequest)
    assert 'did you mean "refund-over-100"' in str(result.exception)


def test_backtest_of_the_same_file(run: Run) -> None:
    """The rules that decided would decide the same again."""
    result = run("backtest", "--json")
    found = json.loads(result.output)
    assert result.exit_code == 0
    assert (found["messages"], found["changed"], found["before"]["P0"]) == (4, 0, 1)


def test_backtest_of_a_changed_file(run: Run, rules_file: Path) -> None:
    """What changes is counted and shown, with the message that it changes for."""
    _widen(rules_file)
    result = run("backtest")
    assert result.exit_code == 0
    assert "changed 1 (25.0 %)   newly to a person 1" in result.output
    assert "conversation 814: P2 draft → P0 human: The payment failed twice" in result.output


def test_backtest_breaks_a_guard(run: Run, rules_file: Path) -> None:
    """A broken guard is named, and the exit code is 1."""
    _widen(rules_file)
    text = rules_file.read_text(encoding="utf-8")
    rules_file.write_text(
        text.replace("max_changed_percent: 60", "max_changed_percent: 20"), encoding="utf-8"
    )
    result = run("backtest")
    assert result.exit_code == 1
    assert "guard broken: 25.0 % of decisions change, and max_changed_percent is 20" in result.output


def test_diff_of_files(run: Run, rules_file: Path, tmp_path: Path) -> None:
    """Two files are compared by meaning, with the impact on the past if asked for."""
    old = tmp_path / "old.yaml"
    old.write_text(rules_file.read_text(encoding="utf-8"), encoding="utf-8")
    assert run("diff", str(old), str(rules_file)).exit_code == 0
    _widen(rules_file)
    result = run("diff", str(old), str(rules_file), "--impact")
    assert result.exit_code == 1
    changed = "     − message.text has declined\n     + message.text has_any [declined, failed]"
    assert f" ~ rule payment-failure\n{changed}" in result.output
    assert "changed 1 (25.0 %)" in result.output
    found = json.loads(run("diff", str(old), str(rules_file), "--impact", "--json").output)
    assert (found["differences"][0]["what"], found["impact"]["changed"]) == ("rule payment-failure", 1)


def test_a_wrong_file_is_told(run: Run, rules_file: Path) -> None:
    """A file with errors is not replayed; its findings are the error."""
    rules_file.write_text("version: 1\ntriage: [", encoding="utf-8")
    assert isinstance(run("backtest").exception, RulesError)
