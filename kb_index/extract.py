"""Chooses the sentences that answer a question, word for word, from the passages that were found."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from kb_index.embedding import Embedder
from kb_index.questions import asked_vectors, parts_of
from kb_index.sentences import telling_words
from kb_index.statements import Statement, statements
from kb_index.wording import search_words, stem
from plugins.model import Passage

LONGEST = 6  #: Sentences of an answer, list items included.
PARAGRAPH = 3  #: Sentences of a paragraph that is quoted whole.
SECOND = 0.86  #: Share of the best sentence's score that one from elsewhere must reach.
WIDER = 0.74  #: The same for a sentence of the same article on something asked that the answer lacks.
NEXT_STEP = 0.6  #: Share that an instruction to the customer must reach to close the answer.
READ = 60  #: Statements that are weighed; each costs about 5 ms.

_TIME = frozenset(stem(word) for word in ("minute", "hour", "day", "week", "month", "year"))
_LEANS = re.compile(
    r"^(?:it|this|that|they|these|those|however|otherwise|in that case|then|if so|also|so)\b", re.IGNORECASE
)
_STEP = re.compile(
    r"^(?:please |to \w+.{0,60}, |just |simply |then )?(?:reply|send|contact|e-?mail|call|go to|"
    r"open|choose|select|"
    r"fill|log in|sign in|visit|click|follow|write to|use|enter|attach|start|pack|print|tell us|"
    r"let us know)\b",
    re.IGNORECASE,
)
#: What a question asks for → what a sentence that answers it has.
_KINDS = (
    (
        r"\bhow (?:long|soon|fast|many days)|\bwhen\b|\bdays?\b",
        r"\b\d+\b.{0,14}\b(?:day|hour|week|month|minute|year)",
    ),
    (
        r"\b(?:after|in|for|since|ago|than|past|within)?\b ?\d+ (?:day|week|month|year)s?|\bstill\b|too late",
        r"\b(?:within|after|more than|later than|up to|longer than)\b.{0,12}\d+ (?:day|week|month|year)",
    ),
    (r"\bhow much|\bcost|\bprice|\bfees?\b|\bcharge", r"[$€£]\s?\d|\d\s?(?:usd|eur|gbp)|\bfree\b"),
    (
        r"^(?:can|could|may|do|does|is|are|will)\b",
        r"\b(?:can|cannot|can't|may|must|only|not|yes|no|always|never)\b",
    ),
    (
        r"\bhow (?:do|can|to|should|could)\b",
        r"^(?:to\b|go|open|choose|select|log|sign|click|reply|send|use|follow)",
    ),
    (r"\bwhere\b|\baddress\b", r"\b(?:at|in|from|under|to) (?:your|our|the|my)\b"),
)
_SHAPES = tuple((re.compile(ask, re.IGNORECASE), re.compile(has, re.IGNORECASE)) for ask, has in _KINDS)


@dataclass(frozen=True, slots=True)
class Extract:
    """The chosen statements in the order of the reply."""

    chosen: tuple[Statement, ...]
    fit: float  #: 0–1: how well the best of them answers, before any calibration.
    unanswered: tuple[str, ...] = ()  #: Parts of the question that nothing was found for.

    def at_least(self, fit: float, *, sentences: int) -> Extract:
        """The first sentences of it if it fits so well, else nothing: beside an order's own facts."""
        return replace(self, chosen=self.chosen[:sentences] if self.fit >= fit else (), unanswered=())


class AnsweringStatements(BaseNodePostprocessor):
    """llama-index postprocessor: shrinks the nodes that a retriever found to the statements that answer.

    Every node that comes out is one statement, verbatim, with the customer's wording in its metadata.
    """

    _embedder: Embedder | None = PrivateAttr()
    fit: float = 0.0
    unanswered: tuple[str, ...] = ()

    def __init__(self, embedder: Embedder | None) -> None:
        super().__init__()
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        """The name under which llama-index reports this step."""
        return "AnsweringStatements"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        passages = tuple(node.node.metadata["passage"] for node in nodes)
        question = query_bundle.query_str if query_bundle else ""
        known = statements(passages)[:READ]
        if not known:
            return []
        parts = parts_of(question)
        scores = _scores(question, parts, known, passages, self._embedder)
        asked = frozenset(
            stem(word) for word in telling_words(question) if word.isalpha() and stem(word) not in _TIME
        )
        chosen = _choose(known, scores, asked)
        best = scores.max(axis=1)
        self.fit = float(best.max())
        self.unanswered = tuple(
            part for part, score in zip(parts, best, strict=True) if score < 0.6 * self.fit and len(parts) > 1
        )
        top = scores.max(axis=0)
        return [
            NodeWithScore(
                node=TextNode(text=known[at].quote, metadata={"statement": known[at]}), score=float(top[at])
            )
            for at in chosen
        ]


def extract(question: str, passages: tuple[Passage, ...], embedder: Embedder | None) -> Extract:
    """The statements that answer a question. Takes up to a third of a second: call it in a thread."""
    nodes = [
        NodeWithScore(node=TextNode(text=passage.text, metadata={"passage": passage}), score=passage.score)
        for passage in passages
    ]
    step = AnsweringStatements(embedder)
    found = step.postprocess_nodes(nodes, query_bundle=QueryBundle(question))
    return Extract(
        chosen=tuple(node.node.metadata["statement"] for node in found),
        fit=step.fit,
        unanswered=step.unanswered,
    )


