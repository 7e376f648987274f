"""One generation of the index: a single SQLite file that is written once and then only read.

It holds the articles, their passages, a full-text index of the words and one vector per passage and per
heading. A change of the knowledge base makes a new file; what did not change is copied, not embedded again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from kb_index.articles import Article
from kb_index.embedding import Embedder, Vectors
from kb_index.passages import Cut, cut
from kb_index.sentences import words

FORMAT = 1  #: Of the file; another number is rebuilt, not read.
BATCH = 2_000  #: Passages whose vectors are read at a time.

_TABLES = """
create table about (name text primary key, value text not null) without rowid;
create table articles (id text primary key, source text not null, title text not null, topic text,
                       url text, kind text not null, digest text not null, body text not null) without rowid;
create table passages (number integer primary key, id text not null unique, article text not null,
                       heading integer not null, text text not null, vector blob);
create table headings (number integer primary key, text text not null unique, vector blob);
create table vocabulary (word text primary key, passages integer not null) without rowid;
create virtual table words using fts5
    (title, heading, text, tokenize = 'porter unicode61 remove_diacritics 2');
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What `hotdash kb status` says of a generation."""

    version: str  #: Ten hexadecimal digits over everything that is in it.
    embedder: str | None  #: None: built without a model, searched by words alone.
    built_at: datetime
    articles: int
    passages: int
    embedded: int  #: Passages that were embedded for this generation; the others were taken over.
    problems: tuple[str, ...]


def write(
    path: Path | None,
    articles: Mapping[str, Sequence[Article]],
    *,
    embedder: Embedder | None,
    problems: Iterable[str] = (),
    before: sqlite3.Connection | None = None,
) -> sqlite3.Connection:
    """Write a generation with the articles of each source and return it open.

    `path` None keeps it in memory. Vectors of texts that `before` holds, made by the same model, are taken
    over. Raises OSError or sqlite3.Error when the file cannot be written.
    """
    database = sqlite3.connect(path or ":memory:", check_same_thread=False)
    database.executescript("pragma journal_mode = off; pragma synchronous = off;" + _TABLES)
    known, made = _known_vectors(before, embedder), 0
    with database:
        for source, members in articles.items():
            for article in members:
                _add_article(database, source, article)
                made += _add_passages(database, article, cut(article), embedder, known)
        _note(
            database,
            format=str(FORMAT),
            version=version_of(articles, embedder),
            embedder=embedder.name if embedder else "",
            built_at=datetime.now(UTC).isoformat(),
            embedded=str(made),
            problems=json.dumps(list(problems)),
        )
    if path is not None:
        database.execute("pragma optimize")
    return database


def version_of(articles: Mapping[str, Sequence[Article]], embedder: Embedder | None) -> str:
    """Ten hexadecimal digits that change with any article, the model, or the format of the file."""
    seen = hashlib.sha256(f"{FORMAT} {embedder.name if embedder else ''}".encode())
    for source, members in articles.items():
        if not members:
            continue
        seen.update("\n".join((source, *(article.digest for article in members))).encode())
    return seen.hexdigest()[:10]


def read(path: Path) -> sqlite3.Connection:
    """Open a generation for reading. Raises sqlite3.Error for a missing, damaged or foreign file."""
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    try:
        about = dict(database.execute("select name, value from about"))
        if about.get("format") != str(FORMAT):
            raise sqlite3.DatabaseError(f"{path.name} has format {about.get('format')}, not {FORMAT}")
        if database.execute("pragma quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError(f"{path.name} is damaged")
    except sqlite3.Error:
        database.close()
        raise
    return database


def about(database: sqlite3.Connection) -> About:
    """What a generation says of itself."""
    notes = dict(database.execute("select name, value from about"))
    return About(
        version=notes["version"],
        embedder=notes["embedder"] or None,
        built_at=datetime.fromisoformat(notes["built_at"]),
        articles=database.execute("select count(*) from articles").fetchone()[0],
        passages=database.execute("select count(*) from passages").fetchone()[0],
        embedded=int(notes["embedded"]),
        problems=tuple(json.loads(notes["problems"])),
    )


def articles_of(database: sqlite3.Connection, source: str) -> tuple[Article, ...]:
    """The articles that a generation holds of one source."""
    rows = database.execute(
        "select id, title, body, topic, url, kind from articles where source = ? order by id", (source,)
    )
    return tuple(
        Article(id=row[0], title=row[1], text=row[2], topic=row[3], url=row[4], kind=row[5]) for row in rows
    )


def _add_article(database: sqlite3.Connection, source: str, article: Article) -> None:
    row = (article.id, source, article.title, article.topic, article.url, article.kind, article.digest)
    database.execute("insert into articles values (?, ?, ?, ?, ?, ?, ?, ?)", (*row, article.text))


def _add_passages(
    database: sqlite3.Connection,
    article: Article,
    cuts: Sequence[Cut],
    embedder: Embedder | None,
    known: dict[str, bytes],
) -> int:
    """Add the passages with their vectors; returns how many texts had to be embedded."""
    headings = {piece.heading for piece in cuts}
    texts = [*headings, *(f"{piece.heading}\n{piece.text}" for piece in cuts)]
    missing = [text for text in dict.fromkeys(texts) if text not in known] if embedder else []
    if embedder and missing:
        known.update(zip(missing, (row.tobytes() for row in embedder(missing)), strict=True))
    for heading in headings:
        database.execute(
            "insert or ignore into headings (text, vector) values (?, ?)", (heading, known.get(heading))
        )
    for piece in cuts:
        number = database.execute(
            "insert into passages (id, article, heading, text, vector) "
            "values (?, ?, (select number from headings where text = ?), ?, ?)",
            (piece.id, article.id, piece.heading, piece.text, known.get(f"{piece.heading}\n{piece.text}")),
        ).lastrowid
        database.execute(
            "insert into words (rowid, title, heading, text) values (?, ?, ?, ?)",
            (number, article.title, piece.heading.removeprefix(article.title), piece.text),
        )
        database.executemany(
            "insert into vocabulary values (?, 1) on conflict (word) do update set passages = passages + 1",
            ((word,) for word in set(words(f"{piece.heading} {piece.text}"))),
        )
    return len(missing)


def _known_vectors(before: sqlite3.Connection | None, embedder: Embedder | None) -> dict[str, bytes]:
    if before is None or embedder is None or about(before).embedder != embedder.name:
        return {}
    rows = before.execute(
        "select headings.text || char(10) || passages.text, passages.vector "
        "from passages join headings on headings.number = passages.heading "
        "union all select text, vector from headings"
    )
    return {text: vector for text, vector in rows if vector is not None}


def _note(database: sqlite3.Connection, **notes: str) -> None:
    database.executemany("insert into about values (?, ?)", notes.items())


def vectors(database: sqlite3.Connection) -> Iterator[tuple[Vectors, Vectors]]:
    """The vectors of the passages' headings and of their texts in the order of their numbers, in batches.

    Nothing for a generation without vectors.
    """
    rows = database.execute(
        "select headings.vector, passages.vector from passages join headings "
        "on headings.number = passages.heading where passages.vector is not null order by passages.number"
    )
    while batch := rows.fetchmany(BATCH):
        headings, texts = (
            np.frombuffer(b"".join(column), dtype=np.float32).reshape(len(batch), -1)
            for column in zip(*batch, strict=True)
        )
        yield headings, texts
