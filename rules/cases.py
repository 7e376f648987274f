"""Examples that say what rules.yaml must do with a message: read from YAML, run, reported one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from plugins.errors import RulesError
from plugins.model import Decision, Priority, Route
from rules.book import RuleBook, read_rules_text
from rules.document import Items, Node, Scalar, read_document
from rules.fields import FieldReader
from rules.findings import Report
from rules.quantities import read_day
from rules.registry import FactRegistry
from rules.specimen import read_fact, specimen

FILE_KEYS = ("rules", "now", "defaults", "tests")
CASE_KEYS = ("name", "message", "subject", "channel", "facts", "now", "expect", "todo")
PRIORITIES = {priority.value: priority.value for priority in Priority}
ROUTES = {route.value: route.value for route in Route}
EXPECT_KEYS = ("priority", "route", "team", "labels", "fired", "not_fired", "blocked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One message, what is known besides, and what must come out."""

    name: str
    line: int
    message: str
    subject: str | None
    channel: str
    facts: Mapping[str, str]  #: As written; lists as a,b.
    now: datetime
    expect: Mapping[str, Any]  #: Only what was given, by `EXPECT_KEYS`; no fired means: no rule matches.
    todo: bool = False  #: May fail; reported when it passes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a case."""

    case: Case
    problems: tuple[str, ...]  #: One sentence for each expectation that was not met.
    matched: tuple[str, ...]  #: Rules that matched, also in shadow, and draft conditions that held.
    decision: Decision

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A file of cases."""

    path: Path
    rules: Path | None  #: The rules file that it names, resolved beside it.
    cases: tuple[Case, ...] = field(default_factory=tuple)

    @property
    def expected_rules(self) -> set[str]:
        """Rules that some case expects to match or to block."""
        named = ("fired", "blocked")
        return {rule for case in self.cases for key in named for rule in case.expect.get(key, ())}


def read_suite(path: Path, registry: FactRegistry) -> Suite:
    """The cases of a YAML file.

    Raises:
        RulesError: the file cannot be read or is wrong; all errors with their places.
    """
    text = read_rules_text(path)
    root, findings = read_document(text)
    reader = _SuiteReader(registry)
    suite = reader.read(root, path) if root is not None else Suite(path=path, rules=None)
    Report.of(str(path), text, [*findings, *reader.fields.findings]).raise_errors()
    return suite


def run(book: RuleBook, cases: Iterable[Case], registry: FactRegistry) -> list[Outcome]:
    """Decide every case at its own moment and compare; never stops at the first failure."""
    return [_outcome(book, case, registry) for case in cases]


def _outcome(book: RuleBook, case: Case, registry: FactRegistry) -> Outcome:
    facts = specimen(case.message, registry, channel=case.channel, subject=case.subject, known=case.facts)
    decision = book.decide(facts, at=case.now)
    states = {rule["id"]: rule["state"] for rule in decision.trace["rules"]}
    matched = tuple(rule for rule, state in states.items() if state.startswith("matched"))
    result = decision.trace["result"]
    fired, blocked = set(result["matched"]) | set(decision.shadow), set(result["blocking"])
    problems = []
    for key, wanted in case.expect.items():
        match key:
            case "fired" if not wanted and fired:
                problems.append(f"expected no rule to match; matched: {', '.join(sorted(fired))}")
            case "fired":
                missing = [rule for rule in wanted if not _named(rule, fired)]
                if missing:
                    got = ", ".join(sorted(fired)) or "no rule"
                    problems.append(f"expected to match: {', '.join(missing)}; matched: {got}")
            case "not_fired":
                problems += [
                    f"expected not to match: {rule}; matched: {', '.join(_named(rule, fired))}"
                    for rule in wanted
                    if _named(rule, fired)
                ]
            case "blocked":
                missing = [rule for rule in wanted if not _named(rule, blocked)]
                if missing:
                    got = ", ".join(sorted(blocked)) or "nothing"
                    problems.append(f"expected to keep the draft back: {', '.join(missing)}; did: {got}")
            case "labels":
                if not set(wanted) <= set(decision.labels):
                    problems.append(f"expected labels {', '.join(wanted)}; got {', '.join(decision.labels)}")
            case _:
                got = result[key]
                if got != wanted:
                    problems.append(f"expected {key} {wanted}; got {got}")
    return Outcome(case=case, problems=tuple(problems), matched=matched, decision=decision)


def _named(pattern: str, rules: Iterable[str]) -> list[str]:
    """The rules that an id, or a pattern with *, names."""
    return sorted(rule for rule in rules if fnmatchcase(rule, pattern))


class _SuiteReader:
    def __init__(self, registry: FactRegistry) -> None:
        self.fields = FieldReader()
        self.registry = registry

    def read(self, root: Node, path: Path) -> Suite:
        top = {
            name: node
            for name, (_, node) in self.fields.closed(
                root, "the file", FILE_KEYS, required=("tests",)
            ).items()
        }
        rules = self.fields.text(top["rules"], "rules") if "rules" in top else None
        now = self._moment(top["now"]) if "now" in top else None
        defaults = (
            self._values(top["defaults"], "defaults", ("channel", "facts")) if "defaults" in top else {}
        )
        channel = self.fields.text(defaults["channel"], "channel") if "channel" in defaults else None
        facts = self._facts(defaults["facts"]) if "facts" in defaults else {}
        cases = []
        for node in self.fields.items(top["tests"], "tests") if "tests" in top else ():
            case = self._case(node, channel or "email", facts, now or datetime.now(UTC))
            if case is not None:
                cases.append(case)
        return Suite(path=path, rules=path.parent / rules if rules else None, cases=tuple(cases))

    def _values(
        self, node: Node, what: str, known: tuple[str, ...], required: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        return {name: value for name, (_, value) in self.fields.closed(node, what, known, required).items()}

    def _case(self, node: Node, channel: str, facts: Mapping[str, str], now: datetime) -> Case | None:
        values = self._values(node, "a test", CASE_KEYS, required=("name", "message", "expect"))
        if not {"name", "message", "expect"} <= values.keys():
            return None
        texts = {
            key: self.fields.text(values[key], key)
            for key in ("name", "message", "subject", "channel")
            if key in values
        }
        return Case(
            name=texts["name"] or "",
            line=node.place.line,
            message=texts["message"] or "",
            subject=texts.get("subject"),
            channel=texts.get("channel") or channel,
            facts={**facts, **(self._facts(values["facts"]) if "facts" in values else {})},
            now=(self._moment(values["now"]) or now) if "now" in values else now,
            expect=self._expect(values["expect"]),
            todo=bool(self.fields.yes_no(values["todo"], "todo")) if "todo" in values else False,
        )

    def _expect(self, node: Node) -> dict[str, Any]:
        expect: dict[str, Any] = {}
        for name, value in self._values(node, "expect", EXPECT_KEYS).items():
            if name == "priority":
                expect[name] = self.fields.choice(value, name, PRIORITIES)
            elif name == "route":
                expect[name] = self.fields.choice(value, name, ROUTES)
            elif name == "team":
                expect[name] = self.fields.text(value, name)
            elif isinstance(value, Items) and not value.items:
                expect[name] = ()
            else:
                expect[name] = self.fields.texts(value, name)
        return expect

    def _facts(self, node: Node) -> dict[str, str]:
        known: dict[str, str] = {}
        for key, value in self.fields.mapping(node, "facts").values():
            written = _written(value)
            if written is None:
                self.fields.note("R103", value, f"{key.text} must be one value or a list of texts")
                continue
            try:
                read_fact(key.text, written, self.registry)
            except RulesError as error:
                code = "R102" if self.registry.get(key.text) is None else "R112"
                self.fields.note(code, key, str(error))
            known[key.text] = written
        return known

    def _moment(self, node: Node) -> datetime | None:
        moment = self.fields.read(node, "now", read_day, "a moment such as 2026-03-02T09:00:00+01:00")
        if moment is None:
            return None
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _written(node: Node) -> str | None:
    if isinstance(node, Scalar):
        return "unknown" if node.empty else node.text
    if isinstance(node, Items) and all(isinstance(item, Scalar) for item in node.items):
        return "[" + ",".join(item.text for item in node.items if isinstance(item, Scalar)) + "]"
    return None
