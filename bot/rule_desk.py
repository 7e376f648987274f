"""Tries a new rules.yaml on the past, and puts it in force for every running service."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.service_level.promises import Promises
from bot.store.rulebooks import Publication, Rulebooks
from kb_index.embedding import load_embedder
from plugins.errors import RulesError
from rules.atoms import Embed
from rules.backtest import Impact, broken_guards, replay
from rules.book import RuleBook
from rules.cases import read_suite, run
from rules.registry import FactRegistry
from rules.rehearsal import rehearse

#: The past that a version is tried on before it is published.
LOOK_BACK = timedelta(days=30)
MOST_MESSAGES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A rules file that was read without errors and tried on the past."""

    content: str
    book: RuleBook
    replaces: int  #: The version in force during the trial, 0 for none.
    impact: Impact
    broken: tuple[str, ...]  #: Guards that it breaks, one sentence each.
    failed: tuple[str, ...]  #: Tests beside it that fail, one sentence each.

    @property
    def objections(self) -> list[str]:
        """Why it should not be published without a second thought; empty if nothing speaks against it."""
        return [
            *(f"test failed: {one}" for one in self.failed),
            *(f"guard broken: {one}" for one in self.broken),
        ]


class RuleDesk:
    """Where new versions of the rules are looked at before they are let in."""

    def __init__(self, rulebooks: Rulebooks, registry: FactRegistry, embed: Embed | None = None) -> None:
        self._rulebooks = rulebooks
        self._registry = registry
        self._embed = embed

    async def read(self, content: str, *, name: str) -> RuleBook:
        """The rule book of a text; `name` is what errors call it. Raises RulesError with all findings."""
        if self._embed is None and "resembles" in content:  # it takes a second to load, and few files ask
            self._embed = await asyncio.to_thread(load_embedder)
        return await asyncio.to_thread(
            RuleBook.parse, content, name=name, registry=self._registry, embed=self._embed
        )

    async def admit(self, content: str, *, name: str) -> RuleBook:
        """As `read`, and rehearsed in a process of its own: only such a book may decide about messages.

        Raises:
            RulesError: the text is wrong, its holidays are of no known country, or the rehearsal failed.
        """
        book = await self.read(content, name=name)
        try:
            Promises.read(book.file)
            conditions = {rule.id: rule.when for rule in book.file.rules if rule.enabled}
            if problem := await asyncio.to_thread(rehearse, conditions):
                raise RulesError(f"{name}: does not pass its rehearsal: {problem}")
        except RulesError:
            book.close()
            raise
        return book

    async def version(self, number: int | None = None) -> tuple[Publication, RuleBook]:
        """A published version with its rule book; without a number, the one in force.

        Raises:
            RulesError: none was published yet, or it no longer fits the installed plugins.
            StoreError: there is no such number.
        """
        found = await (self._rulebooks.current() if number is None else self._rulebooks.get(number))
        if found is None:
            raise RulesError("nothing was published yet; `hotdash rules publish` does it")
        return found, await self.read(found.content, name=f"version {found.number}")

    async def impact(
        self,
        after: RuleBook,
        *,
        before: RuleBook | None = None,
        look_back: timedelta = LOOK_BACK,
        most: int = MOST_MESSAGES,
    ) -> Impact:
        """What `after` changes about past messages, against `before` or against what was decided then."""
        pasts = await self._rulebooks.past(datetime.now(UTC) - look_back, most)
        return await asyncio.to_thread(replay, pasts, after, before)

    async def try_out(self, content: str, *, name: str, tests: Path | None = None) -> Trial:
        """Read a file, run its tests, and try it on the past against the version in force, if there is one.

        Raises:
            RulesError: the file or that of its tests is wrong.
        """
        book = await self.admit(content, name=name)
        failed = await asyncio.to_thread(self._failing, book, tests) if tests else []
        current = await self._rulebooks.current()
        before = await self.read(current.content, name=f"version {current.number}") if current else None
        try:
            impact = await self.impact(book, before=before)
        finally:
            if before:
                before.close()
        return Trial(
            content=content,
            book=book,
            replaces=current.number if current else 0,
            impact=impact,
            broken=tuple(broken_guards(impact, book.file.guards)),
            failed=tuple(failed),
        )

    def _failing(self, book: RuleBook, tests: Path) -> list[str]:
        suite = read_suite(tests, self._registry)
        outcomes = run(book, suite.cases, self._registry)
        return [
            f"{outcome.case.name} ({tests}:{outcome.case.line}): {'; '.join(outcome.problems)}"
            for outcome in outcomes
            if not outcome.passed and not outcome.case.todo
        ]

    async def publish(self, trial: Trial, *, message: str, published_by: str) -> int:
        """Put what was tried in force, objections or not; gives its number.

        Raises:
            StoreError: as `Rulebooks.publish`.
        """
        return await self._rulebooks.publish(
            trial.content,
            version=trial.book.version,
            message=message,
            published_by=published_by,
            replaces=trial.replaces,
        )

    async def roll_back(self, to: int | None, *, published_by: str) -> Publication:
        """Put an older version in force again, by default the one before; gives the new one.

        Nothing is checked but that it can still be read: going back must be quick.

        Raises:
            RulesError: there is nothing to go back to, or the version no longer fits the plugins.
            StoreError: there is no such version, or somebody published in the meantime.
        """
        newest = await self._rulebooks.history(2)
        if to is None and len(newest) < 2:
            raise RulesError("there is no version before the one in force")
        older, book = await self.version(newest[1].number if to is None else to)
        book.close()
        number = await self._rulebooks.publish(
            older.content,
            version=older.version,
            message=f"back to version {older.number}",
            published_by=published_by,
            replaces=newest[0].number,
            copy_of=older.number,
        )
        return await self._rulebooks.get(number)
