"""Conditions → the few boolean patterns that durable-rules evaluates safely.

`not` is pushed down to the leaves (De Morgan), so that a pattern has only `and`, `or` and leaves "atom n is
true" or "atom n is false". An unknown atom is sent to the engine as neither, and so meets neither leaf: that
is exactly the rule that unknown never matches, not even through `not`.

The limits keep clear of sizes at which durable-rules 2.0.28 refuses, hangs or crashes: 64 conditions true at
once in one set of rules, 31 slots in one pattern, and one firing for each combination of true `or` branches.
What is larger is hoisted: a part of the pattern becomes an atom of its own, answered in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

from rules.language import All, AnyOf, Comparison, Condition, Not
from rules.truth import FALSE, TRUE, Truth

MOST_LEAVES = 40  #: In one pattern; a set of rules holds 60, below the engine's 64.
MOST_GROUPS = 12  #: `and` and `or` in one pattern take two of 31 slots each.
MOST_FIRINGS = 32  #: Combinations of `or` branches that could fire for one message.


@dataclass(frozen=True, slots=True)
class Leaf:
    """Met when the atom is known to be as wanted."""

    atom: int
    wanted: bool


@dataclass(frozen=True, slots=True)
class Group:
    """An `and` or `or` of two or more parts."""

    every: bool  #: True for `and`.
    parts: tuple[Pattern, ...]


Pattern: TypeAlias = Leaf | Group


def pattern_of(condition: Condition, number: Mapping[Comparison, int], wanted: bool = True) -> Pattern:
    """The pattern that is met exactly when the condition's truth is `wanted`."""
    match condition:
        case Comparison():
            return Leaf(number[condition], wanted)
        case Not(part=part):
            return pattern_of(part, number, not wanted)
        case All(parts=parts) | AnyOf(parts=parts):
            every = isinstance(condition, All) is wanted
            return _group(every, [pattern_of(part, number, wanted) for part in parts])


def _group(every: bool, parts: Sequence[Pattern]) -> Pattern:
    """A group with equal groups inside it dissolved and repeated parts left out."""
    flat: dict[Pattern, None] = {}
    for part in parts:
        inner = part.parts if isinstance(part, Group) and part.every is every else (part,)
        flat.update(dict.fromkeys(inner))
    return next(iter(flat)) if len(flat) == 1 else Group(every, tuple(flat))


def met(pattern: Pattern, truths: Sequence[Truth]) -> bool:
    """Whether the pattern is met by the truths of the atoms."""
    match pattern:
        case Leaf(atom=atom, wanted=wanted):
            return truths[atom] == (TRUE if wanted else FALSE)
        case Group(every=every, parts=parts):
            return (all if every else any)(met(part, truths) for part in parts)


def leaves(pattern: Pattern) -> list[Leaf]:
    """Every leaf of a pattern, in order."""
    if isinstance(pattern, Leaf):
        return [pattern]
    return [leaf for part in pattern.parts for leaf in leaves(part)]


def needed(pattern: Pattern) -> tuple[Leaf, ...]:
    """Leaves without all of which the pattern cannot be met; none when it is an `or`."""
    if isinstance(pattern, Leaf):
        return (pattern,)
    return tuple(part for part in pattern.parts if isinstance(part, Leaf)) if pattern.every else ()


def groups(pattern: Pattern) -> int:
    """How many `and` and `or` a pattern has."""
    return 0 if isinstance(pattern, Leaf) else 1 + sum(map(groups, pattern.parts))


def alternatives(pattern: Pattern) -> int:
    """How many `or` a pattern has."""
    return 0 if isinstance(pattern, Leaf) else (not pattern.every) + sum(map(alternatives, pattern.parts))


def firings(pattern: Pattern) -> int:
    """How often a message can fire the pattern at most: sums over `or`, products over `and`."""
    if isinstance(pattern, Leaf):
        return 1
    return (prod if pattern.every else sum)(map(firings, pattern.parts))


def fitted(pattern: Pattern, hoist: Callable[[Pattern], Leaf]) -> Pattern:
    """The same pattern within the limits; `hoist` turns a part into an atom of its own."""
    while isinstance(pattern, Group) and not _fits(pattern):
        parts = pattern.parts
        largest = max(parts, key=lambda part: (firings(part), len(leaves(part))))
        if isinstance(largest, Group):
            kept = [hoist(part) if part is largest else part for part in parts]
        else:  # leaves only: half of them become one
            half = len(parts) // 2
            kept = [hoist(Group(pattern.every, parts[:half])), *parts[half:]]
        pattern = _group(pattern.every, kept)
    return pattern


def _fits(pattern: Pattern) -> bool:
    return (
        len(leaves(pattern)) <= MOST_LEAVES
        and groups(pattern) <= MOST_GROUPS
        and firings(pattern) <= MOST_FIRINGS
    )
