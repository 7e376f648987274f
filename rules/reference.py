"""The reference evaluator: three-valued logic that says what every rule file means.

The engine's answers are checked against it, traces are made by it, and it decides when the engine fails. It
comes twice: `evaluate`, which can be read at a glance, and `Reference`, the same for all rules of a file at
once in a few numpy calls. A property test holds them together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from rules.language import All, AnyOf, Comparison, Condition, Not
from rules.truth import TRUE, Truth

_Numbers: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def evaluate(condition: Condition, truth: Callable[[Comparison], Truth]) -> Truth:
    """The truth of a condition, given the truth of each comparison."""
    match condition:
        case Comparison():
            return truth(condition)
        case Not(part=part):
            return TRUE - evaluate(part, truth)
        case All(parts=parts):
            return min(evaluate(part, truth) for part in parts)
        case AnyOf(parts=parts):
            return max(evaluate(part, truth) for part in parts)


class Reference:
    """All conditions of a rule file, evaluated together.

    Every comparison and every all, any and not has a cell. Cells are filled level by level: a level holds
    the groups whose parts are all in the levels before.
    """

    def __init__(self, conditions: Sequence[Condition], number: Mapping[Comparison, int]) -> None:
        self._atoms = len(number)
        self._cells = len(number)
        self._levels: list[dict[type, list[tuple[int, list[int]]]]] = []
        self._roots = np.array([self._cell(c, number)[0] for c in conditions], dtype=np.intp)
        self._steps = [
            (kind, *_indexes(groups)) for level in self._levels for kind, groups in level.items() if groups
        ]

    def _cell(self, condition: Condition, number: Mapping[Comparison, int]) -> tuple[int, int]:
        """Cell and height of a condition; a comparison has height 0."""
        match condition:
            case Comparison():
                return number[condition], 0
            case Not(part=part):
                inner = [self._cell(part, number)]
            case All(parts=parts) | AnyOf(parts=parts):
                inner = [self._cell(part, number) for part in parts]
        height = 1 + max(height for _, height in inner)
        while len(self._levels) < height:
            self._levels.append({All: [], AnyOf: [], Not: []})
        cell, self._cells = self._cells, self._cells + 1
        self._levels[height - 1][type(condition)].append((cell, [cell for cell, _ in inner]))
        return cell, height

    def truths(self, atoms: bytearray) -> _Numbers:
        """The truth of every condition, in their order, for the truths of the comparisons."""
        cells = np.empty(self._cells, dtype=np.uint8)
        cells[: self._atoms] = np.frombuffer(atoms, dtype=np.uint8)
        for kind, targets, parts, starts in self._steps:
            if kind is Not:
                cells[targets] = TRUE - cells[parts]
            else:
                join = np.minimum if kind is All else np.maximum
                cells[targets] = join.reduceat(cells[parts], starts)
        return cells[self._roots]


def _indexes(groups: list[tuple[int, list[int]]]) -> tuple[_Numbers, _Numbers, _Numbers]:
    """Cells to fill, the cells of their parts one after the other, and where each one's parts begin."""
    targets = np.array([cell for cell, _ in groups], dtype=np.intp)
    parts = np.array([part for _, parts in groups for part in parts], dtype=np.intp)
    sizes = [len(parts) for _, parts in groups]
    starts = np.array([0, *np.cumsum(sizes[:-1])], dtype=np.intp)
    return targets, parts, starts
