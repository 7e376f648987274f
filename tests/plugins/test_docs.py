"""docs/plugins.md does what it says: its files are written, its commands run, their output compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "plugins.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"\n?\[exit code (\d)\]$")


@pytest.fixture
def shell(tmp_path: Path):
    """Runs commands of a console block in an empty folder, with the environment that they export."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOTDASH_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"

    def run(command: str) -> tuple[str, int]:
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            environment[name] = value
            return "", 0
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )
        return (done.stdout + done.stderr).strip(), done.returncode

    return run


def test_the_page_does_what_it_says(shell, tmp_path: Path) -> None:
    """Followed alone, from top to bottom, the page gives every output that it shows."""
    for kind, name, text in BLOCK.findall(DOCS.read_text(encoding="utf-8")):
        if kind == "python":
            (tmp_path / name).write_text(text, encoding="utf-8")
        if kind == "console":
            for step in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, shown = step.rstrip().partition("\n")
                code = EXIT.search(shown)
                expected = EXIT.sub("", shown)
                output, status = shell(command)
                output = "\n".join(line.rstrip() for line in output.split("\n"))
                pattern = re.escape(expected).replace(re.escape("..."), ".*")
                met = re.fullmatch(pattern, output, re.DOTALL)
                assert met, f"$ {command}\n{output}\n--- expected:\n{expected}"
                assert status == int(code[1] if code else 0), command
