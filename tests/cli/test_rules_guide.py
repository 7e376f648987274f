"""The guide in docs/rules.md for writing a rule, run as it stands there; and the commands that it uses."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from bot.cli import hotdash
from rules.judgement import ORDER

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
SECTION = "## Write an escalation rule, try it and test it"


def call(*words: str) -> Result:
    """Run `hotdash rules` with these words."""
    return CliRunner().invoke(hotdash, ["rules", *words])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder without settings of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOTDASH_RULES", raising=False)
    return tmp_path


def test_the_guide_is_true(folder: Path) -> None:
    """Every example of the guide does what the page shows; `…` stands for what differs or is left out."""
    section = PAGE.partition(SECTION)[2].partition("\n## ")[0]
    commands = 0
    for kind, block in re.findall(r"```(console|yaml)\n(.*?)```", section, re.DOTALL):
        if kind == "yaml" and "name:" in block:
            tests = folder / "tests/rules_test.yaml"
            tests.write_text(tests.read_text(encoding="utf-8") + block, encoding="utf-8")
        elif kind == "yaml":
            rules = folder / "rules.yaml"
            text = rules.read_text(encoding="utf-8")
            rules.write_text(text.replace("\ndraft:", f"{block}\ndraft:"), encoding="utf-8")
        else:
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
                words = shlex.split(command)
                assert words[:2] == ["hotdash", "rules"]
                output = call(*words[2:]).output
                pattern = re.escape(shown.rstrip("\n")).replace("…", ".*?")
                assert re.fullmatch(pattern, output.rstrip("\n"), re.DOTALL), output
                commands += 1
    assert commands == 6


def test_the_order_stands_in_the_guide() -> None:
    """The guide prints the order of evaluation that the code has."""
    assert "\n".join(f"{n}. {rule}" for n, rule in enumerate(ORDER, start=1)) in PAGE


def test_init_overwrites_nothing(folder: Path) -> None:
    """A file that is there already stops `rules init`."""
    (folder / "rules.yaml").write_text("mine", encoding="utf-8")
    assert call("init").exit_code == 1
    assert (folder / "rules.yaml").read_text(encoding="utf-8") == "mine"


def test_schema_accepts_what_the_checker_accepts(folder: Path) -> None:
    """The starter and the shipped rules meet the draft-07 schema; an unknown fact does not."""
    schema = json.loads(call("schema").output)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    call("init")
    shipped = Path(__file__).parents[2] / "rules.yaml"
    for path in (folder / "rules.yaml", shipped):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert not [*validator.iter_errors(json.loads(json.dumps(content, default=str)))]
    content["triage"] = [{"id": "it", "when": {"mesage.text": {"has": "x"}}}]
    assert not validator.is_valid(json.loads(json.dumps(content, default=str)))


@pytest.mark.parametrize("form", ["json", "github", "sarif", "text"])
def test_check_formats(folder: Path, form: str) -> None:
    """Every format names the code and the line of an error, and the exit code is 1."""
    call("init")
    text = (folder / "rules.yaml").read_text(encoding="utf-8").replace("message.text", "mesage.text", 1)
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    line = text.partition("mesage.text")[0].count("\n") + 1
    result = call("check", "--format", form)
    assert result.exit_code == 1
    assert "R102" in result.output
    if form == "json":
        found = json.loads(result.output)["findings"][0]
        assert (found["line"], found["suggestion"]) == (line, "message.text")
    elif form == "sarif":
        run = json.loads(result.output)["runs"][0]
        region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] == line
    else:
        assert re.search(rf"(:|line=){line}[:,]", result.output)


def test_a_failing_test_says_why(folder: Path) -> None:
    """A failing example is named with its line, what was expected and what matched; a todo may fail."""
    call("init")
    tests = folder / "tests/rules_test.yaml"
    more = (
        "  - {name: wrong, message: The vase is broken, expect: {priority: P0, not_fired: [dam*]}}\n"
        "  - {name: later, todo: true, message: hello, expect: {priority: P0}}\n"
    )
    tests.write_text(tests.read_text(encoding="utf-8") + more, encoding="utf-8")
    result = call("test")
    assert result.exit_code == 1
    assert "FAIL  wrong" in result.output
    assert "expected priority P0; got P1" in result.output
    assert "expected not to match: dam*; matched: damaged" in result.output
    assert "6 passed, 1 failed, 1 todo" in result.output
    assert call("test", "-k", "a lawyer", "--fail-under", "90").exit_code == 1
    assert call("test", "-k", "a lawyer").exit_code == 0


def test_help_for_a_finding() -> None:
    """A code is explained with a bad and a good example; all codes can be listed."""
    assert "contct.plan" in call("help", "r102").output
    assert "R401" in call("lint-codes").output
    assert json.loads(call("help", "r102", "--json").output)["slug"] == "unknown-field"
    assert "R401" in [one["code"] for one in json.loads(call("lint-codes", "--json").output)]


def test_the_installed_command_answers_in_one_line(folder: Path) -> None:
    """The real command tells an error without a traceback, and exits with 2."""
    command = [str(Path(sys.executable).with_name("hotdash")), "rules", "check", "missing.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("hotdash: missing.yaml: No such file")
    assert "Traceback" not in done.stderr
