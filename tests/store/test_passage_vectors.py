"""Passage vectors in Postgres: found as exactly as in memory, shared, swapped whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext

import numpy as np
import numpy.typing as npt
import psycopg
import pytest
from psycopg import sql

from bot.store import passage_vectors
from bot.store.database import Database
from bot.store.passage_vectors import PassageVectors
from plugins.errors import StoreError, StoreUnavailable

Vectors = npt.NDArray[np.float32]
NONE = np.array([], dtype=np.int64)


def drawn(count: int, dimensions: int = 64, *, seed: int = 1) -> Vectors:
    """Unit vectors around forty topics."""
    dice = np.random.default_rng(seed)
    topics = np.random.default_rng(0).standard_normal((40, dimensions))
    rows = topics[dice.integers(0, 40, count)] + 0.8 * dice.standard_normal((count, dimensions))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def vectors(database: Database) -> PassageVectors:
    """The vectors in a fresh database."""
    return PassageVectors(lambda: nullcontext(database))


@pytest.fixture
async def other_process(database_url: str) -> AsyncIterator[PassageVectors]:
    """The same vectors as another process sees them."""
    database = Database(database_url)
    await database.open()
    yield PassageVectors(lambda: nullcontext(database))
    await database.close()


async def test_the_order_of_a_small_index_is_exact(vectors: PassageVectors):
    """Of 300 passages the fifty nearest are found, with the scores that memory gives."""
    kept, asked = drawn(300), drawn(3, seed=2)
    await vectors.put("one", iter([kept[:200], kept[200:]]))
    numbers, scores = await vectors.nearest("one", asked, NONE)
    exact = (kept @ asked.T).max(axis=1)
    np.testing.assert_allclose(scores, exact[numbers], atol=1e-6)
    assert numbers[np.argsort(-scores)][:50].tolist() == np.argsort(-exact)[:50].tolist()


async def test_the_nearest_of_thousands_are_found(vectors: PassageVectors, database: Database):
    """Of 8,000 passages at least 97 in 100 of the ten nearest are found, through the search index."""
    kept, asked = drawn(8_000, 384), drawn(30, 384, seed=3)
    await vectors.put("many", iter([kept]))
    found = 0
    for row in asked:
        numbers, _ = await vectors.nearest("many", row[None], NONE)
        found += len(set(numbers.tolist()) & set(np.argsort(-(kept @ row))[:10].tolist()))
    assert found >= 0.97 * 300
    query = sql.SQL("explain ") + sql.SQL(passage_vectors.SQL["nearest"]).format(
        table=sql.Identifier("passage_vectors_many")
    )
    async with database.connection() as connection:
        asked_for = {"asked": [str(asked[0].tolist())], "also": [], "most": passage_vectors.MOST}
        plan = await (await connection.execute(query, asked_for)).fetchall()
    assert "Index Scan using passage_vectors_many_vector_idx" in str(plan)


async def test_passages_asked_for_are_scored_however_far(vectors: PassageVectors):
    """A passage that is named gets its score, be it the farthest of all."""
    kept, asked = drawn(1_000), drawn(1, seed=4)
    await vectors.put("far", iter([kept]))
    exact = (kept @ asked.T)[:, 0]
    farthest = int(np.argmin(exact))
    numbers, scores = await vectors.nearest("far", asked, np.array([farthest]))
    assert scores[numbers.tolist().index(farthest)] == pytest.approx(exact[farthest], abs=1e-6)
    assert len(numbers) < len(kept)


async def test_processes_share_one_index(vectors: PassageVectors, other_process: PassageVectors):
    """Two that put the same generation at once end with one, filled by one of them."""
    kept = drawn(300)
    served = 0

    def counted() -> Iterator[Vectors]:
        nonlocal served
        served += 1
        yield kept

    await asyncio.gather(vectors.put("one", counted()), other_process.put("one", counted()))
    assert served == 1
    here, there = [(await place.nearest("one", kept[:1], NONE))[0] for place in (vectors, other_process)]
    assert here.tolist() == there.tolist()


async def test_the_generation_before_stays_searchable(vectors: PassageVectors, database: Database):
    """Of three generations the last two are kept; the first leaves nothing behind."""
    for version in ("one", "two", "three"):
        await vectors.put(version, iter([drawn(20)]))
    for version in ("two", "three"):
        assert len((await vectors.nearest(version, drawn(1), NONE))[0]) == 20
    with pytest.raises(StoreError, match="passage_vectors_one"):
        await vectors.nearest("one", drawn(1), NONE)
    tables = "select count(*) from pg_class where relname like 'passage_vectors_%' and relkind = 'r'"
    assert await database.value(tables) == 2


async def test_a_fill_that_fails_leaves_nothing(vectors: PassageVectors, database: Database):
    """Vectors that break off half-way leave no table, and the next try succeeds."""

    def broken() -> Iterator[Vectors]:
        yield drawn(20)
        raise StoreError("the file is gone")

    with pytest.raises(StoreError, match="the file is gone"):
        await vectors.put("one", broken())
    assert await database.value("select to_regclass('passage_vectors_one')") is None
    await vectors.put("one", iter([drawn(20)]))


async def test_vectors_too_long_are_refused_with_a_way_out(vectors: PassageVectors):
    """A model whose vectors pgvector cannot index is told at once, with the setting to change."""
    with pytest.raises(StoreError, match=r"2,000 numbers.*HOTDASH_KB_VECTORS=memory"):
        await vectors.put("one", iter([drawn(2, 2_001)]))


async def test_a_database_without_pgvector_says_what_to_do(database_url: str):
    """Where the extension is missing and may not be added, the error says what to run or set."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("drop role if exists guest")
        connection.execute("create role guest login")
        address = psycopg.conninfo.make_conninfo(database_url, user="guest")
        guest = Database(address)
        await guest.open()
        with pytest.raises(StoreError, match=r"create extension vector.*HOTDASH_KB_VECTORS=memory"):
            await PassageVectors(lambda: nullcontext(guest)).prepare()
        await guest.close()


async def test_a_search_does_not_wait_for_long(
    vectors: PassageVectors, database: Database, monkeypatch: pytest.MonkeyPatch
):
    """When Postgres is held up, the search gives up in time to go on by words."""
    monkeypatch.setattr(passage_vectors, "SEARCH_WITHIN", 0.2)
    await vectors.put("one", iter([drawn(20)]))
    async with database.transaction() as transaction:
        await transaction.execute("lock table passage_vectors_one in access exclusive mode")
        with pytest.raises(StoreUnavailable, match="no answer"):
            await vectors.nearest("one", drawn(1), NONE)
