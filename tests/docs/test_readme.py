"""What the README and the guides promise is there."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from bot.cli import VERBS, Verbs, hotdash

REPOSITORY = Path(__file__).parent.parent.parent
PAGES = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"^\$ (?:\.venv/bin/)?hotdash ([a-z-]+)(?: ([a-z-]+))?", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Every relative link of a page leads to a file of this repository."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_one(page: Path) -> None:
    """Every hotdash command that a page shows is a command that the service has."""
    context = click.Context(hotdash)
    for verb, sub in COMMAND.findall(page.read_text(encoding="utf-8")):
        command = hotdash.get_command(context, verb)
        assert command is not None, verb
        if sub and isinstance(command, click.Group):
            assert command.get_command(context, sub) is not None, f"{verb} {sub}"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    """Each verb loads, and it and each of its commands has a help text."""
    assert isinstance(hotdash, Verbs)
    context = click.Context(hotdash)
    command = hotdash.get_command(context, verb)
    assert command is not None
    assert command.help
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        inner = command.get_command(context, name)
        assert inner is not None
        assert inner.help, f"{verb} {name}"
