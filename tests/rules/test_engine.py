"""durable-rules, as it is used here, decides exactly what the reference evaluator says."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, note, seed, settings
from hypothesis import strategies as st

from rules.engine import Engine, EngineFault
from rules.language import All, AnyOf, Comparison, Condition, Not, Place
from rules.matcher import EngineHealth, Matcher
from rules.patterns import (
    MOST_FIRINGS,
    MOST_GROUPS,
    MOST_LEAVES,
    Group,
    Leaf,
    firings,
    fitted,
    groups,
    leaves,
)
from rules.reference import Reference, evaluate
from rules.registry import FactType
from rules.rehearsal import ask_random_questions, rehearse
from rules.truth import FALSE, TRUE, UNKNOWN, Truth

#: Each day other rule files are tried; a failure names the seed that brings it back.
SEED = int(os.environ.get("HOTDASH_SEED") or datetime.now(UTC).date().toordinal())
#: Random rule files in one run; `make bench` tries 5,000.
RULE_FILES = int(os.environ.get("HOTDASH_RULE_FILES") or 60)

HERE = Place(1, 1)
ATOMS = 12


def atom(number: int) -> Comparison:
    """One of the comparisons that the tests' conditions are made of."""
    return Comparison(
        fact=f"fact.{number}",
        operator="is",
        argument=True,
        expects=FactType.YES_NO,
        written="true",
        place=HERE,
    )


NUMBER = {atom(n): n for n in range(ATOMS)}


def asked(truths: bytearray) -> Callable[[Comparison], Truth]:
    """How the plain reference finds the truth of a comparison."""
    return lambda comparison: truths[NUMBER[comparison]]


ANSWERS = st.lists(st.sampled_from([TRUE, FALSE, UNKNOWN]), min_size=ATOMS, max_size=ATOMS).map(bytearray)


