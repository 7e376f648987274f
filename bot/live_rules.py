"""The rules that this process decides with, exchanged while it runs and without a message noticing.

The version that was published last is in force. Until the first one is published, the rules file itself is
followed. A text that is wrong, or that fails its rehearsal, changes nothing and is told in `problem`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot.rule_desk import RuleDesk
from bot.store.rulebooks import Rulebooks
from plugins.errors import RulesError, StoreError
from plugins.model import Decision, Facts
from rules.book import RuleBook, content_version, read_rules_text

log = structlog.get_logger()

#: Seconds between two looks at the file and the database; a publication is heard of at once.
LOOK_EVERY = 5.0
LISTEN_AGAIN_AFTER = 1.0  #: Seconds after the listening connection was lost.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What should be in force."""

    name: str  #: "version 17", or the file.
    content: str

    @property
    def mark(self) -> tuple[str, str]:
        """Changes when the source does."""
        return self.name, content_version(self.content)


class LiveRules:
    """A rule book that follows what is published."""

    def __init__(
        self, file: Path, rulebooks: Rulebooks, desk: RuleDesk, *, look_every: float = LOOK_EVERY
    ) -> None:
        self._file = file
        self._rulebooks = rulebooks
        self._desk = desk
        self._look_every = look_every
        self._book: RuleBook | None = None
        self._mark: tuple[str, str] | None = None
        self._wake = asyncio.Event()
        self.problem: str | None = None  #: Why the newest text is not in force.
        self.refused = 0  #: Texts that were not let in since the start.

    @property
    def book(self) -> RuleBook:
        """The rules in force."""
        assert self._book is not None, "open() comes first"
        return self._book

    def decide(self, facts: Facts, *, at: datetime) -> Decision:
        """Decide with the rules in force, as `RuleBook.decide` does."""
        return self.book.decide(facts, at=at)

    async def open(self) -> None:
        """Take the first rules. Raises RulesError when they are wrong: a service does not start without."""
        await self.look()
        if self._book is None:
            raise RulesError(self.problem or f"{self._file}: there are no rules")

    @property
    def fault(self) -> str | None:
        """What is wrong with the rules, for an alert: the newest text was refused, or the engine failed."""
        times = self.book.health.rebuilds
        if self.problem is None and times:
            return (
                f"The rule engine failed since these rules came into force, and was built anew ({times}×); "
                "the reference evaluator decided in its place."
            )
        return self.problem

    async def follow(self, report: Callable[[str | None], Awaitable[None]]) -> None:
        """Exchange the rules whenever they change, until cancelled; `report` hears the fault at each look."""
        async with asyncio.TaskGroup() as group:
            if self._rulebooks.calls_come:
                group.create_task(self._listen())
            while True:
                try:
                    async with asyncio.timeout(self._look_every):
                        await self._wake.wait()
                except TimeoutError:
                    pass
                self._wake.clear()
                await self.look()
                try:
                    await report(self.fault)
                except StoreError as error:
                    log.warning("rules.not_reported", error=str(error))

    def wake(self) -> None:
        """Look now; for SIGHUP and the API."""
        self._wake.set()

    async def look(self) -> None:
        """Put the newest rules in force, if they are new and pass; what goes wrong is told in `problem`."""
        try:
            source = await self._source()
        except RulesError as error:  # the file cannot be read; tell it once
            if str(error) != self.problem:
                self._refuse(str(error))
            return
        except StoreError as error:
            log.warning("rules.unreachable", error=str(error))
            return
        if source.mark == self._mark:
            return
        self._mark = source.mark
        try:
            book = await self._desk.admit(source.content, name=source.name)
        except RulesError as error:
            self._refuse(str(error))
            return
        old, self._book, self.problem = self._book, book, None
        log.info("rules.in_force", source=source.name, version=book.version)
        if old is not None:
            old.close()

    async def close(self) -> None:
        """Give the engine's memory back."""
        if self._book is not None:
            self._book.close()

    def _refuse(self, reason: str) -> None:
        self.problem = reason
        self.refused += 1
        log.error("rules.refused", reason=reason, in_force=self._book.version if self._book else None)

    async def _source(self) -> _Source:
        published = await self._rulebooks.current()
        if published is not None:
            return _Source(name=f"version {published.number}", content=published.content)
        return _Source(name=str(self._file), content=await asyncio.to_thread(read_rules_text, self._file))

    async def _listen(self) -> None:
        while True:
            try:
                async for _ in self._rulebooks.calls():
                    self.wake()
            except StoreError as error:
                log.warning("rules.not_listening", error=str(error))
            await asyncio.sleep(LISTEN_AGAIN_AFTER)
