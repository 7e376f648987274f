"""The index's life: built, refreshed in part, swapped, broken, and searched all the while."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from kb_index.articles import Article, Library
from kb_index.embedding import MiniLm
from kb_index.knowledge_base import KnowledgeBase
from plugins.errors import KnowledgeBaseError
from plugins.model import Order


class Answers:
    """A source in memory that can be made to fail."""

    name = "answers"

    def __init__(self) -> None:
        self.fails = False
        self.articles: tuple[Article, ...] = ()

    async def library(self) -> Library:
        """The articles, or the failure."""
        if self.fails:
            raise KnowledgeBaseError("no connection")
        return Library(articles=self.articles)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "shipping.md").write_text("# Shipping times\n\nStandard shipping takes 3 to 5 days.")
    (folder / "returns.md").write_text("# Return an item\n\nYou can return an item within 30 days.")
    return folder


async def test_a_question_finds_its_article(folder: Path, tmp_path: Path, embedder: MiniLm) -> None:
    """A question finds its article by meaning, with topic, version and a confidence."""
    kb = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    match = await kb.match("When does my parcel come?")
    assert match.passages[0].article_id == "shipping.md"
    assert match.topic == "shipping"
    assert match.index_version == kb.status.version
    assert 0 < match.confidence < 1
    assert match.degraded is None


async def test_a_slip_of_the_pen_does_not_hide_an_article(
    folder: Path, tmp_path: Path, embedder: MiniLm
) -> None:
    """A misspelt word is read as the article's word."""
    kb = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    assert (await kb.match("shiping tims")).passages[0].article_id == "shipping.md"


async def test_only_what_changed_is_embedded(folder: Path, tmp_path: Path, embedder: MiniLm) -> None:
    """A refresh without a change does nothing; with one, only the changed passage is embedded."""
    kb = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    kept = (await kb.match("return an item")).passages[0].id
    version = kb.status.version
    assert await kb.refresh() is False
    (folder / "shipping.md").write_text("# Shipping times\n\nStandard shipping takes 2 to 4 days.")
    assert await kb.refresh() is True
    assert kb.status.embedded == 1
    assert kb.status.version != version
    assert (await kb.match("return an item")).passages[0].id == kept
    assert "2 to 4 days" in (await kb.match("shipping times")).passages[0].text


async def test_a_removed_article_is_gone(folder: Path, tmp_path: Path, embedder: MiniLm) -> None:
    """After a refresh nothing of a removed article is found."""
    kb = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    (folder / "shipping.md").unlink()
    await kb.refresh()
    match = await kb.match("shipping times")
    assert {passage.article_id for passage in match.passages} == {"returns.md"}


async def test_a_built_index_is_opened_not_built(folder: Path, tmp_path: Path, embedder: MiniLm) -> None:
    """Opening again reads the index as it is, even when the folder is gone."""
    first = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    for path in folder.iterdir():
        path.unlink()
    again = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    assert again.status.version == first.status.version
    assert await again.refresh() is False
    assert "no source has an article" in ((await again.match("shipping")).degraded or "")


async def test_searching_goes_on_while_the_index_is_swapped(
    folder: Path, tmp_path: Path, embedder: MiniLm
) -> None:
    """Questions asked during refreshes are all answered, each from a whole generation."""
    kb = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    done = asyncio.Event()

    async def ask() -> int:
        asked = 0
        while not done.is_set():
            assert len((await kb.match("return an item")).passages) >= 1
            asked += 1
        return asked

    asking = asyncio.create_task(ask())
    for number in range(4):
        (folder / "more.md").write_text(f"# More\n\nThis is text number {number}.")
        assert await kb.refresh()
    done.set()
    assert await asking > 0


async def test_a_damaged_index_falls_back_to_the_last_good(
    folder: Path, tmp_path: Path, embedder: MiniLm
) -> None:
    """When the current file is damaged, the one before it is used and every match says so."""
    state = tmp_path / "state"
    kb = await KnowledgeBase.open(folder, state, embedder=embedder)
    good = kb.status.version
    (folder / "more.md").write_text("# More\n\nSome text that is new.")
    await kb.refresh()
    (state / (state / "CURRENT").read_text().strip()).write_bytes(b"not a database" * 100)
    again = await KnowledgeBase.open(folder, state, embedder=embedder)
    match = await again.match("return an item")
    assert again.status.version == good
    assert "cannot be read" in (match.degraded or "")


