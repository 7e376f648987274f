"""The brand voice file."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb_index.voice import BrandVoice, first_name, load_voice
from plugins.errors import SettingsError


def test_the_shipped_voice_is_whole() -> None:
    """data/voice.yaml can be read and greets by first name."""
    voice = load_voice(Path(__file__).parents[2] / "data" / "voice.yaml")
    assert voice.greet("Sam Lee") == "Hi Sam,"
    assert voice.greet(None) == "Hello,"
    assert voice.closing.strip().endswith("support")


def test_every_wrong_field_is_named(tmp_path: Path) -> None:
    """All faults of the file are named at once, with the fields that there are."""
    path = tmp_path / "voice.yaml"
    path.write_text("tone: [friendly]\ngreetings: Hi\n")
    with pytest.raises(SettingsError) as raised:
        load_voice(path)
    text = str(raised.value)
    assert "tone" in text
    assert "greetings" in text
    assert "the fields are company, tone, greeting" in text


@pytest.mark.parametrize("content", ["a: [", "a: b: c"])
def test_what_is_not_yaml_says_so(tmp_path: Path, content: str) -> None:
    """A file that is not YAML is an error that names it."""
    path = tmp_path / "voice.yaml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=r"voice\.yaml: not YAML"):
        load_voice(path)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Sam Lee", "Sam"),
        ("Zoë", "Zoë"),
        ("O'Neil Smith", "O'Neil"),
        ("李 小龙", None),
        ("sam@example.org", None),
        ("J", None),
        ("click here to win a prize", None),
        (None, None),
    ],
)
def test_only_a_name_is_used_as_one(name: str | None, first: str | None) -> None:
    """The first of one to four words, if it is made of letters."""
    assert first_name(name) == first


def test_avoided_phrases_are_found_as_words() -> None:
    """A phrase to avoid is found whatever its case, but not inside another word."""
    voice = BrandVoice(avoid=("sorry", "per our policy"))
    assert voice.avoided("Sorry, per our Policy this is so.") == ("sorry", "per our policy")
    assert voice.avoided("A sorrysome day.") == ()
