"""Learns from people's verdicts how sure a draft may be of itself; every step can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.store.learning import KeptCalibration, Lessons
from kb_index.confidence import FIRST_REFIT, Calibration, Outcome, calibrate
from kb_index.knowledge_base import KnowledgeBase
from plugins.errors import BadRequest, StoreUnavailable

log = structlog.get_logger()

#: Up to this share of the final text, a draft counts as taken as it was.
SMALL_EDIT = 0.15
#: Share of the outcomes, the newest, that a new calibration is tried on before it is put in force.
HELD_BACK = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """What came of learning anew."""

    number: int | None  #: Of the calibration that is in force now; None if the old one stays.
    outcomes: int
    before: float  #: Mean squared error on the newest outcomes, with the old calibration.
    after: float  #: The same with the new one, which did not see them.


class Learner:
    """Refits confidence on outcomes, and puts what is in force into the knowledge base."""

    def __init__(self, lessons: Lessons) -> None:
        self._lessons = lessons

    async def refit(self, made_by: str) -> Refit:
        """Learn anew; put it in force only if it does better on outcomes that it did not see.

        Raises BadRequest with too few outcomes.
        """
        kept = await self._lessons.outcomes(small=SMALL_EDIT)
        outcomes = [Outcome(raw=one.raw, good=one.good) for one in kept]
        cut = len(outcomes) - round(len(outcomes) * HELD_BACK)
        if cut < FIRST_REFIT:
            raise BadRequest(
                f"{len(outcomes)} verdicts are too few to learn from; it takes {round(FIRST_REFIT / 0.75)}"
            )
        old = calibration_of(await self._lessons.current())
        tried = calibrate(outcomes[:cut])
        before, after = error(old, outcomes[cut:]), error(tried, outcomes[cut:])
        number = None
        if after < before:
            final = calibrate(outcomes)
            number = await self._lessons.keep(
                final.points, outcomes=final.outcomes, made_by=made_by, errors=(before, after)
            )
        return Refit(number=number, outcomes=len(outcomes), before=before, after=after)

    async def rollback(self, number: int, made_by: str) -> int:
        """Put an old calibration in force again, 0 for none at all; gives its new number.

        Raises BadRequest for a number that never was.
        """
        old = await self._lessons.by_number(number) if number else None
        if number and old is None:
            raise BadRequest(f"there is no calibration {number}; `hotdash learn status` lists them")
        found = calibration_of(old)
        return await self._lessons.keep(
            found.points, outcomes=found.outcomes, made_by=made_by, copy_of=old.number if old else None
        )

    async def apply(self, knowledge: KnowledgeBase) -> None:
        """Let the knowledge base use what is in force."""
        knowledge.calibration = calibration_of(await self._lessons.current())

    async def follow(self, knowledge: KnowledgeBase, every: timedelta) -> None:
        """Apply what comes into force, for ever."""
        while True:
            await asyncio.sleep(every.total_seconds())
            try:
                await self.apply(knowledge)
            except StoreUnavailable as fault:
                log.warning("learning.not_read", fault=str(fault))  # the last one stays in force


def calibration_of(kept: KeptCalibration | None) -> Calibration:
    """A kept calibration as the knowledge base takes it; None is the one that changes nothing."""
    if kept is None:
        return Calibration()
    return Calibration(points=tuple((raw, value) for raw, value in kept.points), outcomes=kept.outcomes)


def error(calibration: Calibration, outcomes: Sequence[Outcome]) -> float:
    """The mean squared error (Brier score) of a calibration: 0 is perfect, 0.25 is a coin."""
    return sum((calibration(one.raw) - one.good) ** 2 for one in outcomes) / len(outcomes)
