"""One fault in each file of the folder bad; its first line says what the check must answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from plugins.errors import RulesError
from rules.book import RuleBook
from rules.check import check
from rules.codes import CODES, Level
from rules.facts import standard_registry
from rules.findings import Finding

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def as_line(finding: Finding) -> str:
    """A finding as the first line of its file has it."""
    return f"{finding.place.line}:{finding.place.column}: {finding.line_text}"


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_file(path: Path) -> None:
    """The fault, and nothing else, is found at its line and column."""
    text = path.read_text(encoding="utf-8")
    report = check(text, name=path.name, registry=standard_registry(), at=NOW)
    assert [as_line(finding) for finding in report.findings] == [text.partition("\n")[0].removeprefix("# ")]
    assert report.findings[0].code in report.as_text()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_file_does_not_become_a_book(path: Path) -> None:
    """A file with an error of form is refused with its findings; a warning does not stop it."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    by_meaning = any(code in first for code in ("R205", "R217"))
    if " error " in first and not by_meaning:
        with pytest.raises(RulesError, match="error R") as refused:
            RuleBook.load(path, registry=standard_registry())
        assert refused.value.findings
    else:
        RuleBook.load(path, registry=standard_registry()).close()


def test_every_code_has_a_bad_file() -> None:
    """Each finding of the catalogue occurs, except those that no single small file can cause."""
    seen = {code for path in BAD for code in CODES if code in path.read_text(encoding="utf-8")[:80]}
    assert set(CODES) - seen == {"R113", "R303", "R401"}
    assert all(code.level in Level and code.why and code.bad and code.good for code in CODES.values())


@seed(4)
@settings(max_examples=150, deadline=None, database=None)
@given(st.sampled_from(BAD), st.integers(0, 900), st.text(max_size=5), st.integers(0, 8))
def test_no_text_ends_in_a_traceback(path: Path, at: int, inserted: str, removed: int) -> None:
    """Whatever a slip of the keyboard does to a file, the answer is a book or a RulesError."""
    text = path.read_text(encoding="utf-8")
    text = text[:at] + inserted + text[at + removed :]
    try:
        RuleBook.parse(text, registry=standard_registry()).close()
    except RulesError as error:
        assert error.findings


def test_too_deep_is_too_large() -> None:
    """A file nested beyond reading is refused in a line, not by the stack."""
    deep = "triage: " + "[" * 60 + "]" * 60
    with pytest.raises(RulesError, match="R113"):
        RuleBook.parse(deep, registry=standard_registry())
