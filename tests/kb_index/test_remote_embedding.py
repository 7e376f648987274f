"""An embedding model of the operator's choice, through llama-index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding

from kb_index.drafter import Drafter
from kb_index.embedding import MiniLm
from kb_index.knowledge_base import KnowledgeBase
from kb_index.remote_embedding import RemoteEmbedder, openai_embedder
from plugins.errors import SettingsError
from plugins.model import Draft


class Server(BaseEmbedding):
    """A model as a provider's client shows it: lists of floats of any length, and now and then an error."""

    model: object
    fails: bool = False

    def _get_text_embedding(self, text: str) -> list[float]:
        if self.fails:
            raise TimeoutError("no answer")
        return [float(value) * 3 for value in self.model([text])[0]]  # type: ignore[operator]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


@pytest.fixture
def server(embedder: MiniLm) -> Server:
    """A server that embeds as the offline model does."""
    return Server(model=embedder, model_name="remote")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "gift.md").write_text("# Gift cards\n\nGift cards never expire.")
    (folder / "returns.md").write_text("# Return an item\n\nYou can return an item within 30 days.")
    return folder


def test_vectors_have_unit_length(server: Server) -> None:
    """Whatever the model's scale, rows have the length one."""
    rows = RemoteEmbedder(server, "remote")(["one text", "another text"])
    assert rows.shape == (2, 384)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-5)


async def test_a_model_that_stops_answering_leaves_words(
    server: Server, folder: Path, tmp_path: Path, message: object
) -> None:
    """When the model stops answering, questions are matched by words, marked, and drafts still come."""
    kb = await KnowledgeBase.open(folder, tmp_path / "state", embedder=RemoteEmbedder(server, "remote"))
    question = "Do gift cards expire?"
    assert (await kb.match(question)).degraded is None
    server.fails = True
    match = await kb.match(question)
    assert match.passages[0].article_id == "gift.md"
    assert "did not answer" in (match.degraded or "")
    assert match.confidence < 0.7
    draft = await Drafter(kb=kb).draft(message(question), question=question, match=match)  # type: ignore[operator]
    assert isinstance(draft, Draft)
    (folder / "more.md").write_text("# More\n\nText that needs a vector.")
    assert await kb.refresh() is False
    assert "remote failed: no answer" in (kb.degraded or "")
    server.fails = False
    assert await kb.refresh() is True
    assert kb.degraded is None


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its package the setting is an error that names the extra."""
    monkeypatch.setitem(__import__("sys").modules, "llama_index.embeddings.openai_like", None)
    with pytest.raises(SettingsError, match=r"hotdash\[embeddings\]"):
        openai_embedder("e5", url=None, key=None)
