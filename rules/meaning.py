"""What can be known of a condition without any message: contradictions, and which one includes which."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product
from typing import Any, TypeAlias

from plugins.model import Money
from rules.language import All, AnyOf, Comparison, Condition, Not

#: A comparison and whether it must come out true.
Claim: TypeAlias = tuple[Comparison, bool]
#: Claims that hold together.
Term: TypeAlias = frozenset[Claim]

#: Alternatives that are looked through; a condition with more of them is not judged.
MOST_TERMS = 64

_LOWER, _UPPER = ("above", "at_least"), ("below", "at_most")


def terms(condition: Condition, wanted: bool = True) -> list[Term] | None:
    """The ways in which a condition can hold (disjunctive normal form); None when there are too many."""
    match condition:
        case Comparison():
            return [frozenset({(condition, wanted)})]
        case Not(part=part):
            return terms(part, not wanted)
        case All(parts=parts) | AnyOf(parts=parts):
            inner = [terms(part, wanted) for part in parts]
            known = [found for found in inner if found is not None]
            if len(known) < len(inner):
                return None
            if isinstance(condition, All) is not wanted:
                found = [term for alternatives in known for term in alternatives]
                return found if len(found) <= MOST_TERMS else None
            combined: list[Term] = [frozenset()]
            for alternatives in known:
                if len(combined) * len(alternatives) > MOST_TERMS:
                    return None
                combined = [one | other for one, other in product(combined, alternatives)]
            return combined


def never(condition: Condition) -> bool:
    """Whether no message can meet the condition."""
    found = terms(condition)
    return found is not None and all(map(_contradicts, found))


def always(condition: Condition) -> bool:
    """Whether every message meets the condition as soon as its facts are known."""
    found = terms(condition, wanted=False)
    return found is not None and all(map(_contradicts, found))


def includes(wide: Condition, narrow: Condition) -> bool:
    """Whether every message that meets `narrow` surely meets `wide`; False when that cannot be told."""
    ours, theirs = terms(wide), terms(narrow)
    if ours is None or theirs is None:
        return False
    return all(any(_follows(term, small) for term in ours) for small in theirs)


def shared(one: Condition, other: Condition) -> Comparison | None:
    """A comparison that by itself meets both conditions, if there is one."""
    ours = {next(iter(term)) for term in terms(one) or () if len(term) == 1}
    theirs = {next(iter(term)) for term in terms(other) or () if len(term) == 1}
    return min((c for c, wanted in ours & theirs if wanted), key=lambda c: c.place.line, default=None)


def _follows(term: Term, small: Term) -> bool:
    """Whether each claim of `term` follows from one of `small`."""
    return all(any(_claim_follows(claim, known) for known in small) for claim in term)


def _claim_follows(claim: Claim, known: Claim) -> bool:
    if claim == known:
        return True
    (wide, wanted), (narrow, given) = claim, known
    if not (wanted and given) or wide.fact != narrow.fact:
        return False
    words = ("has", "has_any")
    if wide.operator in words and narrow.operator in words:
        return set(narrow.argument) <= set(wide.argument)
    if wide.operator == "one_of" and narrow.operator in ("is", "one_of"):
        return _values(narrow) <= _values(wide)
    if wide.operator == narrow.operator and _comparable(wide.argument, narrow.argument):
        ours, theirs = _amount(wide.argument), _amount(narrow.argument)
        if wide.operator in _LOWER:
            return bool(theirs >= ours)
        if wide.operator in _UPPER:
            return bool(theirs <= ours)
    return False


def _contradicts(term: Iterable[Claim]) -> bool:
    return any(_clash(one, other) for one, other in combinations(term, 2))


def _clash(one: Claim, other: Claim) -> bool:
    (first, wanted), (second, given) = one, other
    if first == second:
        return wanted is not given
    if first.fact != second.fact:
        return False
    if {first.operator, second.operator} <= {"is", "one_of"} and isinstance(
        first.argument, str | tuple | bool
    ):
        return wanted and given and _values(first).isdisjoint(_values(second))
    bounds = [_bound(first, wanted), _bound(second, given)]
    for low, high in (bounds, bounds[::-1]):
        if low and high and low[0] == "low" and high[0] == "high" and _comparable(low[1], high[1]):
            least, most = _amount(low[1]), _amount(high[1])
            return bool(least > most or (least == most and not (low[2] and high[2])))
    return False


def _bound(comparison: Comparison, wanted: bool) -> tuple[str, Any, bool] | None:
    """Side, value and whether the value itself counts, for a threshold or its negation."""
    kind = comparison.operator
    if kind not in _LOWER + _UPPER:
        return None
    side = "low" if (kind in _LOWER) is wanted else "high"
    return side, comparison.argument, (kind in ("at_least", "at_most")) is wanted


def _values(comparison: Comparison) -> set[Any]:
    argument = comparison.argument
    return set(argument) if isinstance(argument, tuple) else {argument}


def _amount(value: Any) -> Any:
    return value.amount if isinstance(value, Money) else value


def _comparable(one: Any, other: Any) -> bool:
    return type(one) is type(other) and getattr(one, "currency", "") == getattr(other, "currency", "")
