"""Why a decision is what it is: each rule and condition with its line, its value and its result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rules.arguments import compile_pattern
from rules.atoms import Answers, Atoms
from rules.language import All, AnyOf, Comparison, Condition, Not, Rule, comparisons
from rules.quantities import written
from rules.reference import evaluate
from rules.truth import FALSE, TRUE, UNKNOWN, Truth

#: Characters of a text fact that a trace shows; the message itself is stored elsewhere.
SHOWN_TEXT = 80

#: Operators whose value is a part of the message.
_IN_WORDS = frozenset({"has", "has_any", "has_all", "matches"})

_RESULTS: dict[Truth, str] = {TRUE: "met", FALSE: "not met", UNKNOWN: "unknown"}


class Trace(Mapping[str, Any]):
    """A trace that is made when it is first looked at; `dict(trace)` is ready for JSON."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._made: dict[str, Any] | None = None

    def _content(self) -> dict[str, Any]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, key: str) -> Any:
        return self._content()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content())

    def __len__(self) -> int:
        return len(self._content())


class Evidence:
    """The answers to the comparisons of one message, put into words."""

    def __init__(self, atoms: Atoms, answers: Answers) -> None:
        self.atoms = atoms
        self.answers = answers

    def truth(self, condition: Condition) -> Truth:
        """met, not met or unknown, by the reference logic."""
        return evaluate(condition, lambda asked: self.atoms.truth(asked, self.answers))

    def tree(self, condition: Condition) -> dict[str, Any]:
        """The condition with its lines and results, ready for JSON."""
        node = {"line": condition.place.line, "result": _RESULTS[self.truth(condition)]}
        match condition:
            case Comparison():
                return node | {"condition": str(condition), "value": self.value(condition)}
            case Not(part=part):
                return node | {"condition": "not", "parts": [self.tree(part)]}
            case All(parts=parts):
                return node | {"condition": "all", "parts": [self.tree(part) for part in parts]}
            case AnyOf(parts=parts):
                return node | {"condition": "any", "parts": [self.tree(part) for part in parts]}

    def value(self, comparison: Comparison) -> str | None:
        """What the comparison found: the words, the match, the likeness, or the fact's value."""
        answers = self.answers
        if comparison.fact not in answers.values:
            return None
        text = answers.texts.get(comparison.fact)
        if text is None:
            return written(answers.values[comparison.fact])
        if comparison.operator.startswith("has"):
            found = [phrase for phrase in comparison.argument if phrase in text.found]
            return written(found) if found else "none of them"
        if comparison.operator == "matches":
            match = compile_pattern(comparison.argument).search(text.folded)
            return written(match[0]) if match else "no match"
        if comparison.operator == "resembles":
            near = self.atoms.likeness(comparison, answers)
            return f"{near[0]:.2f} to {written(near[1])}" if near else None
        return written(shortened(str(answers.values[comparison.fact])))

    def decisive(self, condition: Condition, wanted: Truth) -> list[Comparison]:
        """The comparisons that made the condition come out as `wanted`, from top to bottom."""
        if self.truth(condition) != wanted:
            return []
        match condition:
            case Comparison():
                return [condition]
            case Not(part=part):
                return self.decisive(part, TRUE - wanted)
            case All(parts=parts) | AnyOf(parts=parts):
                return [found for part in parts for found in self.decisive(part, wanted)]

    def reason(self, rule: Rule) -> str:
        """One sentence: the rule's own reason, and the values that decided.

        A rule that is not met is taken for one under `draft`, which did not allow a draft.
        """
        truth = self.truth(rule.when)
        decisive = self.decisive(rule.when, truth)
        if len(decisive) > 1:
            decisive = list(dict.fromkeys(decisive))
        if truth == TRUE:  # what is there tells more than what, rightly, is not
            decisive = [asked for asked in decisive if self.truth(asked) == TRUE] or decisive
        found = "; ".join(self._found(comparison) for comparison in decisive)
        reason = rule.why or rule.description
        told = f"{reason} ({found})" if reason else found
        return told if truth == TRUE else f"No draft: {told}"

    def _found(self, comparison: Comparison) -> str:
        value = self.value(comparison)
        if comparison.operator in _IN_WORDS and self.truth(comparison) == TRUE and value is not None:
            return value  # the customer's words say it; the pattern that found them stands in the trace
        return f"{shortened(str(comparison))}: {'not known' if value is None else value}"


def shortened(text: str) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_TEXT else line[: SHOWN_TEXT - 1] + "…"


def facts_used(rules: tuple[Rule, ...], answers: Answers) -> dict[str, str | None]:
    """Every fact that a rule asks about, by name, with its value as shown to people; None when unknown."""
    names = dict.fromkeys(c.fact for rule in rules for c in comparisons(rule.when))
    values = answers.values
    return {name: written(_short(values[name])) if name in values else None for name in names}


def _short(value: Any) -> Any:
    return shortened(value) if isinstance(value, str) else value
