"""Settings are checked at the start; what is wrong is named, all of it at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import demand_chatwoot, load
from plugins.errors import SettingsError


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings from outside, and no .env file."""
    for name in [name for name in os.environ if name.startswith("HOTDASH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_a_misspelt_variable_is_named_with_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is no setting stops the start and is told what it may have meant."""
    monkeypatch.setenv("HOTDASH_CHATWOT_URL", "https://chat.example.com")
    with pytest.raises(SettingsError, match=r"HOTDASH_CHATWOT_URL .* did you mean HOTDASH_CHATWOOT_URL\?"):
        load()


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two wrong values give one error with both names."""
    monkeypatch.setenv("HOTDASH_PORT", "99999")
    monkeypatch.setenv("HOTDASH_MODE", "second_line")
    with pytest.raises(SettingsError) as wrong:
        load()
    assert "HOTDASH_PORT" in str(wrong.value)
    assert "HOTDASH_MODE" in str(wrong.value)


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """HOTDASH_X_FILE names the file of a secret; one that cannot be read is told."""
    (tmp_path / "token").write_text("bot token\n")
    monkeypatch.setenv("HOTDASH_CHATWOOT_BOT_TOKEN_FILE", str(tmp_path / "token"))
    token = load().chatwoot_bot_token
    assert token is not None
    assert token.get_secret_value() == "bot token"
    monkeypatch.setenv("HOTDASH_CHATWOOT_BOT_TOKEN_FILE", str(tmp_path / "gone"))
    with pytest.raises(SettingsError, match=r"HOTDASH_CHATWOOT_BOT_TOKEN_FILE.*gone"):
        load()


def test_secrets_are_not_shown() -> None:
    """A printed Settings object shows no secret."""
    settings = load(webhook_secrets="s3cret-1, s3cret-2", chatwoot_user_token="s3cret-3")
    assert [secret.get_secret_value() for secret in settings.webhook_secrets] == [
        "s3cret-1",
        "s3cret-2",
    ]
    assert "s3cret" not in repr(settings)


def test_a_weak_token_in_the_address_is_refused() -> None:
    """The secret of an unsigned webhook must be long, and one segment of a path."""
    for token in ("short", "has/a/slash/in/it"):
        with pytest.raises(SettingsError, match="16 characters"):
            load(webhook_token=token)


def test_serving_without_a_secret_must_be_asked_for() -> None:
    """Without anything that keeps strangers out, the service does not start, unless told so explicitly."""
    chatwoot = {"chatwoot_url": "https://chat.example.com", "chatwoot_bot_token": "token"}
    with pytest.raises(SettingsError, match="HOTDASH_WEBHOOK_SECRETS"):
        demand_chatwoot(load(**chatwoot))
    demand_chatwoot(load(**chatwoot, allow_unsigned=True))
    demand_chatwoot(load(**chatwoot, webhook_secrets="secret"))
    demand_chatwoot(load(**chatwoot, webhook_token="a-token-that-is-long"))


def test_the_command_says_what_is_missing_in_words() -> None:
    """`hotdash serve` without settings ends with 2, names each variable, and shows no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "serve"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    for variable in ("HOTDASH_CHATWOOT_URL", "HOTDASH_CHATWOOT_BOT_TOKEN", "HOTDASH_WEBHOOK_SECRETS"):
        assert variable in done.stderr
    assert "Traceback" not in done.stderr
