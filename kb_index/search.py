"""Finds the passages that speak of a question: by meaning and by words, the two put together.

By meaning: cosine of the question with a passage and with its title and headings, half each. By words: BM25
of SQLite's full-text index, titles counting three times. docs/knowledge-base.md has the figures.
"""

from __future__ import annotations

import logging
import math
import sqlite3
import threading
from collections import Counter
from dataclasses import dataclass

import numpy as np

from kb_index import generation
from kb_index.articles import Article
from kb_index.embedding import Embedder
from kb_index.questions import asked_vectors, parts_of
from kb_index.sentences import words
from kb_index.vectors import Keeping, Numbers, PassageVectors, Scores, in_memory
from kb_index.wording import search_words, spelt, stem
from plugins.errors import KnowledgeBaseError, StoreError
from plugins.model import Passage

log = logging.getLogger(__name__)

WORDS = 0.12  #: What a passage gains that has the question's words as no other has.
PASSAGES = 8  #: Handed on for a question.
PER_ARTICLE = 3  #: Passages of one article among them.
ANSWERS = 2  #: Passages of approved answers among them: articles always have the most to say.
QUESTION = 2_000  #: Characters of a question that are read.

NO_MODEL = "the embedding model did not answer: matched by words alone"
NO_VECTORS = "the passages' vectors cannot be searched: matched by words alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What the confidence in a search is made of; each 0 when nothing was found."""

    meaning: float  #: Cosine score of the best article, -1–1; 0 without a model.
    margin: float  #: How far the best article is ahead of the next, in the same unit.
    coverage: float  #: Share of the question's words in the best passage, rare words counting more; 0–1.
    agreement: float  #: 1 when words alone find the same article.


