"""Deciding and reloading, over and over, takes no more memory than doing it once."""

from __future__ import annotations

from benchmarks.rules import compare, memory_over_decisions, memory_over_reloads

#: MB that the allocator may keep for itself; one reload that leaked would cost about 1 MB for 50 rules.
SLACK = 8.0


def test_memory_is_flat_over_decisions() -> None:
    """Several thousand decisions leave nothing behind in the engine."""
    assert memory_over_decisions(10_000, rules=50) < SLACK


def test_memory_is_flat_over_reloads() -> None:
    """Rule books that were closed give their memory back."""
    assert memory_over_reloads(150, rules=50) < SLACK


def test_the_benchmark_compares_equal_decisions() -> None:
    """Rule book and plain Python, measured side by side, match the same rules."""
    assert compare(100, rounds=1, messages=20) > 0
