"""Confidence and its calibration from outcomes."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_index.confidence import Calibration, Outcome, calibrate
from kb_index.score import auroc, calibration_error

OUTCOMES = st.lists(st.builds(Outcome, raw=st.floats(0, 1), good=st.booleans()), max_size=400)


def overconfident(count: int) -> list[Outcome]:
    """Outcomes of drafts that were good half as often as said."""
    dice = random.Random(3)
    raws = [dice.random() for _ in range(count)]
    return [Outcome(raw, dice.random() < raw / 2) for raw in raws]


def test_few_outcomes_change_nothing() -> None:
    """Below twenty outcomes the formula's confidence stands."""
    learnt = calibrate(overconfident(19))
    assert [learnt(raw) for raw in (0.0, 0.3, 1.0)] == [0.0, 0.3, 1.0]


@pytest.mark.parametrize("count", [100, 1000])
def test_outcomes_correct_the_confidence(count: int) -> None:
    """From outcomes that were good half as often as said, confidence is learnt to be about half."""
    learnt = calibrate(overconfident(count))
    assert learnt.outcomes == count
    assert learnt(0.8) == pytest.approx(0.4, abs=0.12)
    unseen = [Outcome(learnt(outcome.raw), outcome.good) for outcome in overconfident(3000)[count:]]
    assert calibration_error(unseen) < 0.1


@given(OUTCOMES)
def test_a_calibration_rises_and_stays_a_chance(outcomes: list[Outcome]) -> None:
    """Whatever the outcomes, more raw confidence never means less, and all stays between 0 and 1."""
    learnt = calibrate(outcomes)
    values = [learnt(step / 40) for step in range(41)]
    assert all(0 <= value <= 1 for value in values)
    assert all(low <= high + 1e-9 for low, high in pairwise(values))


def test_the_default_calibration_is_none() -> None:
    """Without outcomes confidence is what the formula says."""
    assert Calibration()(0.42) == pytest.approx(0.42)


def test_the_figures_are_what_they_say() -> None:
    """AUROC and calibration error on cases that can be checked by hand."""
    assert auroc([0.9, 0.8], [0.1, 0.8]) == pytest.approx(0.875)
    assert auroc([], [0.1]) is None
    assert calibration_error([Outcome(0.95, True), Outcome(0.85, False)]) == pytest.approx((0.05 + 0.85) / 2)