NOTHING = Signals(meaning=0, margin=0, coverage=0, agreement=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What a search found, best first."""

    passages: tuple[Passage, ...]
    signals: Signals
    by_meaning: bool  #: Whether meaning was understood, or words alone were searched.
    failed: str | None = None  #: What kept this search from understanding meaning, if something did.


class Search:
    """Searches one generation; safe to call from several threads."""

    def __init__(
        self,
        database: sqlite3.Connection,
        embedder: Embedder | None,
        *,
        words: float = WORDS,
        keep: Keeping = in_memory,
    ) -> None:
        self._database = database
        self._words = np.float32(words)
        self._lock = threading.Lock()
        self.about = generation.about(database)
        same = embedder is not None and embedder.name == self.about.embedder
        self._embedder = embedder if same else None
        rows = database.execute(
            "select p.article, a.kind from passages p join articles a on a.id = p.article order by p.number"
        ).fetchall()
        self._answers = np.array([row[1] == "answer" for row in rows], dtype=np.bool_)
        self._articles = np.unique(np.array([row[0] for row in rows], dtype=object), return_inverse=True)[1]
        self.vectors: PassageVectors | None = keep(database) if same else None
        vocabulary = dict(database.execute("select word, passages from vocabulary"))
        self._vocabulary = frozenset(vocabulary)
        self._stems: Counter[str] = Counter()
        for word, count in vocabulary.items():
            self._stems[stem(word)] += count

    @property
    def by_meaning(self) -> bool:
        """Whether the search understands meaning, or words alone."""
        return self.vectors is not None

    def __call__(self, question: str) -> Hits:
        """The best passages for a question; takes a few milliseconds, so call it in a thread."""
        question = self.spelt(question[:QUESTION])
        by_words = self._by_words(question)
        meaning, failed = self._by_meaning(question, np.flatnonzero(by_words))
        understood = meaning is not None
        score = by_words if meaning is None else meaning + self._words * by_words
        if not score.size or (meaning is None and not score.any()):
            return Hits(passages=(), signals=NOTHING, by_meaning=understood, failed=failed)
        passages = self._passages(self._pick(score), score)
        signals = self._signals(question, passages[0], score, meaning, by_words)
        return Hits(passages=passages, signals=signals, by_meaning=understood, failed=failed)

    def spelt(self, question: str) -> str:
        """The question with misspelt words put right where the articles have the word."""
        return spelt(question, self._vocabulary, self._embedder.knows) if self._embedder else question

    def _by_meaning(self, question: str, also: Numbers) -> tuple[Scores | None, str | None]:
        """The passages' scores, those of `also` at any rate; or what failed."""
        if self._embedder is None or self.vectors is None:
            return None, None
        try:
            asked = asked_vectors(list(dict.fromkeys([question, *parts_of(question)])), self._embedder)
            return self.vectors(asked, also), None
        except (KnowledgeBaseError, StoreError) as error:
            log.warning("Searching by words alone: %s", error)
            return None, NO_VECTORS if isinstance(error, StoreError) else NO_MODEL

    def _by_words(self, question: str) -> Scores:
        """BM25 as a share of the best passage's, times the share of the question's words that it has."""
        scores = np.zeros(len(self._articles), dtype=np.float32)
        asked = search_words(question)[:24]
        if not asked:
            return scores
        match = " OR ".join(f'"{word}"' for word in asked)
        with self._lock:
            rows = self._database.execute(
                "select rowid - 1, -bm25(words, 3.0, 3.0, 1.0) as score from words where words match ? "
                "order by score desc limit 200",
                (match,),
            ).fetchall()
        if rows:
            numbers, found = zip(*rows, strict=True)
            scores[np.array(numbers)] = np.array(found, dtype=np.float32) / np.float32(found[0])
        return scores

    def _pick(self, score: Scores) -> list[int]:
        """Numbers of the passages to hand on: the best, but not all of one article."""
        order = np.argsort(-score, kind="stable")[: PASSAGES * 25]
        taken: Counter[int] = Counter()
        picked: list[int] = []
        answers = 0
        for number in order.tolist():
            article, is_answer = int(self._articles[number]), bool(self._answers[number])
            if taken[article] < PER_ARTICLE and score[number] > 0 and not (is_answer and answers == ANSWERS):
                taken[article] += 1
                answers += is_answer
                picked.append(number)
            if len(picked) == PASSAGES:
                break
        return picked or [int(order[0])]

    def _passages(self, numbers: list[int], score: Scores) -> tuple[Passage, ...]:
        with self._lock:
            rows = [
                self._database.execute(
                    "select p.id, a.id, h.text, p.text, a.url from passages p join articles a "
                    "on a.id = p.article join headings h on h.number = p.heading where p.number = ?",
                    (number + 1,),
                ).fetchone()
                for number in numbers
            ]
        return tuple(
            Passage(id=row[0], article_id=row[1], title=row[2], text=row[3], url=row[4], score=float(value))
            for row, value in zip(rows, score[numbers], strict=True)
        )

    def topic(self, article: str) -> str | None:
        """The topic of an article."""
        with self._lock:
            row = self._database.execute("select topic from articles where id = ?", (article,)).fetchone()
        return row[0] if row else None

    def articles_of(self, source: str) -> tuple[Article, ...]:
        """The articles that came from a source."""
        with self._lock:
            return generation.articles_of(self._database, source)

    def _signals(
        self, question: str, best: Passage, score: Scores, meaning: Scores | None, by_words: Scores
    ) -> Signals:
        top = int(np.argmax(score))
        article = self._articles[top]
        others = self._articles != article
        basis = by_words if meaning is None else meaning
        own = float(basis[~others].max())
        rest = float(basis[others].max()) if others.any() else 0.0
        return Signals(
            meaning=0.0 if meaning is None else own,
            margin=own - rest,
            coverage=self._coverage(question, best),
            agreement=float(by_words.any() and self._articles[int(np.argmax(by_words))] == article),
        )

    def _coverage(self, question: str, passage: Passage) -> float:
        """Share of the question's words that a passage has, each weighted by how rare it is here."""
        there = {stem(word) for word in words(f"{passage.title} {passage.text}")}
        total = len(self._articles) + 1
        weights = {
            stem(word): math.log(total / (self._stems[stem(word)] + 0.5)) for word in search_words(question)
        }
        asked = sum(max(weight, 0.1) for weight in weights.values())
        return sum(max(w, 0.1) for word, w in weights.items() if word in there) / asked if asked else 0.0
