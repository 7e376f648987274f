"""The examples about past messages and versions in docs/rules.md, run as they stand there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
SECTION = "## Try a version on the past, and put it in force"


def test_the_section_is_true(
    run: Callable[..., Result], rules_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command of the section prints what the page shows; `…` stands for what differs each time."""
    monkeypatch.chdir(rules_file.parent)
    section = PAGE.read_text(encoding="utf-8").partition(SECTION)[2].partition("\n## ")[0]
    commands = 0
    for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            if command.startswith("sed "):
                _, expression, file = shlex.split(command.replace("-i ", ""))
                old, new = expression.removeprefix("s/").removesuffix("/").split("/")
                text = Path(file).read_text(encoding="utf-8")
                assert old in text
                Path(file).write_text(text.replace(old, new), encoding="utf-8")
                continue
            words = shlex.split(command)
            assert words[:2] == ["hotdash", "rules"]
            output = run(*words[2:]).output
            pattern = re.escape(shown.rstrip("\n")).replace("…", ".*?")
            assert re.fullmatch(pattern, output.rstrip("\n"), re.DOTALL), output
            commands += 1
    assert commands >= 6
