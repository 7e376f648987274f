"""Where the passages' vectors are kept and searched: in this process, or on a shelf that processes share.

A passage has one vector here: half its title and headings, half its text. Titles count that much because
articles are named for the question that they answer. docs/knowledge-base.md has the figures for it.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from kb_index import generation
from kb_index.embedding import Vectors
from plugins.errors import StoreError

log = logging.getLogger(__name__)

HEADING = 0.5  #: Share of title and headings in a passage's vector.
FAR = -1.0  #: The score of a passage that a shelf found too far away to name.

Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Result = TypeVar("Result")


class Shelf(Protocol):
    """Keeps the passages' vectors of several generations outside this process.

    Its methods raise StoreError, with what to do in its text.
    """

    @property
    def place(self) -> str:
        """Where it is, in words for people."""

    async def put(self, version: str, batches: Iterator[Vectors]) -> None:
        """Keep a generation's vectors, shape (n, dimensions) each, in order; nothing to do if it is there."""

    async def nearest(self, version: str, asked: Vectors, also: Numbers) -> tuple[Numbers, Scores]:
        """The passages nearest to any of the asked vectors, and those of `also`, each with its best score.

        Passages are counted from 0; a score is the product of the two vectors.
        """


class PassageVectors(Protocol):
    """The vectors of one generation, to be searched; safe to call from several threads."""

    @property
    def place(self) -> str:
        """Where they are kept, in words for people."""

    @property
    def settled(self) -> bool:
        """False when they are not where they should be, or cannot be read there: worth another try."""

    def __call__(self, asked: Vectors, also: Numbers) -> Scores:
        """Each passage's best score for the asked vectors; FAR for some that are neither near nor in `also`.

        Blocks. Raises StoreError when the vectors cannot be reached.
        """


@dataclass(frozen=True, slots=True)
class InMemory:
    """Vectors of this process: every passage is compared."""

    matrix: Vectors  #: Shape (passages, dimensions).
    place: str = "memory"
    settled: bool = True

    def __call__(self, asked: Vectors, also: Numbers) -> Scores:
        """Each passage's best score."""
        scores: Scores = (self.matrix @ asked.T).max(axis=1)
        return scores


@dataclass(slots=True)
class OnShelf:
    """Vectors on a shelf: the nearest are asked for, from a thread beside the event loop that serves it."""

    shelf: Shelf
    loop: asyncio.AbstractEventLoop
    version: str
    passages: int
    settled: bool = field(default=True, init=False)

    @property
    def place(self) -> str:
        """The shelf's."""
        return self.shelf.place

    def __call__(self, asked: Vectors, also: Numbers) -> Scores:
        """The scores of the nearest passages and those of `also`, FAR for all others."""
        try:
            numbers, found = _await(self.shelf.nearest(self.version, asked, also), self.loop)
        except StoreError:
            self.settled = False
            raise
        self.settled = True
        scores = np.full(self.passages, FAR, dtype=np.float32)
        scores[numbers] = found
        return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelving:
    """When a shelf is used."""

    shelf: Shelf
    above: int  #: Passages up to which the vectors stay in memory.
    loop: asyncio.AbstractEventLoop  #: Serves the shelf.

    def __call__(self, database: sqlite3.Connection) -> PassageVectors | None:
        """A generation's vectors, put on the shelf if it is large enough; None if it has none.

        When the shelf cannot take them they are kept in memory, and `place` says why. Blocks.
        """
        about = generation.about(database)
        if about.embedder is None or about.passages <= self.above:
            return in_memory(database)
        try:
            _await(self.shelf.put(about.version, batches(database)), self.loop)
        except StoreError as error:
            log.warning("Passage vectors are kept in memory: %s", error)
            return in_memory(database, place=f"memory, because {error}", settled=False)
        return OnShelf(self.shelf, self.loop, about.version, about.passages)


Keeping = Callable[[sqlite3.Connection], PassageVectors | None]


def in_memory(
    database: sqlite3.Connection, *, place: str = "memory", settled: bool = True
) -> InMemory | None:
    """A generation's vectors in this process; None if it has none."""
    rows = list(batches(database))
    return InMemory(np.concatenate(rows), place, settled) if rows else None


def batches(database: sqlite3.Connection) -> Iterator[Vectors]:
    """A generation's vectors in the order of the passages' numbers, a few thousand at a time."""
    share = np.float32(HEADING)
    for headings, texts in generation.vectors(database):
        yield share * headings + (1 - share) * texts


def _await(work: Coroutine[Any, Any, Result], loop: asyncio.AbstractEventLoop) -> Result:
    """Wait in this thread for work of the loop, which runs in another one."""
    return asyncio.run_coroutine_threadsafe(work, loop).result()
