"""How well a rule book triages messages whose right priority people have named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from plugins.errors import BadRequest
from plugins.model import Decision, Facts, Priority
from rules.book import RuleBook
from rules.facts import facts_in
from rules.language import Section

#: Problems of a file that are named one by one.
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A message with the priority that it should get."""

    text: str
    priority: Priority
    soft: bool = False  #: People may well differ about it.


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelScore:
    """How one priority was recognised; shares are 0–1."""

    priority: Priority
    rows: int  #: Examples that should get this priority.
    recall: float  #: Share of those that got it.
    false_alarms: float  #: Share of all other examples that got it too.
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """An example that got another priority than it should."""

    text: str
    wanted: Priority
    got: Priority
    rules: tuple[str, ...]  #: Ids of the rules that took part.


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Figures over all examples; shares are 0–1."""

    rows: int
    left_out: int  #: Soft examples that did not count.
    accuracy: float
    macro_f1: float  #: Mean F1 of the priorities that the examples name.
    levels: tuple[LevelScore, ...]
    misses: tuple[Miss, ...]  #: The worst first: those furthest from the right priority.


def read_examples(path: Path) -> list[Example]:
    """Examples from a JSON Lines file with `text`, `priority` and, if it is debatable, `certainty: soft`.

    Raises:
        BadRequest: the file cannot be read; the text names every wrong line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # U+2028 is no end of a line in JSON
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{path}: cannot be read: {error}") from error
    examples: list[Example] = []
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            examples.append(
                Example(
                    text=str(row["text"]),
                    priority=Priority(row["priority"]),
                    soft=row.get("certainty") == "soft",
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            problems.append(f"{path}:{number}: needs a JSON object with text and priority P0–P3 ({error})")
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        raise BadRequest("\n".join(problems[:_MOST_PROBLEMS]) + (f"\n… and {more} more" if more > 0 else ""))
    if not examples:
        raise BadRequest(f"{path}: no examples; each line is {{'text': …, 'priority': 'P1'}}")
    return examples


def by_words_alone(book: RuleBook, *, at: datetime) -> Callable[[str], Decision]:
    """Decides a text as if it came in at a moment (aware) from a customer of whom nothing else is known.

    The decision's reasons are those of triage and escalation; whether a draft may be written depends on
    facts that a text does not tell.
    """
    drafting = {rule.id for rule in book.file.rules if rule.section is Section.DRAFT}

    def decide(text: str) -> Decision:
        decision = book.decide(Facts(facts_in(text)), at=at)
        return replace(decision, reasons=tuple(r for r in decision.reasons if r.rule not in drafting))

    return decide


def score(
    examples: Iterable[Example], decide: Callable[[str], Decision], *, with_soft: bool = False
) -> Score:
    """Let `decide` triage every example's text and compare; soft examples count only `with_soft`."""
    examples = list(examples)
    counted = [example for example in examples if with_soft or not example.soft]
    results: list[tuple[Priority, Priority]] = []
    misses: list[Miss] = []
    for example in counted:
        decision = decide(example.text)
        results.append((example.priority, decision.priority))
        if decision.priority is not example.priority:
            rules = tuple(reason.rule for reason in decision.reasons)
            misses.append(
                Miss(text=example.text, wanted=example.priority, got=decision.priority, rules=rules)
            )
    levels = tuple(
        _level(priority, results) for priority in Priority if any(wanted is priority for wanted, _ in results)
    )
    right = sum(wanted is got for wanted, got in results)
    return Score(
        rows=len(results),
        left_out=len(examples) - len(counted),
        accuracy=right / len(results) if results else 0.0,
        macro_f1=sum(level.f1 for level in levels) / len(levels) if levels else 0.0,
        levels=levels,
        misses=tuple(sorted(misses, key=_distance, reverse=True)),
    )


def _level(priority: Priority, results: Sequence[tuple[Priority, Priority]]) -> LevelScore:
    wanted = sum(right is priority for right, _ in results)
    called = sum(got is priority for _, got in results)
    hits = sum(right is priority is got for right, got in results)
    others = len(results) - wanted
    return LevelScore(
        priority=priority,
        rows=wanted,
        recall=hits / wanted,
        false_alarms=(called - hits) / others if others else 0.0,
        f1=2 * hits / (wanted + called),
    )


def _distance(miss: Miss) -> int:
    return abs(int(miss.wanted[1]) - int(miss.got[1]))
