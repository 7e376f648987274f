"""`hotdash plugins` lists, examines, makes and tests plugins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.plugins import plugins
from plugins.errors import PluginError
from plugins.scaffold import KINDS, write
from plugins.testing import load_alone


def test_the_list_as_json() -> None:
    """Every plugin is listed with its status and hooks."""
    result = CliRunner().invoke(plugins, ["list", "--json"])
    email = next(row for row in json.loads(result.output) if row["name"] == "email")
    assert (email["status"], email["kind"], email["hooks"]) == ("active", "channel", ["register_channels"])


def test_no_plugins(tmp_path: Path, monkeypatch) -> None:
    """With --no-plugins a plugin that is not ours is listed as switched off."""
    (tmp_path / "acme.py").write_text("raise RuntimeError")
    monkeypatch.setenv("HOTDASH_PLUGINS_FOLDER", str(tmp_path))
    result = CliRunner().invoke(plugins, ["--no-plugins", "list", "--json"])
    acme = next(row for row in json.loads(result.output) if row["name"] == "acme")
    assert (acme["status"], acme["reason"]) == ("disabled", "switched off")


def test_an_unknown_plugin_is_told() -> None:
    """Asking for a plugin that is not there is an error that says where to look."""
    result = CliRunner().invoke(plugins, ["info", "fax"])
    assert 'no plugin "fax"; `hotdash plugins list` shows all' in str(result.exception)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_is_in_order(kind: str, tmp_path: Path) -> None:
    """The file that `plugins new` writes loads without a complaint."""
    (status,) = load_alone(write(kind, "my_own", tmp_path)).report()
    assert status.status == "active"


def test_a_new_channel_passes_the_kit(tmp_path: Path) -> None:
    """What `plugins new` writes, `plugins test` finds in order."""
    path = write("channel", "whatsapp", tmp_path)
    result = CliRunner().invoke(plugins, ["test", str(path)])
    assert result.exit_code == 0, result.output


def test_a_bad_channel_fails_the_kit(tmp_path: Path) -> None:
    """A channel that cuts characters and drops text is found out."""
    path = write("channel", "whatsapp", tmp_path)
    source = path.read_text().replace("split(plain(draft.answer), self", "(draft.answer[:50],)) or (self")
    path.write_text(source)
    assert CliRunner().invoke(plugins, ["test", str(path)]).exit_code == 1


@pytest.mark.parametrize("name", ["WhatsApp", "whats-app", "../x", "1st", ""])
def test_bad_names_are_refused(name: str, tmp_path: Path) -> None:
    """A name that could not be a file or a fact is refused."""
    with pytest.raises(PluginError, match="no name for a plugin"):
        write("channel", name, tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A plugin that is there already stays as it is."""
    write("channel", "whatsapp", tmp_path)
    with pytest.raises(PluginError, match="is there already"):
        write("facts", "whatsapp", tmp_path)
