"""The knowledge base: opens or builds the index, keeps it fresh, and says what it has for a question."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import weakref
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from kb_index import generation
from kb_index.articles import Article, Folder, Library, Source
from kb_index.confidence import Calibration, raw_confidence
from kb_index.embedding import Embedder
from kb_index.index import Index
from kb_index.order_facts import order_asked_about
from kb_index.search import Hits, Search
from kb_index.vectors import Keeping, PassageVectors, Shelf, Shelving, in_memory
from plugins.errors import KnowledgeBaseError
from plugins.model import Match, Order

log = logging.getLogger(__name__)

ORDER_ANSWERS = 0.85  #: Raw confidence when the contact's own order answers the question.
ORDER_UNKNOWN = 0.5  #: The most when it names an order that is not known to be the contact's.


class KnowledgeBase:
    """All sources in one index. Make it with `open`; `match` may be called while `refresh` runs."""

    def __init__(
        self,
        index: Index,
        sources: Sequence[Source],
        embedder: Embedder | None,
        keep: Keeping,
        left_alone: Sequence[str] = (),
    ) -> None:
        self._index = index
        self._sources = tuple(sources)
        self._embedder = embedder
        self._keep = keep
        self._left_alone = tuple(left_alone)
        self._search: Search | None = None
        self._file: str | None = None
        self._trouble: str | None = None
        self._refreshing = asyncio.Lock()
        self.calibration = Calibration()

    @classmethod
    async def open(
        cls,
        folder: Path,
        state: Path,
        *,
        embedder: Embedder | None = None,
        sources: Sequence[Source] = (),
        left_alone: Sequence[str] = (),
        shelf: Shelf | None = None,
        shelve_above: int = 0,
    ) -> KnowledgeBase:
        """The knowledge base of a folder and any further sources, its index kept in `state`.

        The vectors of an index with more than `shelve_above` passages are searched on the shelf, if there
        is one, else in memory. What the index has of the sources named in `left_alone`, which only other
        processes read, stays.

        A built index is opened as it is: call `refresh` afterwards to take in what changed. Without one it
        is built. Without an embedder, or with an index made by another, questions are matched by words
        alone and every match says so. Raises KnowledgeBaseError when there is neither an index nor an
        article to read.
        """
        loop = asyncio.get_running_loop()
        keep = Shelving(shelf=shelf, above=shelve_above, loop=loop) if shelf else in_memory
        kb = cls(Index(state), (Folder(folder), *sources), embedder, keep, left_alone)
        await asyncio.to_thread(kb._reopen)
        if kb._search is None:
            await kb.refresh()
        return kb

    @property
    def embedder(self) -> Embedder | None:
        """The embedding model, if the index in use was built with it."""
        return self._embedder if self._ready().by_meaning else None

    def spelt(self, question: str) -> str:
        """The question with misspelt words put right where the articles have the word."""
        return self._ready().spelt(question)

    @property
    def status(self) -> generation.About:
        """The index in use: its version, model, size, and the files that could not be read."""
        return self._ready().about

    @property
    def vectors(self) -> PassageVectors | None:
        """The passages' vectors, which know where they are kept; None when words alone are searched."""
        return self._ready().vectors

    @property
    def degraded(self) -> str | None:
        """Why answers are weaker than they should be, if they are."""
        if self._trouble is None and not self._ready().by_meaning:
            return "the embedding model is not available: matched by words alone"
        return self._trouble

    async def refresh(self) -> bool:
        """Read all sources and, if anything changed, swap in a new generation; returns whether it did.

        Of a source that cannot be reached the last articles stay. When nothing at all can be written, the
        articles are searched from memory by words alone. Both are marked in every match until the next
        good refresh.
        """
        async with self._refreshing:
            if self._index.current() != self._file or not self._settled():
                await asyncio.to_thread(self._reopen)
            try:
                libraries, trouble = await self._read()
            except KnowledgeBaseError as error:
                if self._search is None:
                    raise
                self._trouble = str(error)
                log.warning("The knowledge base stays as it is: %s", error)
                return False
            changed, more = await asyncio.to_thread(self._take_in, libraries)
            self._trouble = "; ".join(filter(None, (trouble, more))) or None
            return changed

    async def keep_fresh(self, every: timedelta) -> None:
        """Refresh at once and then every so often, until cancelled: run it as a task of the service."""
        while True:
            if await self.refresh():
                log.info("The knowledge base is now at version %s", self.status.version)
            await asyncio.sleep(every.total_seconds())

    async def match(self, question: str, orders: Sequence[Order] = ()) -> Match:
        """What there is for a question. Takes the contact's orders: they may answer it by themselves."""
        search = self._ready()
        hits = await asyncio.to_thread(search, question)
        raw = raw_confidence(hits.signals, by_meaning=hits.by_meaning) if hits.passages else 0.0
        asked = order_asked_about(question, orders)
        if asked.order is not None:
            raw = max(raw, ORDER_ANSWERS)
        elif asked.reference is not None:
            raw = min(raw, ORDER_UNKNOWN)
        return Match(
            passages=hits.passages,
            topic=self._topic(search, hits),
            confidence=round(self.calibration(raw), 4),
            raw_confidence=round(raw, 4),
            index_version=search.about.version,
            degraded=self.degraded or hits.failed,
        )

    def _topic(self, search: Search, hits: Hits) -> str | None:
        return search.topic(hits.passages[0].article_id) if hits.passages else None

    def _ready(self) -> Search:
        if self._search is None:
            raise KnowledgeBaseError("the knowledge base is not open; use KnowledgeBase.open")
        return self._search

    def _settled(self) -> bool:
        """Whether the vectors are where they should be."""
        return self._search is None or self._search.vectors is None or self._search.vectors.settled

    def _reopen(self) -> None:
        """Take over the generation that is current on disk, if there is one."""
        self._file = self._index.current()
        opened = self._index.open()
        if opened is not None:
            database, self._trouble = opened
            self._use(database)

    async def _read(self) -> tuple[dict[str, Library], str | None]:
        """Each source's library by its name, and which sources had to be answered from the index."""
        libraries: dict[str, Library] = {}
        failed: list[str] = []
        for source in self._sources:
            try:
                libraries[source.name] = await source.library()
            except KnowledgeBaseError as error:
                log.warning("%s: its last articles are used: %s", source.name, error)
                failed.append(f"{source.name}: {error}")
                libraries[source.name] = Library(articles=self._last(source.name), problems=(str(error),))
        for name in self._left_alone:
            libraries[name] = Library(articles=self._last(name))
        if not any(library.articles for library in libraries.values()):
            raise KnowledgeBaseError("; ".join(failed) or "no source has an article; add one and build again")
        return libraries, f"last known articles used; {'; '.join(failed)}" if failed else None

    def _last(self, source: str) -> tuple[Article, ...]:
        return self._search.articles_of(source) if self._search else ()

    def _take_in(self, libraries: dict[str, Library]) -> tuple[bool, str | None]:
        """Build what changed; whether anything did, and what went wrong."""
        articles = {name: library.articles for name, library in libraries.items()}
        problems = [problem for library in libraries.values() for problem in library.problems]
        now = (generation.version_of(articles, self._embedder), tuple(problems))
        if self._search and self._file and now == (self._search.about.version, self._search.about.problems):
            return False, None
        try:
            database = self._index.build(articles, embedder=self._embedder, problems=problems)
            self._file = self._index.current()
        except KnowledgeBaseError as error:
            if self._search is not None and self._file is not None:
                log.warning("The index stays as it is: %s", error)
                return False, str(error)
            log.warning("Searching the articles from memory, by words alone: %s", error)
            self._use(generation.write(None, articles, embedder=None, problems=problems))
            return True, f"no index could be kept: articles searched by words alone ({error})"
        self._use(database)
        return True, None

    def _use(self, database: sqlite3.Connection) -> None:
        """Search this generation from now on."""
        self._search = Search(database, self._embedder, keep=self._keep)
        # A search that still runs in a thread keeps its generation open.
        weakref.finalize(self._search, database.close)
