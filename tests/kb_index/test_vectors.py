"""Passage vectors on the shelf: the same answers as from memory, and what happens when the shelf fails."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from bot.cli.kb import kb as command
from bot.store.database import Database
from bot.store.passage_vectors import PassageVectors
from kb_index.embedding import MiniLm
from kb_index.knowledge_base import KnowledgeBase

SUPPORT = Path(__file__).parents[2] / "data" / "support"
QUESTIONS = (
    "Can I return a damaged kettle after 40 days?",
    "Where is my order? And how do I change its address?",
    "My promo code does not work",
    "i forgot my pasword",
    "Do you ship to Canada?",
    "Who won the world cup in 1974?",
)


@pytest.fixture
def shelf(database: Database) -> PassageVectors:
    """Passage vectors in a fresh database."""
    return PassageVectors(lambda: nullcontext(database))


@pytest.fixture
async def shelved(support_state: Path, embedder: MiniLm, shelf: PassageVectors) -> KnowledgeBase:
    """The knowledge base of data/support, its vectors in Postgres."""
    return await KnowledgeBase.open(SUPPORT, support_state, embedder=embedder, shelf=shelf)


async def test_postgres_gives_what_memory_gives(shelved: KnowledgeBase, support: KnowledgeBase):
    """The same passages in the same order with the same confidence, whatever is asked."""
    assert (shelved.vectors.place, support.vectors.place) == ("Postgres", "memory")
    for question in QUESTIONS:
        there, here = await shelved.match(question), await support.match(question)
        assert [passage.id for passage in there.passages] == [passage.id for passage in here.passages]
        assert there.confidence == pytest.approx(here.confidence, abs=1e-3)
        assert there.degraded is None


async def test_a_small_index_stays_in_memory(
    support_state: Path, embedder: MiniLm, shelf: PassageVectors, database: Database
):
    """Below the threshold nothing is made in Postgres."""
    kb = await KnowledgeBase.open(SUPPORT, support_state, embedder=embedder, shelf=shelf, shelve_above=20_000)
    assert kb.vectors.place == "memory"
    assert await database.value("select to_regclass('passage_vectors')") is None


async def test_a_new_generation_is_put_aside_and_taken_over(
    tmp_path: Path, embedder: MiniLm, shelf: PassageVectors
):
    """After a change the new article is found and the generation before is still there."""
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "gift.md").write_text("# Gift cards\n\nGift cards never expire.")
    kb = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder, shelf=shelf)
    before = kb.status.version
    (folder / "drones.md").write_text("# Drones\n\nWe sell drones from spring on.")
    assert await kb.refresh()
    match = await kb.match("Do you sell drones?")
    assert match.passages[0].article_id == "drones.md"
    asked = embedder(["gift"])
    for version, passages in ((before, 1), (kb.status.version, 2)):
        assert len((await shelf.nearest(version, asked, np.array([], dtype=np.int64)))[0]) == passages


async def test_a_lost_shelf_leaves_words_until_the_next_refresh(shelved: KnowledgeBase, database: Database):
    """When the vectors cannot be searched words answer, marked and less sure; a refresh puts them back."""
    version = shelved.status.version
    await database.run(f"drop table passage_vectors_{version}")
    await database.run("delete from passage_vectors")
    match = await shelved.match(QUESTIONS[0])
    assert match.passages
    assert "words alone" in (match.degraded or "")
    assert match.confidence <= 0.65
    await shelved.refresh()
    assert (await shelved.match(QUESTIONS[0])).degraded is None
    assert shelved.vectors.place == "Postgres"


async def test_a_shelf_out_of_reach_leaves_the_vectors_in_memory(
    support_state: Path, embedder: MiniLm, database_url: str
):
    """When Postgres cannot take the vectors memory does, saying why; once it can, it does."""
    closed, open_ = Database(database_url), Database(database_url)
    reach = [closed]
    shelf = PassageVectors(lambda: nullcontext(reach[0]))
    kb = await KnowledgeBase.open(SUPPORT, support_state, embedder=embedder, shelf=shelf)
    assert kb.vectors.place.startswith("memory, because Postgres at")
    assert (await kb.match(QUESTIONS[0])).degraded is None
    await open_.open()
    reach[0] = open_
    await kb.refresh()
    assert kb.vectors.place == "Postgres"
    await open_.close()


def test_status_says_where_the_vectors_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
):
    """`hotdash kb status` names memory or Postgres."""
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "gift.md").write_text("# Gift cards\n\nGift cards never expire.")
    monkeypatch.setenv("HOTDASH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOTDASH_KB_FOLDER", str(folder))
    monkeypatch.setenv("HOTDASH_DATABASE_URL", database_url)
    assert "vectors searched in memory" in CliRunner().invoke(command, ["status"]).output
    monkeypatch.setenv("HOTDASH_KB_VECTORS", "postgres")
    told = json.loads(CliRunner().invoke(command, ["status", "--json"]).stdout)
    assert told["vectors"] == "Postgres"
