"""The reference: three-valued logic in plain Python, which says what every rule file means.

The engine's answers are checked against it, traces are made by it, and it decides when the engine fails.
Unknown (None) behaves as in Kleene's strong logic: `all` is false as soon as one part is false, `any` is
true as soon as one is true, `not` of unknown is unknown. Only a condition that is true makes a rule match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TypeAlias

from rules.language import All, AnyOf, Comparison, Condition, Not

Truth: TypeAlias = bool | None
Evaluator: TypeAlias = Callable[[Sequence[Truth]], Truth]


def every(truths: Iterable[Truth]) -> Truth:
    """`all`: false if any is false, else unknown if any is unknown, else true."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def some(truths: Iterable[Truth]) -> Truth:
    """`any`: true if any is true, else unknown if any is unknown, else false."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            result = None
    return result


def negated(truth: Truth) -> Truth:
    """`not`: unknown stays unknown."""
    return None if truth is None else not truth


def evaluator(condition: Condition, number: Mapping[Comparison, int]) -> Evaluator:
    """A function from the answers, by comparison number, to the truth of the condition."""
    match condition:
        case Comparison():
            return itemgetter(number[condition])
        case Not(part=part):
            inner = evaluator(part, number)
            return lambda answers: negated(inner(answers))
        case All(parts=parts):
            return _joined(every, False, [evaluator(part, number) for part in parts])
        case AnyOf(parts=parts):
            return _joined(some, True, [evaluator(part, number) for part in parts])


def _joined(
    join: Callable[[Iterable[Truth]], Truth], settling: bool, parts: Sequence[Evaluator]
) -> Evaluator:
    """`join` over the parts; the first part is asked alone, because it settles most conditions."""
    first, rest = parts[0], parts[1:]

    def joined(answers: Sequence[Truth]) -> Truth:
        truth = first(answers)
        if truth is settling:
            return settling
        return join([truth, *(part(answers) for part in rest)])

    return joined
