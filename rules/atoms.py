"""Asks every distinct comparison of a rule file of one message's facts: true, false or unknown.

This is all that touches texts, money, times and vectors; the rule engine sees only the answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np

from plugins.model import Facts, Money
from rules.conditions import compile_pattern
from rules.folding import fold
from rules.language import Comparison, Resemblance
from rules.registry import FactRegistry, FactSpec, FactType, type_of
from rules.sentences import sentences
from rules.words import WordIndex

#: Texts → one unit vector a row.
Embed: TypeAlias = Callable[[Sequence[str]], np.ndarray[Any, np.dtype[Any]]]
Truth: TypeAlias = bool | None  #: None is "unknown".

#: Rules look at so many characters of a text; a longer mail repeats itself.
LONGEST_TEXT = 20_000


class Text:
    """A text fact, prepared once for all comparisons that ask about it."""

    def __init__(self, text: str, words: WordIndex, vectors: Callable[[str], Any]) -> None:
        self.folded = fold(text[:LONGEST_TEXT])
        self.found = words.find(self.folded)  #: Phrases of the rules that stand in it.
        self._text = text
        self._vectors = vectors
        self._embedded: Any = None

    def likeness(self, examples: Any) -> Any:
        """Cosine 0–1 of the closest sentence to each example (rows of unit vectors)."""
        if self._embedded is None:
            self._embedded = self._vectors(self._text)
        return (self._embedded @ examples.T).max(axis=0)


@dataclass(slots=True)
class Answers:
    """What the comparisons of one rule file answered for one message."""

    truths: list[Truth]  #: By the comparison's number.
    values: dict[str, Any] = field(default_factory=dict)  #: Known facts that rules asked about.
    texts: dict[str, Text] = field(default_factory=dict)


Check: TypeAlias = Callable[[Any], Truth]


class Atoms:
    """The distinct comparisons of a rule file, numbered from 0."""

    def __init__(
        self, asked: Iterable[Comparison], registry: FactRegistry, embed: Embed | None = None
    ) -> None:
        self.number: dict[Comparison, int] = {}
        for comparison in asked:
            self.number.setdefault(comparison, len(self.number))
        phrases = [phrase for c in self.number if c.operator.startswith("has") for phrase in c.argument]
        self._words = WordIndex(phrases)
        self._embed = embed
        self._examples: dict[Comparison, Any] = {
            c: embed(c.argument.examples) for c in self.number if embed and c.operator == "resembles"
        }
        self._plans: dict[str, tuple[FactSpec, list[tuple[int, FactType, Check]]]] = {}
        self._presence: list[tuple[int, str, bool]] = []
        for comparison, number in self.number.items():
            self._plan(comparison, number, registry)

    def _plan(self, comparison: Comparison, number: int, registry: FactRegistry) -> None:
        spec = registry.get(comparison.fact)
        if spec is None:
            raise ValueError(f"{comparison.fact} was checked when the file was read, and is gone now")
        _, checks = self._plans.setdefault(comparison.fact, (spec, []))
        if comparison.operator == "known":
            self._presence.append((number, comparison.fact, comparison.argument))
        else:
            checks.append((number, comparison.expects, self._check(comparison)))

    def answer(self, facts: Facts) -> Answers:
        """Ask everything; a missing fact, or one of another type or currency, answers unknown."""
        answers = Answers(truths=[None] * len(self.number))
        truths = answers.truths
        for name, (spec, checks) in self._plans.items():
            value = spec.value_in(facts, name)
            if value is None or (isinstance(value, float) and math.isnan(value)):
                continue
            answers.values[name] = value
            kind = type_of(value)
            prepared = self._prepare(value, name, answers)
            for number, expected, check in checks:
                if expected is kind:
                    truths[number] = check(prepared)
        for number, name, wanted in self._presence:
            truths[number] = (name in answers.values) is wanted
        return answers

    def _prepare(self, value: Any, name: str, answers: Answers) -> Any:
        match value:
            case str():
                answers.texts[name] = Text(value, self._words, self._vectors)
                return answers.texts[name]
            case bool():
                return value
            case float():
                return Decimal(repr(value))  # 0.7 is then exactly the 0.7 that the author wrote
            case tuple() | list():
                return frozenset(fold(str(item)) for item in value)
            case _:
                return value

    def _vectors(self, text: str) -> Any:
        if self._embed is None:
            raise RuntimeError("nothing to embed with")
        return self._embed(sentences(text))

    def likeness(self, comparison: Comparison, answers: Answers) -> tuple[float, str] | None:
        """How close a text came to the nearest example of a `resembles`, and which one that is."""
        examples, text = self._examples.get(comparison), answers.texts.get(comparison.fact)
        if examples is None or text is None:
            return None
        scores = text.likeness(examples)
        best = int(scores.argmax())
        return float(scores[best]), comparison.argument.examples[best]

    def _check(self, comparison: Comparison) -> Check:
        argument = comparison.argument
        if comparison.operator == "resembles":
            return self._resembles(comparison)
        if comparison.operator in ("above", "at_least", "below", "at_most", "between"):
            return _in_order(comparison.operator, argument)
        if isinstance(argument, Money):
            return _same_money(argument, wanted=comparison.operator == "is")
        return _CHECKS[comparison.operator](argument)

    def _resembles(self, comparison: Comparison) -> Check:
        examples, argument = self._examples.get(comparison), comparison.argument
        if examples is None or not isinstance(argument, Resemblance):
            return lambda text: None  # no model: nobody can say
        return lambda text: bool(text.likeness(examples).max() >= argument.at_least)


def _is(argument: Any) -> Check:
    if isinstance(argument, str):
        return lambda text: text.folded == argument
    return lambda value: value == argument


def _is_not(argument: Any) -> Check:
    same = _is(argument)
    return lambda value: not same(value)


def _has_any(phrases: tuple[str, ...]) -> Check:
    wanted = frozenset(phrases)
    return lambda text: not wanted.isdisjoint(text.found)


def _has_all(phrases: tuple[str, ...]) -> Check:
    wanted = frozenset(phrases)
    return lambda text: wanted <= text.found


def _has_none(phrases: tuple[str, ...]) -> Check:
    wanted = frozenset(phrases)
    return lambda text: wanted.isdisjoint(text.found)


def _matches(pattern: str) -> Check:
    search = compile_pattern(pattern).search
    return lambda text: search(text.folded) is not None


def _one_of(values: tuple[str, ...]) -> Check:
    wanted = frozenset(values)
    return lambda text: text.folded in wanted


def _contains_any(values: tuple[str, ...]) -> Check:
    wanted = frozenset(values)
    return lambda items: not wanted.isdisjoint(items)


def _contains_all(values: tuple[str, ...]) -> Check:
    wanted = frozenset(values)
    return lambda items: wanted <= items


_CHECKS: dict[str, Callable[[Any], Check]] = {
    "is": _is,
    "is_not": _is_not,
    "one_of": _one_of,
    "has": _has_any,
    "has_any": _has_any,
    "has_all": _has_all,
    "has_none": _has_none,
    "matches": _matches,
    "contains": lambda item: lambda items: item in items,
    "contains_any": _contains_any,
    "contains_all": _contains_all,
    "is_empty": lambda wanted: lambda items: (not items) is wanted,
}


def _same_money(argument: Money, *, wanted: bool) -> Check:
    def check(value: Money) -> Truth:
        if value.currency.upper() != argument.currency:
            return None
        return (value.amount == argument.amount) is wanted

    return check


def _in_order(operator: str, argument: Any) -> Check:
    """above, at_least, below, at_most, between; amounts of different currencies do not compare."""
    low, high = argument if isinstance(argument, tuple) else (argument, argument)
    if isinstance(low, Money):
        amounts = _in_order(operator, (low.amount, high.amount))
        currency = low.currency
        return lambda value: amounts(value.amount) if value.currency.upper() == currency else None
    orders: dict[str, Callable[[Decimal | int | timedelta], bool]] = {
        "above": lambda value: value > low,
        "at_least": lambda value: value >= low,
        "below": lambda value: value < low,
        "at_most": lambda value: value <= low,
        "between": lambda value: low <= value <= high,
    }
    return orders[operator]
