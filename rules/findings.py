"""What is wrong with a rules file, finding by finding, each with its line, column and a way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plugins.errors import RulesError
from rules.codes import CODES, Level
from rules.language import Place

#: A reader can work through so many at a time; the rest is counted.
SHOWN = 20
#: Characters up to which a line is shown with its finding.
LONGEST_LINE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, or may be."""

    code: str  #: Key into `rules.codes.CODES`.
    text: str  #: What is wrong and what to do.
    place: Place
    width: int = 1  #: Characters to underline.
    suggestion: str | None = None  #: What the author may have meant.
    rule: str | None = None  #: Id of the rule concerned.

    @property
    def level(self) -> Level:
        """error, warning or info."""
        return CODES[self.code].level

    @property
    def line_text(self) -> str:
        """`level CODE slug: text`, the part that follows file, line and column."""
        return f"{self.level} {self.code} {CODES[self.code].slug}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings of one file, in the order of its lines."""

    file: str
    source: str
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, file: str, source: str, findings: Iterable[Finding]) -> Report:
        """A report with its findings put in order."""
        ordered = sorted(findings, key=lambda f: (f.place.line, f.place.column, f.code))
        return cls(file=file, source=source, findings=tuple(ordered))

    def count(self, level: Level) -> int:
        """How many findings are of this level."""
        return sum(finding.level is level for finding in self.findings)

    @property
    def errors(self) -> int:
        """How many findings keep the file from going live."""
        return self.count(Level.ERROR)

    def summary(self) -> str:
        """`2 errors, 1 warning in rules.yaml`, or that nothing was found."""
        parts = []
        for level, one, many in (
            (Level.ERROR, "error", "errors"),
            (Level.WARNING, "warning", "warnings"),
            (Level.INFO, "hint", "hints"),
        ):
            if count := self.count(level):
                parts.append(f"{count} {one if count == 1 else many}")
        return f"{', '.join(parts) or 'nothing wrong'} in {self.file}"

    def as_text(self, *, shown: int = SHOWN) -> str:
        """The findings for people and editors, with the line and a caret under the place."""
        lines = self.source.splitlines()
        out = [part for finding in self.findings[:shown] for part in self._with_caret(finding, lines)]
        if len(self.findings) > shown:
            out.append(f"… and {len(self.findings) - shown} more")
        return "\n".join([*out, self.summary()])

    def _with_caret(self, finding: Finding, lines: list[str]) -> list[str]:
        line, column = finding.place.line, finding.place.column
        out = [f"{self.file}:{line}:{column}: {finding.line_text}"]
        if 1 <= line <= len(lines) and len(lines[line - 1]) <= LONGEST_LINE:
            caret = " " * (column - 1) + "^" * max(1, min(finding.width, len(lines[line - 1]) - column + 1))
            hint = f' did you mean "{finding.suggestion}"?' if finding.suggestion else ""
            out += [f"{line:5} | {lines[line - 1]}", f"      | {caret}{hint}"]
        out.append(f"      = help: hotdash rules help {finding.code}")
        return out

    def raise_errors(self) -> None:
        """Raise when the file cannot go live.

        Raises:
            RulesError: with the text of all errors and the report as `findings`.
        """
        if self.errors:
            errors = tuple(finding for finding in self.findings if finding.level is Level.ERROR)
            text = Report(file=self.file, source=self.source, findings=errors).as_text()
            raise RulesError(text, findings=errors)
