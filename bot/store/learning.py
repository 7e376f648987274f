"""What can be learnt from people's verdicts, and the calibrations that were learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from bot.store import queries
from bot.store.database import Database

SQL = queries.load("learning")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOutcome:
    """What became of one draft: its confidence before calibration, and whether people took it."""

    raw: float
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCalibration:
    """A calibration; errors are mean squares on outcomes that it did not see."""

    number: int
    points: list[tuple[float, float]]
    outcomes: int
    error_before: float | None
    error_after: float | None
    made_by: str
    made_at: datetime
    copy_of: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Misleading:
    """An article, how many drafts leant on it, and how many of these were bad."""

    article: str
    drafts: int
    bad: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """A question for which no draft could be written."""

    conversation: int
    question: str


class Lessons:
    """The table calibrations, and what verdicts say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def outcomes(self, *, small: float) -> list[KeptOutcome]:
        """What became of drafts, oldest first; an edit is `small` up to that share of the final text."""
        return await self._database.all(SQL["outcomes"], {"small": small}, of=KeptOutcome)

    async def keep(
        self,
        points: Sequence[tuple[float, float]],
        *,
        outcomes: int,
        made_by: str,
        errors: tuple[float, float] | None = None,
        copy_of: int | None = None,
    ) -> int:
        """Put a calibration in force; `errors` are before and after. Gives its number."""
        before, after = errors or (None, None)
        parameters = {
            "points": Jsonb([list(point) for point in points]),
            "outcomes": outcomes,
            "before": before,
            "after": after,
            "made_by": made_by,
            "copy_of": copy_of,
        }
        return int(await self._database.value(SQL["keep"], parameters))

    async def current(self) -> KeptCalibration | None:
        """The calibration that is in force; None before the first."""
        return await self._database.one(SQL["current"], of=KeptCalibration)

    async def by_number(self, number: int) -> KeptCalibration | None:
        """One calibration."""
        return await self._database.one(SQL["by_number"], {"number": number}, of=KeptCalibration)

    async def calibrations(self, *, most: int = 10) -> list[KeptCalibration]:
        """The newest calibrations, newest first."""
        return await self._database.all(SQL["calibrations"], {"most": most}, of=KeptCalibration)

    async def misleading(self, *, most: int = 10) -> list[Misleading]:
        """The articles whose drafts were bad, the worst first."""
        return await self._database.all(SQL["misleading"], {"most": most}, of=Misleading)

    async def uncovered(self, *, most: int = 10) -> list[Uncovered]:
        """The newest questions without a draft."""
        return await self._database.all(SQL["uncovered"], {"most": most}, of=Uncovered)
