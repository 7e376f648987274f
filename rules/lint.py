"""What a correct rules file probably does not mean: rules that never match, collide, or match everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from plugins.model import Priority
from rules.findings import Finding
from rules.folding import fold
from rules.language import Comparison, Place, Rule, RuleFile, Section, comparisons
from rules.meaning import always, includes, never, shared, terms
from rules.suggestion import nearest

#: Words that stand in most messages of any kind.
_COMMON = (
    "a an and are as at be by do for from have hello hi i if in is it me my no not of on or our please so "
    "thank thanks that the this to up us was we what when with you your"
)
STOP_WORDS = frozenset(_COMMON.split())
SHORTEST_WORD = 2  #: Letters; a single letter or digit is found in too many places.


def lint(file: RuleFile, at: datetime) -> Iterator[Finding]:
    """Everything that is odd about a file that was read without errors, at a moment (aware)."""
    for rule in file.rules:
        yield from _conditions(rule)
        yield from _words(rule)
        yield from _hygiene(rule, at)
    for section in (Section.TRIAGE, Section.ESCALATION):
        live = [rule for rule in file.rules if rule.section is section and rule.enabled]
        yield from _unreachable(live)
        if section is Section.TRIAGE:
            yield from _conflicts(live)
    yield from _gaps(file)
    yield from _lonely_names(file)
    yield from _levels(file)


def _at(
    rule: Rule, code: str, text: str, *, suggestion: str | None = None, place: Place | None = None
) -> Finding:
    where = place or rule.place
    width = len(rule.id) if place is None else 1
    return Finding(code=code, text=text, place=where, width=width, rule=rule.id, suggestion=suggestion)


def _conditions(rule: Rule) -> Iterator[Finding]:
    if never(rule.when):
        yield _at(rule, "R205", f"{rule.id} can never match: its conditions contradict each other")
    elif always(rule.when):
        yield _at(rule, "R204", f"{rule.id} matches every message whose facts are known")
    found = terms(rule.when)
    if found and rule.section is not Section.DRAFT and any(all(map(_negative, term)) for term in found):
        yield _at(rule, "R210", f"{rule.id} can match by what is not there alone; say what must be there too")


def _negative(claim: tuple[Comparison, bool]) -> bool:
    comparison, wanted = claim
    if comparison.operator.startswith("has"):
        return wanted is (comparison.operator == "has_none")
    return comparison.operator in ("matches", "resembles") and not wanted


def _words(rule: Rule) -> Iterator[Finding]:
    for comparison in comparisons(rule.when):
        if comparison.operator not in ("has", "has_any"):
            continue
        for phrase in comparison.argument:
            word = fold(phrase.removesuffix("*"))
            if word in STOP_WORDS or (len(word) < SHORTEST_WORD and word.isalnum() and word.isascii()):
                text = f'"{phrase}" is in almost every message, so {rule.id} would match almost always'
                yield _at(rule, "R209", text, place=comparison.place)


def _hygiene(rule: Rule, at: datetime) -> Iterator[Finding]:
    if rule.ends is not None and rule.ends <= at:
        yield _at(rule, "R212", f"{rule.id} is over since {rule.ends:%Y-%m-%d}; delete it or move the date")
    if not (rule.why or rule.description):
        yield _at(rule, "R301", f"{rule.id} has no why: agents will not know what it is for")


def _unreachable(rules: list[Rule]) -> Iterator[Finding]:
    for n, rule in enumerate(rules):
        for earlier in rules[:n]:
            lasting = earlier.stop and not earlier.shadow and not earlier.starts and not earlier.ends
            if lasting and includes(earlier.when, rule.when):
                before = f"{earlier.id} (line {earlier.place.line})"
                text = f"{rule.id} is never reached: {before} matches first and stops"
                yield _at(rule, "R201", text)
                break


def _conflicts(rules: list[Rule]) -> Iterator[Finding]:
    for n, rule in enumerate(rules):
        for earlier in rules[:n]:
            if (
                earlier.priority is not rule.priority
                or not (earlier.team and rule.team)
                or earlier.team == rule.team
                or earlier.stop
            ):
                continue
            common = shared(earlier.when, rule.when)
            if common is not None or includes(earlier.when, rule.when) or includes(rule.when, earlier.when):
                yield _at(
                    rule,
                    "R203",
                    f"{rule.id} (team {rule.team}) and {earlier.id} (team {earlier.team}, line "
                    f"{earlier.place.line}) can match the same message; team {earlier.team} wins",
                )


def _gaps(file: RuleFile) -> Iterator[Finding]:
    used = {rule.priority for rule in file.rules if rule.enabled} | {file.default}
    for priority in Priority:
        if priority not in used:
            yield Finding(code="R207", text=f"no rule gives {priority}", place=Place(1, 1))


def _lonely_names(file: RuleFile) -> Iterator[Finding]:
    for what, names in (
        ("team", [(rule, rule.team) for rule in file.rules if rule.team]),
        ("label", [(rule, label) for rule in file.rules for label in rule.labels]),
    ):
        counts = Counter(name for _, name in names)
        for rule, name in names:
            known = [other for other, count in counts.items() if count > 1]
            near = nearest(name, known, likeness=85) if counts[name] == 1 else None
            if near is not None:
                yield _at(rule, "R215", f'the {what} "{name}" is named only here', suggestion=near)


def _levels(file: RuleFile) -> Iterator[Finding]:
    for higher, lower in pairwise(Priority):
        if file.levels[lower].first_response < file.levels[higher].first_response:
            text = f"{lower} is promised a first response sooner than {higher}"
            yield Finding(code="R213", text=text, place=Place(1, 1))