async def test_without_a_model_words_alone_are_searched(folder: Path, tmp_path: Path) -> None:
    """Without an embedding model the match is marked and stays below the rules' threshold."""
    kb = await KnowledgeBase.open(folder, tmp_path / "state")
    match = await kb.match("return an item")
    assert match.passages[0].article_id == "returns.md"
    assert "embedding model" in (match.degraded or "")
    assert match.confidence < 0.7
    assert (await kb.match("zzz qqq")).passages == ()


async def test_an_index_of_another_model_is_searched_by_words(
    folder: Path, tmp_path: Path, embedder: MiniLm
) -> None:
    """An index that was built without the model is usable with it, until the next refresh rebuilds it."""
    await KnowledgeBase.open(folder, tmp_path / "state")
    kb = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    assert kb.degraded is not None
    assert await kb.refresh() is True
    assert kb.degraded is None


async def test_where_nothing_can_be_written_memory_serves(folder: Path, tmp_path: Path) -> None:
    """With a state folder that cannot be made, articles are searched from memory and marked."""
    (tmp_path / "state").write_text("a file, not a folder")
    kb = await KnowledgeBase.open(folder, tmp_path / "state")
    match = await kb.match("return an item")
    assert match.passages[0].article_id == "returns.md"
    assert "no index could be kept" in (match.degraded or "")


async def test_a_source_that_is_away_keeps_its_last_articles(
    folder: Path, tmp_path: Path, embedder: MiniLm
) -> None:
    """While a source cannot be reached its articles stay, and every match says so."""
    answers = Answers()
    answers.articles = (Article(id="answer/1", title="Do you sell drones?", text="No.", kind="answer"),)
    kb = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder, sources=(answers,))
    answers.fails = True
    await kb.refresh()
    match = await kb.match("do you sell drones")
    assert match.passages[0].article_id == "answer/1"
    assert "no connection" in (match.degraded or "")
    answers.fails = False
    await kb.refresh()
    assert (await kb.match("do you sell drones")).degraded is None


async def test_another_process_sees_a_new_generation(folder: Path, tmp_path: Path, embedder: MiniLm) -> None:
    """What one process builds, another takes over at its next refresh without building."""
    one = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    two = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    (folder / "more.md").write_text("# More\n\nSome text that is new.")
    await one.refresh()
    assert await two.refresh() is False
    assert two.status.version == one.status.version


async def test_a_task_keeps_it_fresh(folder: Path, tmp_path: Path, embedder: MiniLm) -> None:
    """While the task runs, a new article is found without anybody asking for a refresh."""
    kb = await KnowledgeBase.open(folder, tmp_path / "state", embedder=embedder)
    task = asyncio.create_task(kb.keep_fresh(timedelta(milliseconds=20)))
    (folder / "more.md").write_text("# Drones\n\nWe do not sell drones.")
    async with asyncio.timeout(10):
        while (await kb.match("drones")).passages[0].article_id != "more.md":
            await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    """A folder without articles cannot be opened."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(KnowledgeBaseError, match="no source has an article"):
        await KnowledgeBase.open(tmp_path / "empty", tmp_path / "state")


async def test_the_contacts_order_makes_a_match_sure(support: KnowledgeBase) -> None:
    """An order that answers the question raises the confidence; a foreign number lowers it."""
    order = Order(name="#1042", source="test", status="in_transit")
    alone = await support.match("Where is my kettle?")
    sure = await support.match("Where is my kettle?", (order,))
    named = await support.match("Where is my order #9999?", (order,))
    assert sure.confidence > 0.8 > alone.confidence
    assert named.confidence <= 0.5


@pytest.mark.parametrize("question", ["", " ", "\x00", "?" * 5000, "订单在哪里", "‮txet", "a" * 1_000_000])
async def test_any_question_is_answered(support: KnowledgeBase, question: str) -> None:
    """Odd, empty and giant questions find something or nothing, and never fail."""
    match = await support.match(question)
    assert 0 <= match.confidence <= 1
