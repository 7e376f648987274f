"""How the knowledge base's cost grows with its size: index, file, memory, opening, one question.

    python -m benchmarks.kb [--passages 100 1000 10000] [--folder DIR]

The articles are made of words drawn from data/support; their vectors are drawn too, because embedding
100,000 passages takes an hour (its rate is measured on 60 real passages). Questions are embedded for real.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kb_index import generation
from kb_index.articles import Article, article
from kb_index.embedding import MiniLm, Vectors, load_embedder
from kb_index.passages import cut
from kb_index.search import Search
from kb_index.sentences import words

SUPPORT = Path(__file__).parent.parent / "data" / "support"
SECTIONS = 10  #: Passages of an article.
QUESTIONS = (
    "Where is my order?",
    "How long does shipping to Canada take?",
    "Can I return a damaged kettle after 40 days?",
    "I forgot my password",
    "My promo code does not work",
)


class Drawn:
    """Draws passages' vectors at random; embeds questions with the real model."""

    name = "drawn"

    def __init__(self, model: MiniLm) -> None:
        self.model = model
        self.building = True
        self._dice = np.random.default_rng(7)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of 384 dimensions."""
        if not self.building:
            return self.model(texts)
        rows: Vectors = self._dice.standard_normal((len(texts), 384), dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True).astype(np.float32)

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


def measure(passages: int, model: MiniLm, folder: Path) -> str:
    """One line of the table."""
    drawn = Drawn(model)
    path = folder / f"{passages}.sqlite"
    articles = made_articles(passages)
    started = time.perf_counter()
    generation.write(path, {"folder": articles}, embedder=drawn).close()
    built = time.perf_counter() - started
    drawn.building = False
    started = time.perf_counter()
    search = Search(generation.read(path), drawn)
    opened = time.perf_counter() - started
    times = []
    for question in QUESTIONS * 8:
        started = time.perf_counter()
        search(question)
        times.append((time.perf_counter() - started) * 1000)
    size = path.stat().st_size / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    p95 = statistics.quantiles(times, n=20)[-1]
    return (
        f"| {passages:,} | {built:.1f} s | {size:,.1f} MB | {opened:.2f} s | "
        f"{statistics.median(times):.1f} ms | {p95:.1f} ms | {memory:,.0f} MB |"
    )


def rate(model: MiniLm) -> float:
    """Real passages that are embedded in a second on one core."""
    pieces = [
        piece.text
        for path in sorted(SUPPORT.glob("*.md"))
        for piece in cut(article(path.name, path.read_text()))
    ][:60]
    started = time.perf_counter()
    model(pieces)
    return len(pieces) / (time.perf_counter() - started)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Cost growth of the knowledge base.")
    parser.add_argument("--passages", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument(
        "--folder", type=Path, help="Where the indexes are written; default: a temporary folder."
    )
    chosen = parser.parse_args()
    started = time.perf_counter()
    model = load_embedder()
    assert model is not None, "the embedding model is a dependency"
    print(f"model ready in {time.perf_counter() - started:.2f} s; embeds {rate(model):.0f} passages a second")
    print("| passages | index without embedding | file | open | question p50 | p95 | peak memory |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        for passages in chosen.passages:
            print(measure(passages, model, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
