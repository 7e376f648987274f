"""The index on disk: generations side by side, one of them current, swapped in one step.

    state/CURRENT                 the name of the generation in use
    state/index-8ad9fb7240.sqlite a generation; its name is its version

A build that fails leaves the current generation as it is. The one before it is kept, for the case that
the current file is damaged.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kb_index import generation
from kb_index.articles import Article
from kb_index.embedding import Embedder
from plugins.errors import KnowledgeBaseError

log = logging.getLogger(__name__)

KEPT = 2  #: Generations on disk: the current one and the last good one before it.


@dataclass(frozen=True, slots=True)
class Index:
    """The generations in one folder. Its methods block: call them in a thread."""

    state: Path

    def current(self) -> str | None:
        """File name of the generation in use; changes when any process has built a new one."""
        try:
            return (self.state / "CURRENT").read_text().strip() or None
        except OSError:
            return None

    def open(self) -> tuple[sqlite3.Connection, str | None] | None:
        """The current generation, or the last good one with what is wrong with the current.

        None when there is no generation that can be read.
        """
        wrong: str | None = None
        current = self.current()
        for path in sorted(self._generations(), key=lambda path: path.name != current):
            try:
                return generation.read(path), wrong
            except sqlite3.Error as error:
                log.warning("Index %s cannot be used: %s", path.name, error)
                wrong = f"index {path.stem.removeprefix('index-')} cannot be read, an older one is used"
        return None

    def build(
        self,
        articles: Mapping[str, Sequence[Article]],
        *,
        embedder: Embedder | None,
        problems: Sequence[str] = (),
    ) -> sqlite3.Connection:
        """Write the next generation, make it the current one and return it open for reading.

        Raises KnowledgeBaseError when it cannot be written; the current generation then stays.
        """
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            with self._alone():
                return self._build(articles, embedder, problems)
        except (OSError, sqlite3.Error) as error:
            raise KnowledgeBaseError(
                f"{self.state}: the index cannot be written ({error}); make the folder writable, with room"
            ) from error

    def _build(
        self, articles: Mapping[str, Sequence[Article]], embedder: Embedder | None, problems: Sequence[str]
    ) -> sqlite3.Connection:
        opened = self.open()
        before = opened[0] if opened else None
        unfinished = self.state / "unfinished.sqlite"
        unfinished.unlink(missing_ok=True)
        try:
            made = generation.write(unfinished, articles, embedder=embedder, problems=problems, before=before)
            version = generation.about(made).version
            made.close()
            path = self.state / f"index-{version}.sqlite"
            unfinished.replace(path)
        finally:
            if before is not None:
                before.close()
            unfinished.unlink(missing_ok=True)
        database = generation.read(path)
        self._point_to(path.name)
        self._prune(path)
        return database

    def _point_to(self, name: str) -> None:
        beside = self.state / "CURRENT.new"
        with beside.open("w") as file:
            file.write(f"{name}\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.state / "CURRENT")

    def _prune(self, current: Path) -> None:
        # Whoever still reads an unlinked file keeps it until it is closed.
        for path in [path for path in self._generations() if path != current][KEPT - 1 :]:
            path.unlink(missing_ok=True)

    def _generations(self) -> list[Path]:
        """All generations, newest first."""
        return sorted(self.state.glob("index-*.sqlite"), key=lambda path: -path.stat().st_mtime_ns)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process build at a time; the others wait here and then copy what it made."""
        with (self.state / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
