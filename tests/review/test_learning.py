"""Confidence is learnt from verdicts, only for the better, and can be taken back."""

from __future__ import annotations

import random

import pytest
from click.testing import CliRunner
from service_at_work import Service

from bot.cli.learn import learn
from bot.learning import Learner, calibration_of, error
from bot.review.desk import Desk
from bot.review.people import Person
from bot.store.database import Database
from bot.store.learning import KeptOutcome, Lessons
from kb_index.confidence import Calibration, Outcome
from plugins.errors import BadRequest


class _Told(Lessons):
    """The real table of calibrations, with outcomes that a test names."""

    def __init__(self, database: Database, outcomes: list[KeptOutcome]) -> None:
        super().__init__(database)
        self.told = outcomes

    async def outcomes(self, *, small: float) -> list[KeptOutcome]:
        return self.told


def overconfident(count: int, *, seed: int = 1) -> list[KeptOutcome]:
    """Drafts that are 30 points surer of themselves than they should be."""
    chance = random.Random(seed)
    raws = [chance.uniform(0.4, 0.95) for _ in range(count)]
    return [KeptOutcome(raw=raw, good=chance.random() < raw - 0.3) for raw in raws]


async def test_the_error_shrinks_over_rounds(database: Database) -> None:
    """With every round of verdicts the calibrated error on unseen drafts stays below the raw one."""
    unseen = [Outcome(raw=one.raw, good=one.good) for one in overconfident(2000, seed=2)]
    errors = [error(Calibration(), unseen)]
    for count in (120, 320, 1000):
        lessons = _Told(database, overconfident(count))
        done = await Learner(lessons).refit("test")
        assert done.after < done.before or done.number is None
        errors.append(error(calibration_of(await lessons.current()), unseen))
    assert errors[1] < errors[0] - 0.04
    assert errors[3] <= errors[1]


async def test_what_is_no_better_stays_out(database: Database) -> None:
    """A new calibration that does worse on the newest verdicts is not put in force."""
    good = [KeptOutcome(raw=0.9, good=True)] * 30
    turned = [KeptOutcome(raw=0.9, good=False)] * 90
    lessons = _Told(database, turned + good)
    assert (await Learner(lessons).refit("test")).number is None
    assert await lessons.current() is None


async def test_going_back(database: Database) -> None:
    """An old calibration, or none, comes into force again; an unknown number is refused."""
    lessons = _Told(database, overconfident(100))
    first = (await Learner(lessons).refit("test")).number
    assert await Learner(lessons).rollback(0, "test") == first + 1
    assert calibration_of(await lessons.current())(0.9) == pytest.approx(0.9)
    await Learner(lessons).rollback(first, "test")
    assert calibration_of(await lessons.current())(0.9) < 0.8
    with pytest.raises(BadRequest, match="no calibration 99"):
        await Learner(lessons).rollback(99, "test")


async def test_verdicts_become_outcomes(service: Service, desk: Desk, ines: Person) -> None:
    """An approval is good, a rejection bad, and the article of a bad draft is listed."""
    for channel, contact in (("email", "a@example.com"), ("email", "b@example.com")):
        await service.asks(channel=channel, contact=contact)
    one, two = await desk.reviews.queue()
    await desk.approve(one.id, one.version, ines, "page")
    await desk.reject(two.id, two.version, ines, "page", reason="wrong")
    await service.settled()
    lessons = Lessons(service.database)
    assert [found.good for found in await lessons.outcomes(small=0.15)] == [True, False]
    (article,) = await lessons.misleading()
    assert (article.article, article.drafts, article.bad) == ("shipping-policy.md", 2, 1)
    with pytest.raises(BadRequest, match="too few"):
        await Learner(lessons).refit("test")


def test_the_command(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`hotdash learn status` says so when nothing was learnt."""
    monkeypatch.setenv("HOTDASH_DATABASE_URL", database_url)
    shown = CliRunner().invoke(learn, ["status"], catch_exceptions=False)
    assert (shown.exit_code, shown.output) == (0, "Nothing was learnt yet.\n")
