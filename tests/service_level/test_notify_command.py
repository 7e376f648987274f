"""`hotdash notify test`, and the setting that names notifiers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import hotdash
from bot.settings import load
from plugins.errors import BadRequest, SettingsError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def _invoke(name: str) -> Result:
    """Call the command beside the running receiver."""
    runner = CliRunner()
    return await asyncio.to_thread(runner.invoke, hotdash, ["notify", "test", name], catch_exceptions=False)


@pytest.fixture
def settings(pagers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rules_text: str) -> None:
    """Two notifiers, of which one is broken, and a person who has both."""
    path = tmp_path / "rules.yaml"
    path.write_text(rules_text.replace("max: [max-pager]", "max: [good, bad, note]"))
    monkeypatch.setenv("HOTDASH_RULES", str(path))
    good = f"good=webhook+http://{pagers.place}/good#{SECRET}"
    monkeypatch.setenv(
        "HOTDASH_NOTIFIERS", f"{good} bad=mail://127.0.0.1:1?from=a@b&to=c@d note=note://3/Max"
    )


async def test_notifier(settings, pagers) -> None:
    """A notifier gets a test alert, and the command says that it was delivered."""
    result = await _invoke("good")
    assert (result.exit_code, result.output) == (0, "good: delivered\n")
    assert pagers.heard() == [("good", "Test alert of HotDash")]


async def test_person(settings, pagers) -> None:
    """For a person all notifiers are tried; one that fails is named with its reason and exit code 1."""
    result = await _invoke("max")
    assert result.exit_code == 1
    assert "good: delivered" in result.output
    assert "bad: not delivered: the notifier mail failed" in result.output
    assert "note: is mentioned in private notes" in result.output


async def test_unknown_name(settings) -> None:
    """An unknown name is refused with those that there are."""
    with pytest.raises(BadRequest, match="good, bad, note, olive, max, managers"):
        await _invoke("nobody")


def test_wrong_setting_keeps_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notifier that is not name=address is named by its place, as it may hold a secret."""
    monkeypatch.setenv("HOTDASH_NOTIFIERS", "pager=pagerduty://KEY hook whsec_sesame")
    with pytest.raises(SettingsError, match=r"HOTDASH_NOTIFIERS: .*number 2 must be name=address") as refused:
        load()
    assert "sesame" not in str(refused.value)
    monkeypatch.setenv("HOTDASH_NOTIFIERS", "hook=webhook://h/#whsec_sesame")
    assert "sesame" not in repr(load())
