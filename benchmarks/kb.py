"""How the knowledge base's cost grows with its size: index, file, memory, opening, one question.

    python -m benchmarks.kb [--passages 100 1000 10000] [--postgres] [--folder DIR]

The articles are made of words drawn from data/support; their vectors are drawn too, around those of real
passages, because embedding 100,000 passages takes an hour (its rate is measured on 60 real passages).
Questions are embedded for real. With --postgres the same indexes are searched in a throw-away Postgres too.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.store.database import open_database
from bot.store.passage_vectors import PassageVectors
from bot.store.throwaway import throwaway
from kb_index import generation
from kb_index.articles import Article, article
from kb_index.embedding import MiniLm, Vectors, load_embedder
from kb_index.passages import cut
from kb_index.search import Search
from kb_index.sentences import words
from kb_index.vectors import Keeping, Shelving, in_memory

SUPPORT = Path(__file__).parent.parent / "data" / "support"
SECTIONS = 10  #: Passages of an article.
APART = 0.8  #: How far a drawn vector lies from a real one, in lengths of it.
QUESTIONS = (
    "Where is my order?",
    "How long does shipping to Canada take?",
    "Can I return a damaged kettle after 40 days?",
    "I forgot my password",
    "My promo code does not work",
)


class Drawn:
    """Draws passages' vectors around real ones; embeds questions with the real model."""

    name = "drawn"

    def __init__(self, model: MiniLm) -> None:
        self.model = model
        self.building = True
        self._dice = np.random.default_rng(7)
        self._real = model(real_passages())

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of 384 dimensions."""
        if not self.building:
            return self.model(texts)
        noise: Vectors = self._dice.standard_normal((len(texts), 384), dtype=np.float32)
        noise *= np.float32(APART) / np.linalg.norm(noise, axis=1, keepdims=True).astype(np.float32)
        rows: Vectors = self._real[self._dice.integers(0, len(self._real), len(texts))] + noise
        rows /= np.linalg.norm(rows, axis=1, keepdims=True).astype(np.float32)
        return rows

    def knows(self, word: str) -> bool:
        """What the real model knows."""
        return self.model.knows(word)


def made_articles(passages: int) -> list[Article]:
    """Articles with so many passages in all, of words as in data/support."""
    dice = random.Random(7)
    vocabulary = [word for path in SUPPORT.glob("*.md") for word in words(path.read_text())]
    articles = []
    for number in range(passages // SECTIONS):
        sections = (
            f"## {' '.join(dice.choices(vocabulary, k=4))}\n\n{' '.join(dice.choices(vocabulary, k=60))}."
            for _ in range(SECTIONS)
        )
        articles.append(article(f"{number}.md", f"# Article {number}\n\n" + "\n\n".join(sections)))
    return articles


@dataclass(frozen=True, slots=True)
class Timed:
    """How one index answers."""

    opened: float  #: Seconds.
    times: list[float]  #: Milliseconds of each question.
    found: list[list[str]]  #: Ids of the passages of each question.

    @property
    def row(self) -> str:
        """Cells of a table: opening, median and 95th percentile of a question."""
        p95 = statistics.quantiles(self.times, n=20)[-1]
        return f"{self.opened:.2f} s | {statistics.median(self.times):.1f} ms | {p95:.1f} ms"


def timed(path: Path, drawn: Drawn, keep: Keeping) -> Timed:
    """Open an index and ask it 40 questions."""
    started = time.perf_counter()
    search = Search(generation.read(path), drawn, keep=keep)
    opened = time.perf_counter() - started
    times, found = [], []
    for question in QUESTIONS * 8:
        started = time.perf_counter()
        hits = search(question)
        times.append((time.perf_counter() - started) * 1000)
        assert hits.by_meaning, hits.failed
        found.append([passage.id for passage in hits.passages])
    return Timed(opened, times, found)


def build(passages: int, drawn: Drawn, path: Path) -> float:
    """Write an index; returns the seconds that it took without embedding."""
    articles = made_articles(passages)
    drawn.building = True
    started = time.perf_counter()
    generation.write(path, {"folder": articles}, embedder=drawn).close()
    drawn.building = False
    return time.perf_counter() - started


async def measure(passages: int, drawn: Drawn, folder: Path, shelf: PassageVectors | None) -> None:
    """Print one line of the table, or two."""
    path = folder / f"{passages}.sqlite"
    built = await asyncio.to_thread(build, passages, drawn, path)
    memory = await asyncio.to_thread(timed, path, drawn, in_memory)
    size = path.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {passages:,} | memory | {built:.1f} s | {size:,.1f} MB | {memory.row} | {peak:,.0f} MB |",
        flush=True,
    )
    if shelf is None:
        return
    keep = Shelving(shelf=shelf, above=0, loop=asyncio.get_running_loop())
    started = time.perf_counter()
    await asyncio.to_thread(Search, generation.read(path), drawn, keep=keep)
    put = time.perf_counter() - started
    postgres = await asyncio.to_thread(timed, path, drawn, keep)
    pairs = list(zip(memory.found, postgres.found, strict=True))
    same = sum(len(set(here) & set(there)) for here, there in pairs) / sum(len(here) for here, _ in pairs)
    print(f"| | Postgres | + {put:.1f} s | | {postgres.row} | {same:.0%} the same |", flush=True)


def real_passages() -> list[str]:
    """Sixty passages of data/support."""
    return [
        piece.text
        for path in sorted(SUPPORT.glob("*.md"))
        for piece in cut(article(path.name, path.read_text()))
    ][:60]


def rate(model: MiniLm) -> float:
    """Real passages that are embedded in a second on one core."""
    pieces = real_passages()
    started = time.perf_counter()
    model(pieces)
    return len(pieces) / (time.perf_counter() - started)


async def measure_all(sizes: Sequence[int], drawn: Drawn, folder: Path, url: str | None) -> None:
    """Print the lines of all sizes; with the address of a Postgres, of that too."""
    async with AsyncExitStack() as stack:
        shelf = None
        if url is not None:
            database = await stack.enter_async_context(open_database(url, folder, size=2))
            shelf = PassageVectors(lambda: nullcontext(database))
        for passages in sizes:
            await measure(passages, drawn, folder, shelf)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Cost growth of the knowledge base.")
    parser.add_argument("--passages", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--postgres", action="store_true", help="Search in Postgres as well.")
    parser.add_argument(
        "--folder", type=Path, help="Where the indexes are written; default: a temporary folder."
    )
    chosen = parser.parse_args()
    started = time.perf_counter()
    model = load_embedder()
    assert model is not None, "the embedding model is a dependency"
    print(f"model ready in {time.perf_counter() - started:.2f} s; embeds {rate(model):.0f} passages a second")
    print("| passages | vectors in | index, no embedding | file | open | question p50 | p95 | peak memory |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    server = throwaway() if chosen.postgres else None
    url = server.start() if server else None
    try:
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            asyncio.run(measure_all(chosen.passages, Drawn(model), Path(folder), url))
    finally:
        if server:
            server.stop()


if __name__ == "__main__":
    main()
