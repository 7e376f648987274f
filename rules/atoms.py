"""Asks every distinct comparison of a rule file of one message's facts: true, false or unknown.

This is all that touches texts, money, times and vectors; the rule engine sees only the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np

from plugins.model import Facts, Money
from rules.checks import LOOKED_UP, ORDERED, Check, Run, check_of, lookup_run, ordered_run, single_run
from rules.folding import fold
from rules.language import Comparison
from rules.registry import FactRegistry, FactSpec, FactType, type_of
from rules.sentences import sentences
from rules.truth import UNKNOWN, Truth, truth_of
from rules.words import WordIndex

#: Texts → one unit vector a row.
Embed: TypeAlias = Callable[[Sequence[str]], np.ndarray[Any, np.dtype[Any]]]

#: Rules look at so many characters of a text; a longer mail repeats itself.
LONGEST_TEXT = 20_000


class Text:
    """A text fact, prepared once for all comparisons that ask about it."""

    def __init__(self, text: str, words: WordIndex, embed: Embed | None) -> None:
        self.folded = fold(text[:LONGEST_TEXT])
        self._text = text
        self._words = words
        self._embed = embed
        self._vectors: Any = None

    @cached_property
    def found(self) -> set[str]:
        """Phrases of the rules that stand in it."""
        return self._words.find(self.folded)

    def likeness(self, examples: Any) -> Any:
        """Cosine of the closest sentence to each example; examples are rows of unit vectors."""
        if self._vectors is None:
            assert self._embed is not None  # without a model there are no vectors of examples either
            self._vectors = self._embed(sentences(self._text))
        return (self._vectors @ examples.T).max(axis=0)


@dataclass(slots=True)
class Answers:
    """What the comparisons of one rule file answered for one message."""

    truths: bytearray  #: One of `rules.truth` for each comparison's number.
    values: dict[str, Any] = field(default_factory=dict)  #: Known facts that rules asked about.
    texts: dict[str, Text] = field(default_factory=dict)


class Atoms:
    """The distinct comparisons of a rule file, numbered from 0 so that the parts of a run are neighbours."""

    def __init__(
        self, asked: Iterable[Comparison], registry: FactRegistry, embed: Embed | None = None
    ) -> None:
        everywhere = list(asked)
        distinct = sorted(dict.fromkeys(everywhere), key=_neighbours)
        self.number = {comparison: number for number, comparison in enumerate(distinct)}
        # Hashing a comparison with many words takes long; the objects of the file are known by themselves.
        self._number_at = {id(comparison): self.number[comparison] for comparison in everywhere}
        self._asked = everywhere  # an id is only good while its object lives
        phrases = [phrase for c in distinct if c.operator.startswith("has") for phrase in c.argument]
        self._words = WordIndex(phrases)
        self._embed = embed
        self._examples = {
            c: embed(c.argument.examples) for c in distinct if embed and c.operator == "resembles"
        }
        self._specs: dict[str, FactSpec] = {}
        self._runs: dict[str, list[tuple[FactType, Run]]] = {}
        self._presence: list[tuple[int, str, bool]] = []
        for (fact, operator, expects, _), run in groupby(distinct, key=_run_key):
            spec = registry.get(fact)
            if spec is None:
                raise ValueError(f"{fact} was known when the file was read, and is gone now")
            self._specs[fact] = spec
            runs = self._runs.setdefault(fact, [])
            members = list(run)
            if operator == "known":
                self._presence += [(self.number[c], fact, c.argument) for c in members]
            else:
                runs += [(FactType(expects), made) for made in self._made(operator, members)]

    def _made(self, operator: str, members: list[Comparison]) -> list[Run]:
        first = self.number[members[0]]
        if operator in ORDERED:
            return [ordered_run(operator, [c.argument for c in members], first)]
        if operator in LOOKED_UP:
            keys, found = LOOKED_UP[operator]
            return [lookup_run([(self.number[c], keys(c.argument)) for c in members], found)]
        return [
            single_run(self.number[c], self._resembles(c) if operator == "resembles" else check_of(c))
            for c in members
        ]

    def truth(self, comparison: Comparison, answers: Answers) -> Truth:
        """What a comparison of the file answered."""
        return answers.truths[self._number_at[id(comparison)]]

    def answer(self, facts: Facts) -> Answers:
        """Ask everything; a missing fact, or one of another type or currency, answers unknown."""
        answers = Answers(truths=bytearray([UNKNOWN]) * len(self.number))
        truths = answers.truths
        for fact, runs in self._runs.items():
            value = self._specs[fact].value_in(facts, fact)
            if value is None or value != value:
                continue
            answers.values[fact] = value
            kind = type_of(value)
            prepared = self._prepared(value, fact, answers)
            for expects, run in runs:
                if expects is kind:
                    run(prepared, truths)
        for number, fact, wanted in self._presence:
            truths[number] = truth_of((fact in answers.values) is wanted)
        return answers

    def _prepared(self, value: Any, fact: str, answers: Answers) -> Any:
        match value:
            case str():
                answers.texts[fact] = Text(value, self._words, self._embed)
                return answers.texts[fact]
            case float():
                return Decimal(repr(value))  # 0.7 is then exactly the 0.7 that the author wrote
            case tuple() | list():
                return frozenset(fold(str(item)) for item in value)
            case _:
                return value

    def _resembles(self, comparison: Comparison) -> Check:
        examples, least = self._examples.get(comparison), comparison.argument.at_least
        if examples is None:
            return lambda text: None  # no model: nobody can say
        return lambda text: bool(text.likeness(examples).max() >= least)

    def likeness(self, comparison: Comparison, answers: Answers) -> tuple[float, str] | None:
        """How close a text came to the nearest example of a `resembles`, and which example that is."""
        examples, text = self._examples.get(comparison), answers.texts.get(comparison.fact)
        if examples is None or text is None:
            return None
        scores = text.likeness(examples)
        best = int(scores.argmax())
        return float(scores[best]), comparison.argument.examples[best]


def _run_key(comparison: Comparison) -> tuple[str, str, str, str]:
    """What comparisons of one run have in common: fact, operator, type and currency."""
    argument = comparison.argument
    currency = argument.currency if isinstance(argument, Money) else ""
    return comparison.fact, comparison.operator, comparison.expects.value, currency


def _neighbours(comparison: Comparison) -> tuple[tuple[str, str, str, str], Any]:
    """Sort key: runs together, and within a run of thresholds by their bound."""
    argument = comparison.argument
    bound = getattr(argument, "amount", argument) if comparison.operator in ORDERED else 0
    return _run_key(comparison), bound
