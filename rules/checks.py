"""How each operator is answered for a value that is known and of the right type.

Most comparisons of a file ask the same few facts, so they are answered in runs: all thresholds on one fact by
one binary search, all words and equal values by looking up what is there. What is left is asked one by one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from plugins.model import Money
from rules.arguments import compile_pattern
from rules.language import Comparison
from rules.truth import FALSE, TRUE, truth_of

#: Writes the answers of some comparisons for one value into the truths of all.
Run: TypeAlias = Callable[[Any, bytearray], None]
Check: TypeAlias = Callable[[Any], bool | None]

ORDERED = ("above", "at_least", "below", "at_most")


def ordered_run(operator: str, bounds: Sequence[Any], first: int) -> Run:
    """All comparisons of one operator on one fact, whose bounds rise from comparison `first` on.

    Money bounds are of one currency; money of another one leaves the comparisons unknown.
    """
    search = bisect_left if operator in ("above", "at_most") else bisect_right
    holds_below = operator in ("above", "at_least")  # true up to the value, false beyond
    currency = bounds[0].currency if isinstance(bounds[0], Money) else None
    amounts = [bound.amount for bound in bounds] if currency else list(bounds)
    count = len(amounts)

    def run(value: Any, truths: bytearray) -> None:
        if currency:
            if value.currency.upper() != currency:
                return
            value = value.amount
        below = search(amounts, value)
        low, high = (TRUE, FALSE) if holds_below else (FALSE, TRUE)
        truths[first : first + count] = bytes([low]) * below + bytes([high]) * (count - below)

    return run


def lookup_run(keys: Iterable[tuple[int, Iterable[Any]]], found: Callable[[Any], Iterable[Any]]) -> Run:
    """Comparisons that hold when one of their keys is among what is found in the value."""
    asking: dict[Any, list[int]] = {}
    numbers = []
    for number, wanted in keys:
        numbers.append(number)
        for key in wanted:
            asking.setdefault(key, []).append(number)
    first, falses = numbers[0], bytes([FALSE]) * len(numbers)

    def run(value: Any, truths: bytearray) -> None:
        truths[first : first + len(falses)] = falses
        for key in found(value):
            for number in asking.get(key, ()):
                truths[number] = TRUE

    return run


def single_run(number: int, check: Check) -> Run:
    """One comparison that is asked by itself."""

    def run(value: Any, truths: bytearray) -> None:
        truths[number] = truth_of(check(value))

    return run


#: Operators that are looked up: the keys of a comparison, and what a prepared value has to offer.
LOOKED_UP: dict[str, tuple[Callable[[Any], Iterable[Any]], Callable[[Any], Iterable[Any]]]] = {
    "has": (lambda phrases: phrases, lambda text: text.found),
    "has_any": (lambda phrases: phrases, lambda text: text.found),
    "one_of": (lambda values: values, lambda text: (text.folded,)),
    "contains": (lambda item: (item,), lambda items: items),
    "contains_any": (lambda items: items, lambda items: items),
}


def check_of(comparison: Comparison) -> Check:
    """How a comparison is asked of one prepared value; `resembles` is not among them."""
    argument = comparison.argument
    match comparison.operator:
        case "is":
            return _equal(argument, wanted=True)
        case "is_not":
            return _equal(argument, wanted=False)
        case "has_all":
            return lambda text: all(phrase in text.found for phrase in argument)
        case "has_none":
            return lambda text: text.found.isdisjoint(argument)
        case "matches":
            search = compile_pattern(argument).search
            return lambda text: search(text.folded) is not None
        case "between":
            return _between(*argument)
        case "contains_all":
            return lambda items: items.issuperset(argument)
        case "is_empty":
            return lambda items: (not items) is argument
        case operator:
            raise ValueError(f"{operator} has no check of its own")


def _equal(argument: Any, *, wanted: bool) -> Check:
    if isinstance(argument, str):
        return lambda text: (text.folded == argument) is wanted
    if isinstance(argument, Money):
        return lambda money: (
            (money.amount == argument.amount) is wanted if _same_currency(money, argument) else None
        )
    return lambda value: (value == argument) is wanted


def _between(low: Any, high: Any) -> Check:
    if isinstance(low, Money):
        return lambda money: low.amount <= money.amount <= high.amount if _same_currency(money, low) else None
    return lambda value: bool(low <= value <= high)


def _same_currency(money: Money, other: Money) -> bool:
    return money.currency.upper() == other.currency