def conditions() -> st.SearchStrategy[Condition]:
    """Conditions of any shape over a dozen atoms."""

    def parts(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[tuple[Condition, ...]]:
        return st.lists(inner, min_size=1, max_size=6).map(tuple)

    return st.recursive(
        st.sampled_from(list(NUMBER)),
        lambda inner: st.one_of(
            parts(inner).map(lambda p: All(parts=p, place=HERE)),
            parts(inner).map(lambda p: AnyOf(parts=p, place=HERE)),
            inner.map(lambda p: Not(part=p, place=HERE)),
        ),
        max_leaves=60,
    )


@seed(SEED)
@settings(max_examples=RULE_FILES, deadline=None, database=None)
@given(
    st.lists(conditions(), min_size=1, max_size=40),
    st.lists(ANSWERS, min_size=8, max_size=8),
)
def test_engine_equals_reference(rules: list[Condition], questions: list[bytearray]) -> None:
    """On random rules and facts, some unknown, both references and durable-rules match the same rules."""
    note(f"again: HOTDASH_SEED={SEED} HOTDASH_RULE_FILES={RULE_FILES} pytest {__file__}")
    faults: list[str] = []
    by_id = {f"rule-{n}": rule for n, rule in enumerate(rules)}
    matcher = Matcher(by_id, NUMBER, EngineHealth(on_fault=faults.append))
    for truths in questions:
        matching = matcher.matching(truths)
        assert matching == [rule for rule, when in by_id.items() if evaluate(when, asked(truths)) == TRUE]
    matcher.close()
    assert faults == []


@seed(2)
@settings(max_examples=100, deadline=None, database=None)
@given(conditions(), ANSWERS)
def test_reference_is_kleene(condition: Condition, truths: bytearray) -> None:
    """The reference is sure only when every way of filling in the unknowns gives the same answer."""
    truth = evaluate(condition, asked(truths))
    assert Reference([condition], NUMBER).truths(truths).tolist() == [truth]
    unknown = [n for n, value in enumerate(truths) if value == UNKNOWN][:6]
    known = bytearray(FALSE if value == UNKNOWN else value for value in truths)
    possible = set()
    for filled in itertools.product([TRUE, FALSE], repeat=len(unknown)):
        for n, value in zip(unknown, filled, strict=True):
            known[n] = value
        possible.add(evaluate(condition, asked(known)))
    assert truth == UNKNOWN or possible == {truth}


def test_wide_conditions_stay_within_the_limits() -> None:
    """Conditions far beyond the engine's limits are hoisted into it and still answered rightly."""
    chance = random.Random(3)
    wide = [
        AnyOf(parts=tuple(atom(n) for n in range(ATOMS)), place=HERE),
        All(
            parts=tuple(AnyOf(parts=(atom(n), atom((n + 1) % ATOMS)), place=HERE) for n in range(ATOMS)),
            place=HERE,
        ),
        Not(part=All(parts=tuple(atom(n) for n in range(ATOMS)), place=HERE), place=HERE),
    ]
    rules = {f"wide-{n}": chance.choice(wide) for n in range(60)}
    faults: list[str] = []
    matcher = Matcher(rules, NUMBER, EngineHealth(on_fault=faults.append))
    for _ in range(100):
        matcher.matching(bytearray(chance.choice([TRUE, TRUE, FALSE, UNKNOWN]) for _ in range(ATOMS)))
    matcher.matching(bytearray([TRUE]) * ATOMS)
    assert faults == []


def test_fitted_pattern_keeps_the_limits() -> None:
    """Whatever its size, a fitted pattern has few leaves, few groups and few possible firings."""
    pattern = Group(
        True, tuple(Group(False, tuple(Leaf(n * 9 + m, True) for m in range(9))) for n in range(70))
    )
    hoisted: list[Group | Leaf] = []

    def hoist(part: Group | Leaf) -> Leaf:
        hoisted.append(part)
        return Leaf(1000 + len(hoisted), True)

    small = fitted(pattern, hoist)
    assert len(leaves(small)) <= MOST_LEAVES
    assert groups(small) <= MOST_GROUPS
    assert firings(small) <= MOST_FIRINGS


class BrokenEngine(Engine):
    """Answers wrongly, or not at all."""

    fault: EngineFault | None = None

    def matching(self, truths: bytearray) -> set[int]:
        if self.fault:
            raise self.fault
        return {0, 1}


@pytest.mark.parametrize("fault", [None, EngineFault("no answer")])
def test_reference_wins_over_a_faulty_engine(fault: EngineFault | None) -> None:
    """A wrong or missing answer of the engine is counted, told, and overruled; then the engine is new."""
    told: list[str] = []
    health = EngineHealth(on_fault=told.append)
    matcher = Matcher({"rule-0": atom(0), "rule-1": atom(1)}, NUMBER, health)
    broken = BrokenEngine([Leaf(0, True), Leaf(1, True)], ATOMS)
    broken.fault = fault
    matcher._engine = broken
    truths = bytearray([TRUE, FALSE, *[UNKNOWN] * (ATOMS - 2)])
    assert matcher.matching(truths) == ["rule-0"]
    assert (health.mismatches, health.failures) == ((0, 1) if fault else (1, 0))
    assert health.rebuilds == 1
    assert len(told) == 1
    assert matcher.matching(truths) == ["rule-0"]
    assert health.rebuilds == 1


def test_rehearsal_in_a_child_process() -> None:
    """Sound rules pass the rehearsal; one that takes too long is stopped and named."""
    rules = {"rule-0": AnyOf(parts=(atom(0), Not(part=atom(1), place=HERE)), place=HERE)}
    assert ask_random_questions(rules) is None
    assert rehearse(rules) is None
    assert rehearse(rules, time_limit=0.001) == "the rehearsal was not over after 0.001 seconds"


def test_engines_are_closed_without_a_trace() -> None:
    """Building and closing engines, used or not, leaves the process alive and the next engine right."""
    for n in range(30):
        engine = Engine([Leaf(0, True), Leaf(1, False)], 2)
        if n % 2:
            assert engine.matching(bytearray([TRUE, FALSE])) == {0, 1}
            assert engine.matching(bytearray([UNKNOWN, UNKNOWN])) == set()
        engine.close()
        engine.close()
