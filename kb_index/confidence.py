"""Confidence: the chance, 0 to 1, that a good answer can be drafted from what a search found.

First a formula of the search's signals, fitted once on questions and articles of other shops; then a
calibration that learns from people's grades of real drafts. Neither ever sees the text.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb_index.search import Signals

BY_WORDS_ALONE = 0.65  #: Highest confidence without the embedding model: below the rules' 0.7.
HIGHEST = 0.97  #: No formula is surer than this.
FIRST_REFIT = 20  #: Outcomes from which two numbers are refitted.
FREE_REFIT = 200  #: Outcomes from which the whole curve is.


def raw_confidence(signals: Signals, *, by_meaning: bool) -> float:
    """The formula's confidence. docs/knowledge-base.md says what its numbers were fitted on."""
    if not by_meaning:
        found = 1 / (1 + math.exp(-(-3.0 + 3.5 * signals.coverage + 1.5 * min(signals.margin, 1.0))))
        return min(found, BY_WORDS_ALONE)
    value = (
        -5.9
        + 10.0 * signals.meaning
        + 6.0 * signals.margin
        + 0.45 * signals.coverage
        + 0.87 * signals.agreement
    )
    return min(1 / (1 + math.exp(-value)), HIGHEST)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one draft: the confidence before calibration, and whether people took it as it was."""

    raw: float
    good: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising curve from raw to calibrated confidence, as points; straight lines between them."""

    points: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))
    outcomes: int = 0  #: How many it was fitted on.

    def __call__(self, raw: float) -> float:
        """The calibrated confidence, 0–1."""
        at = bisect_left(self.points, (raw, -1.0))
        if at == 0:
            return self.points[0][1]
        if at == len(self.points):
            return self.points[-1][1]
        (left, low), (right, high) = self.points[at - 1], self.points[at]
        return high if right == left else low + (high - low) * (raw - left) / (right - left)


def calibrate(outcomes: Iterable[Outcome]) -> Calibration:
    """The calibration that fits the outcomes: none below 20, two numbers below 200, then the whole curve.

    Two numbers: sigmoid(a · logit + b), held towards a = 1 and b = 0 while there are few outcomes. The
    whole curve: isotonic regression, each step drawn a little towards one half.
    """
    known = sorted(outcomes, key=lambda outcome: outcome.raw)
    if len(known) < FIRST_REFIT:
        return Calibration(outcomes=len(known))
    if len(known) < FREE_REFIT:
        a, b = _platt(known)
        grid = [step / 50 for step in range(51)]
        points = tuple((raw, _sigmoid(a * _logit(raw) + b)) for raw in grid)
    else:
        points = _isotonic(known)
    return Calibration(points=points, outcomes=len(known))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def _logit(probability: float) -> float:
    inside = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(inside / (1 - inside))


def _platt(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """Newton's method for a and b, with a ~ N(1, 0.3) and b ~ N(0, 1) beforehand."""
    a, b = 1.0, 0.0
    rows = [(_logit(outcome.raw), float(outcome.good)) for outcome in outcomes]
    for _ in range(30):
        chances = [_sigmoid(a * logit + b) for logit, _ in rows]
        errors = [good - chance for chance, (_, good) in zip(chances, rows, strict=True)]
        slope_a = sum(error * logit for error, (logit, _) in zip(errors, rows, strict=True)) - (a - 1) / 0.09
        slope_b = sum(errors) - b
        weights = [chance * (1 - chance) for chance in chances]
        aa = sum(w * logit * logit for w, (logit, _) in zip(weights, rows, strict=True)) + 1 / 0.09
        ab = sum(w * logit for w, (logit, _) in zip(weights, rows, strict=True))
        bb = sum(weights) + 1
        determinant = aa * bb - ab * ab
        a += (bb * slope_a - ab * slope_b) / determinant
        b += (aa * slope_b - ab * slope_a) / determinant
    return max(a, 0.0), b


def _isotonic(outcomes: Sequence[Outcome]) -> tuple[tuple[float, float], ...]:
    """Pool adjacent violators; each pool becomes one point at its middle, plus both ends."""
    pools: list[list[float]] = []  # good, all, sum of raw
    for outcome in outcomes:
        pools.append([float(outcome.good), 1.0, outcome.raw])
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] >= pools[-1][0] * pools[-2][1]:
            last = pools.pop()
            pools[-1] = [old + new for old, new in zip(pools[-1], last, strict=True)]
    points: list[tuple[float, float]] = []
    for good, count, total in pools:
        chance = (good + 0.5) / (count + 1)
        points.append((total / count, max(chance, points[-1][1] if points else 0.0)))
    return ((0.0, points[0][1]), *points, (1.0, points[-1][1]))
