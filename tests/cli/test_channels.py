"""`hotdash channels` shows what a customer gets, and what is read of a mail."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from bot.cli.channels import channels


def test_preview_of_an_sms() -> None:
    """Parts, encoding, units, segments and warnings are told, as JSON on request."""
    text = "It’s on its way [1]. Your order costs €20."
    result = CliRunner().invoke(channels, ["preview", "--channel", "sms", "--text", text, "--json"])
    assert json.loads(result.output) == {
        "channel": "sms",
        "parts": ["It's on its way. Your order costs €20."],
        "warnings": [],
        "refusal": None,
        "encoding": "GSM-7",
        "units": 39,
        "segments": 1,
    }


def test_preview_for_people() -> None:
    """Without --json every part and warning stands on a line of its own."""
    result = CliRunner().invoke(channels, ["preview", "--channel", "sms", "--text", "-"], input="7" * 200)
    assert "part 1 of 1, 200 characters" in result.output
    assert "warning: goes out as 2 segments (200 units; one segment has 160 at most)" in result.output


def test_preview_with_files(tmp_path: Path) -> None:
    """A file that the channel does not carry is a warning, whatever its name says."""
    (tmp_path / "label.pdf").write_bytes(b"MZ")
    attached = ["--text", "Your label", "--attach", str(tmp_path / "label.pdf")]
    for channel, warning in (("email", "label.pdf is of no known type"), ("sms", "send a link instead")):
        result = CliRunner().invoke(channels, ["preview", "--channel", channel, *attached])
        assert warning in result.output


def test_an_unknown_channel_is_told() -> None:
    """A channel that is not there is an error that names those that are."""
    result = CliRunner().invoke(channels, ["preview", "--channel", "fax", "--text", "Hello"])
    assert 'no channel "fax"; there are: email, chat, sms' in str(result.exception)


def test_reading_a_mail(tmp_path: Path) -> None:
    """The newest words of a mail are shown, without the quote."""
    path = tmp_path / "mail.eml"
    path.write_text(
        "From: Ada <ada@example.com>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\n"
        "It broke.\n\nOn Mon, 15 Jun 2026 at 08:02, Shop <s@shop.example> wrote:\n> Your order\n"
    )
    result = CliRunner().invoke(channels, ["read", str(path), "--json"])
    assert json.loads(result.output) == {"content": "It broke.", "automatic": False, "subject": "Grüße"}


def test_reading_an_auto_reply(tmp_path: Path) -> None:
    """A mail that a program wrote is said to be one."""
    path = tmp_path / "mail.eml"
    path.write_text("From: ada@example.com\nAuto-Submitted: auto-replied\n\nI am away.\n")
    result = CliRunner().invoke(channels, ["read", str(path)])
    assert result.output == "A program wrote it: no draft is made.\nI am away.\n"
