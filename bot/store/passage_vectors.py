"""The tables of passage vectors: one for each generation of the knowledge base, searched with pgvector.

A generation has a table and a search index (HNSW) of its own: filled aside and listed in one transaction,
dropped whole when two newer ones are there. The tables are made at first use and not by a migration, because
the extension `vector` may be absent or need a right that this program lacks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

import numpy as np
import numpy.typing as npt
from psycopg import errors, sql

from bot.store import queries
from bot.store.database import Database, Transaction
from plugins.errors import StoreError, StoreUnavailable

SQL = queries.load("passage_vectors")

KEPT = 2  #: Generations: the newest, and the one before it for processes that still search it.
MOST = 100  #: Nearest passages that are looked at for one asked vector.
SEARCH_WITHIN = 2.0  #: Seconds; after that words alone have to do.
LONGEST = 2_000  #: Dimensions that pgvector can index; https://github.com/pgvector/pgvector#hnsw

#: Binary COPY: signature, flags, no extension; then rows; then -1 in place of a row's number of fields.
#: https://www.postgresql.org/docs/current/sql-copy.html
COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TAIL = b"\xff\xff"
#: How Postgres says that an extension is not installed, in two versions, or may not be added.
NO_EXTENSION = (errors.FeatureNotSupported, errors.UndefinedFile, errors.InsufficientPrivilege)

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Reach = Callable[[], AbstractAsyncContextManager[Database]]  #: Lends the database, open.


class PassageVectors:
    """Keeps and searches the vectors; any number of processes share them."""

    place = "Postgres"

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    async def prepare(self) -> None:
        """Make what is needed before the first vector comes. Raises StoreError as `put` does."""
        async with self._reach() as database, database.transaction() as transaction:
            await self._prepare(database, transaction)

    async def put(self, version: str, batches: Iterator[Vectors]) -> None:
        """Keep a generation: batches of shape (n, dimensions), in order; nothing to do if it is here.

        Of several processes one does the work, and the others wait and find it done.

        Raises:
            StoreError: pgvector is absent, the vectors are too long for it, or Postgres refuses.
        """
        async with self._reach() as database, database.transaction() as transaction:
            await self._prepare(database, transaction)
            if not await database.value(SQL["has"], {"version": version}, on=transaction):
                passages = await _fill(transaction, version, batches)
                await database.run(SQL["list"], {"version": version, "passages": passages}, on=transaction)
                for old in await (await transaction.execute(SQL["old"], {"kept": KEPT})).fetchall():
                    await transaction.execute(sql.SQL(SQL["drop"]).format(table=_table(old[0])))

    async def nearest(self, version: str, asked: Vectors, also: Numbers) -> tuple[Numbers, Vectors]:
        """The passages nearest to any asked vector, and those of `also`, each with its best score.

        Raises:
            StoreError: the generation is not here, Postgres refuses, or it does not answer in time.
        """
        statement = sql.SQL(SQL["nearest"]).format(table=_table(version))
        parameters = {
            "asked": [str(row.tolist()) for row in asked],
            "also": also.tolist(),
            "most": MOST,
        }
        async with self._reach() as database:
            try:
                async with asyncio.timeout(SEARCH_WITHIN), database.transaction() as transaction:
                    await database.run(SQL["width"], {"most": MOST}, on=transaction)
                    rows = await (await transaction.execute(statement, parameters)).fetchall()
            except TimeoutError:
                raise StoreUnavailable(
                    f"passage vectors: no answer of Postgres at {database.place} within "
                    f"{SEARCH_WITHIN:.0f} s; see why it is busy"
                ) from None
        numbers, scores = zip(*rows, strict=True) if rows else ((), ())
        return np.array(numbers, dtype=np.int64), np.array(scores, dtype=np.float32)

    async def _prepare(self, database: Database, transaction: Transaction) -> None:
        await database.run(SQL["alone"], on=transaction)
        try:
            await transaction.execute(SQL["enable"])
        except NO_EXTENSION as error:
            raise StoreError(
                f"Postgres at {database.place} lacks pgvector for passage vectors "
                f"({' '.join(str(error).split())}); install it, run `create extension vector` there as owner "
                "of the database, or set HOTDASH_KB_VECTORS=memory"
            ) from error
        await database.run(SQL["make"], on=transaction)
        await database.run(SQL["patience"], on=transaction)


async def _fill(transaction: Transaction, version: str, batches: Iterator[Vectors]) -> int:
    """Make and fill the table of a generation; returns its number of passages."""
    batch: Vectors | None = await asyncio.to_thread(next, batches, None)
    assert batch is not None, "a generation with vectors has passages"
    dimensions = batch.shape[1]
    if dimensions > LONGEST:
        raise StoreError(
            f"pgvector can index vectors of {LONGEST:,} numbers at most and these have {dimensions:,}; "
            "set HOTDASH_KB_VECTORS=memory or choose another HOTDASH_EMBEDDING_MODEL"
        )
    names = {"table": _table(version), "dimensions": sql.Literal(dimensions)}
    await transaction.execute(sql.SQL(SQL["table"]).format(**names))
    await transaction.execute(sql.SQL(SQL["inline"]).format(**names))
    passages = 0
    async with transaction.cursor() as cursor, cursor.copy(sql.SQL(SQL["copy"]).format(**names)) as copy:
        await copy.write(COPY_HEAD)
        while batch is not None:
            await copy.write(await asyncio.to_thread(_rows, passages, batch))
            passages += len(batch)
            batch = await asyncio.to_thread(next, batches, None)
        await copy.write(COPY_TAIL)
    await transaction.execute(sql.SQL(SQL["index"]).format(**names))
    await transaction.execute(sql.SQL(SQL["analyze"]).format(**names))
    return passages


def _rows(first: int, batch: Vectors) -> bytes:
    """Rows of a binary COPY: numbers from `first` on, each with its vector.

    A vector is sent as its length, two bytes of 0 and its numbers (vector_recv in pgvector's vector.c).
    """
    dimensions = batch.shape[1]
    row = [
        ("fields", ">i2"),
        ("number_bytes", ">i4"),
        ("number", ">i4"),
        ("vector_bytes", ">i4"),
        ("dimensions", ">i2"),
        ("unused", ">i2"),
        ("vector", ">f4", (dimensions,)),
    ]
    rows = np.zeros(len(batch), dtype=row)
    rows["fields"] = 2
    rows["number_bytes"] = 4
    rows["number"] = np.arange(first, first + len(batch))
    rows["vector_bytes"] = 4 + 4 * dimensions
    rows["dimensions"] = dimensions
    rows["vector"] = batch
    return rows.tobytes()


def _table(version: str) -> sql.Identifier:
    return sql.Identifier(f"passage_vectors_{version}")
