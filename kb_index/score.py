"""Measures a knowledge base on questions whose right articles are known: finding, abstaining, confidence."""

from __future__ import annotations

import hashlib
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kb_index import generation
from kb_index.articles import Library
from kb_index.confidence import Outcome, calibrate, raw_confidence
from kb_index.embedding import Embedder
from kb_index.search import Hits, Search
from plugins.errors import BadRequest

FIRST = 3  #: An article counts as found among so many.
BINS = 10  #: Of the expected calibration error.


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the articles that answer it; none means: the right thing is to abstain."""

    text: str
    articles: frozenset[str]

    @property
    def to_calibrate(self) -> bool:
        """Whether it is of the half that confidence is calibrated on; the other half is scored."""
        return hashlib.sha256(self.text.encode("utf-8", "replace")).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The figures; shares from 0 to 1, times in milliseconds."""

    questions: int
    answerable: int
    found_first: float  #: The first article is right, of the answerable.
    found: float  #: A right article is among the first three.
    found_by_words: float
    found_by_meaning: float | None  #: None without an embedding model.
    abstain_auroc: float | None  #: Confidence separates answerable from not; None if all are one kind.
    calibration_error_before: float  #: Of the half that is not calibrated on.
    calibration_error: float  #: The same after calibration on the other half.
    sure: float  #: Share of that half with a confidence above 0.7 …
    sure_and_right: float | None  #: … and how many of those have a right article among the first three.
    query_p50: float
    query_p95: float

    def as_dict(self) -> dict[str, Any]:
        """The figures by name."""
        return asdict(self)


def read_questions(path: Path) -> list[Question]:
    """Questions from a JSON-lines file: `text` or `question`, and `articles`, the acceptable ids.

    Raises BadRequest with the line of the first one that cannot be taken.
    """
    questions: list[Question] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text = row["text"] if "text" in row else row["question"]
            articles = row.get("articles", row.get("article")) or []
            names = [articles] if isinstance(articles, str) else articles
            questions.append(Question(str(text), frozenset(bare(name) for name in names)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadRequest(
                f"{path}:{number}: not a question; each line needs text and articles: {error}"
            ) from None
    if not questions:
        raise BadRequest(f"{path}: has no questions")
    return questions


def bare(article: str) -> str:
    """An article's id without the suffix of its file."""
    name, dot, suffix = article.rpartition(".")
    return (
        name if dot and suffix.lower() in {"md", "markdown", "txt", "html", "htm", "pdf", "docx"} else article
    )


def score(library: Library, questions: Sequence[Question], embedder: Embedder | None) -> Score:
    """The figures of one library on the questions, from an index in memory. Takes seconds; use a thread."""
    database = generation.write(None, {"folder": library.articles}, embedder=embedder)
    search, by_words = Search(database, embedder), Search(database, None)
    by_meaning = Search(database, embedder, words=0.0) if embedder else None
    times: list[float] = []
    hits: list[Hits] = []
    for question in questions:
        started = time.perf_counter()
        hits.append(search(question.text))
        times.append((time.perf_counter() - started) * 1000)
    raws = [
        raw_confidence(hit.signals, by_meaning=search.by_meaning) if hit.passages else 0.0 for hit in hits
    ]
    right = [_found(question, hit, FIRST) for question, hit in zip(questions, hits, strict=True)]
    outcomes = [Outcome(raw, good) for raw, good in zip(raws, right, strict=True)]
    learnt = calibrate(
        outcome for outcome, question in zip(outcomes, questions, strict=True) if question.to_calibrate
    )
    held = [o for o, question in zip(outcomes, questions, strict=True) if not question.to_calibrate]
    calibrated = [Outcome(learnt(outcome.raw), outcome.good) for outcome in held]
    sure = [outcome for outcome in calibrated if outcome.raw > 0.7]
    answerable = [question for question in questions if question.articles]
    return Score(
        questions=len(questions),
        answerable=len(answerable),
        found_first=_share(questions, hits, 1),
        found=_share(questions, hits, FIRST),
        found_by_words=_share(questions, [by_words(question.text) for question in questions], FIRST),
        found_by_meaning=(
            _share(questions, [by_meaning(question.text) for question in questions], FIRST)
            if by_meaning
            else None
        ),
        abstain_auroc=auroc(
            [raw for raw, question in zip(raws, questions, strict=True) if question.articles],
            [raw for raw, question in zip(raws, questions, strict=True) if not question.articles],
        ),
        calibration_error_before=calibration_error(held),
        calibration_error=calibration_error(calibrated),
        sure=len(sure) / len(held) if held else 0.0,
        sure_and_right=sum(outcome.good for outcome in sure) / len(sure) if sure else None,
        query_p50=statistics.median(times),
        query_p95=statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0],
    )


def _found(question: Question, hits: Hits, first: int) -> bool:
    articles = list(dict.fromkeys(bare(passage.article_id) for passage in hits.passages))
    return not question.articles.isdisjoint(articles[:first])


def _share(questions: Sequence[Question], hits: Sequence[Hits], first: int) -> float:
    """Share of the answerable questions with a right article among the first."""
    found = [_found(q, hit, first) for q, hit in zip(questions, hits, strict=True) if q.articles]
    return sum(found) / len(found) if found else 0.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Chance that a positive scores above a negative, ties counting half; None without one of both."""
    if not positive or not negative:
        return None
    wins = sum((high > low) + 0.5 * (high == low) for high in positive for low in negative)
    return wins / (len(positive) * len(negative))


def calibration_error(outcomes: Sequence[Outcome]) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al., 2015)."""
    total = 0.0
    for number in range(BINS):
        inside = [outcome for outcome in outcomes if min(int(outcome.raw * BINS), BINS - 1) == number]
        if inside:
            total += abs(sum(outcome.raw - outcome.good for outcome in inside))
    return total / len(outcomes) if outcomes else 0.0