def _scores(
    question: str,
    parts: tuple[str, ...],
    known: list[Statement],
    passages: tuple[Passage, ...],
    embedder: Embedder | None,
) -> npt.NDArray[np.float32]:
    """How well each statement answers each part, shape (parts, statements)."""
    scores = np.zeros((len(parts), len(known)), dtype=np.float32)
    best = max((passage.score for passage in passages), default=1.0) or 1.0
    stems = [{stem(word) for word in telling_words(statement.text)} for statement in known]
    if embedder is not None:
        contexts = [
            f"{passages[statement.passage].title.split(' › ')[-1]}: {statement.text}" for statement in known
        ]
        # A part such as "can I send it back?" is understood from the whole message.
        asked_about = 0.6 * asked_vectors(parts, embedder) + 0.4 * asked_vectors([question], embedder)
        scores += asked_about @ embedder(contexts).T
    for row, part in enumerate(parts):
        asked = {stem(word) for word in search_words(part)}
        for column, statement in enumerate(known):
            share = len(asked & stems[column]) / len(asked) if asked else 0.0
            shape = sum(bool(ask.search(part) and has.search(statement.text)) for ask, has in _SHAPES)
            scores[row, column] += (
                0.2 * share + 0.06 * min(shape, 2) + 0.15 * passages[statement.passage].score / best
            )
    return scores


def _choose(known: list[Statement], scores: npt.NDArray[np.float32], asked: frozenset[str]) -> list[int]:
    """Numbers of the chosen statements, in the order of the reply."""
    top = scores.max(axis=0)
    groups: list[list[int]] = []
    taken: set[int] = set()
    for row in scores:
        best = int(np.argmax(np.where([statement.request for statement in known], row - 0.3, row)))
        if best not in taken:
            _take(groups, taken, _window(known, top, best, taken, asked))
    _add_second(known, top, groups, taken, asked)
    answer = _in_reading_order(known, [at for group in groups for at in group])
    step = _next_step(known, top, answer)
    first = known[answer[0]].passage
    requests = [at for at, other in enumerate(known) if other.request and other.passage == first]
    return [*answer, *step, *[at for at in requests[:3] if at not in answer]]


def _take(groups: list[list[int]], taken: set[int], group: list[int]) -> None:
    """Take a group whole, if the answer has room for it; the first one always."""
    if not groups or sum(map(len, groups)) + len(group) <= LONGEST:
        groups.append(group)
        taken.update(group)


def _in_reading_order(known: list[Statement], chosen: list[int]) -> list[int]:
    """Passages in the order in which they were chosen, each read from top to bottom."""
    places = list(dict.fromkeys(known[at].passage for at in chosen))
    return sorted(chosen, key=lambda at: (places.index(known[at].passage), at))


def _window(
    known: list[Statement],
    top: npt.NDArray[np.float32],
    best: int,
    taken: set[int],
    asked: frozenset[str],
) -> list[int]:
    """The best statement with its neighbours: a short list or paragraph whole, else what belongs to it.

    Of a list without a lead, such as a table, the items that name most of what was asked.
    """
    here = known[best]
    same = [
        at
        for at, other in enumerate(known)
        if (other.passage, other.block) == (here.passage, here.block)
        and at not in taken
        and not other.request
    ]
    if here.item or here.lead:
        items = [at for at in same if known[at].item]
        if len(items) < LONGEST and any(known[at].lead or _STEP.match(known[at].text) for at in same):
            return [at for at in same if known[at].lead or known[at].item]
        named = {at: len(asked & {stem(word) for word in telling_words(known[at].text)}) for at in items}
        most = max(named.values(), default=0)
        return [at for at in items if named[at] == most and top[at] >= 0.7 * top[best]][:4] or [best]
    if len(same) <= PARAGRAPH:
        return [at for at in same if not known[at].lead or at == best] or [best]
    start = same.index(best) if best in same else 0
    while start > 0 and _LEANS.match(known[same[start]].text):
        start -= 1
    return same[start : max(start + PARAGRAPH, same.index(best) + 1)]


def _add_second(
    known: list[Statement],
    top: npt.NDArray[np.float32],
    groups: list[list[int]],
    taken: set[int],
    asked: frozenset[str],
) -> None:
    """One more group, if another place says something new that answers nearly as well.

    It may answer less well when it is of the same article and speaks of something asked that the answer
    does not speak of yet.
    """
    said = {stem(word) for at in taken for word in telling_words(known[at].text)}
    articles = {known[at].article for at in taken}
    best = max(float(top[at]) for at in taken)
    for at in np.argsort(-top).tolist():
        own = {stem(word) for word in telling_words(known[at].text)}
        near = known[at].article in articles
        enough = WIDER if near and own & asked - said else SECOND
        if top[at] < WIDER * best:
            return
        fresh = len(own - said) / len(own) > 0.4 if own else False
        if at not in taken and not known[at].request and fresh and top[at] >= enough * best:
            _take(groups, taken, _window(known, top, at, taken, asked))
            return


def _next_step(known: list[Statement], top: npt.NDArray[np.float32], answer: list[int]) -> list[int]:
    """What the customer should do next, if the passages that answer say it and the answer does not yet."""
    if any(_STEP.match(known[at].text) for at in answer):
        return []
    places = {known[at].passage for at in answer}
    best = max(float(top[at]) for at in answer)
    steps = [
        at
        for at, statement in enumerate(known)
        if statement.passage in places
        and at not in answer
        and not statement.item
        and _STEP.match(statement.text)
        and top[at] >= NEXT_STEP * best
    ]
    return sorted(steps, key=lambda at: -float(top[at]))[:1]
