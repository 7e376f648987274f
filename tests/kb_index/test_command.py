"""`hotdash kb`, as people call it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli.kb import kb
from kb_index.articles import Folder
from kb_index.embedding import MiniLm
from kb_index.score import read_questions, score
from plugins.errors import BadRequest


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Runs the command with a state folder of its own."""
    monkeypatch.setenv("HOTDASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(Path(__file__).parents[2])
    return CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good article and one broken file."""
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "gift.md").write_text("# Gift cards\n\nGift cards never expire.")
    (folder / "bad.pdf").write_bytes(b"%PDF nothing")
    return folder


def test_ask_prints_a_reply_with_sources_and_support(run: CliRunner, folder: Path) -> None:
    """`ask` prints the reply, its confidence, its sources and each sentence's support."""
    result = run.invoke(kb, ["ask", "Do gift cards expire?", "--kb", str(folder), "--name", "Sam Lee"])
    assert result.exit_code == 0, result.output
    assert "Hi Sam," in result.output
    assert "[1] gift.md  Gift cards" in result.output
    assert "✓ Gift cards never expire. [1]" in result.output
    assert "confidence 0." in result.output


def test_ask_gives_the_same_as_data(run: CliRunner, folder: Path) -> None:
    """`ask --json` has answer, confidence, citations, suggested actions and language."""
    result = run.invoke(kb, ["ask", "Do gift cards expire?", "--kb", str(folder), "--json"])
    told = json.loads(result.stdout)
    assert {"answer", "confidence", "citations", "suggested_actions", "language"} <= set(told)
    assert {"id", "title", "quote"} <= set(told["citations"][0])
    assert told["citations"][0]["quote"] == "Gift cards never expire."
    assert told["language"] == "en"


def test_ask_says_why_there_is_no_draft(run: CliRunner, folder: Path) -> None:
    """Without a fitting article `ask` says so and names the nearest."""
    result = run.invoke(kb, ["ask", "Who won the world cup in 1974?", "--kb", str(folder)])
    assert result.exit_code == 0
    assert "No draft: the knowledge base has nothing on this" in result.output


def test_build_names_the_broken_file(run: CliRunner, folder: Path) -> None:
    """`build` indexes what it can, names what it cannot and exits with 1; `status` shows the same."""
    built = run.invoke(kb, ["build", "--kb", str(folder)])
    assert built.exit_code == 1
    assert "not indexed: bad.pdf: is not a PDF" in built.output
    status = run.invoke(kb, ["status", "--kb", str(folder), "--json"])
    assert status.exit_code == 0
    assert json.loads(status.stdout)["articles"] == 1


def test_score_measures_the_sample(run: CliRunner, folder: Path, tmp_path: Path) -> None:
    """`score` prints the figures of a file of questions."""
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        '{"text": "Do gift cards expire?", "articles": ["gift"]}\n'
        '{"text": "Who is the king?", "articles": []}\n'
    )
    result = run.invoke(kb, ["score", str(questions), "--kb", str(folder), "--json"])
    figures = json.loads(result.stdout)
    assert figures["found"] == 1.0
    assert figures["abstain_auroc"] == 1.0


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    """A line that is no question is named by file and number."""
    path = tmp_path / "questions.jsonl"
    path.write_text('{"text": "ok", "articles": []}\n{"words": 1}\n')
    with pytest.raises(BadRequest, match=r"questions\.jsonl:2"):
        read_questions(path)


async def test_the_figures_on_other_shops_questions(shared_data: Path, embedder: MiniLm) -> None:
    """On another shop's articles and every third of its questions the figures are reached."""
    library = await Folder(shared_data / "kb" / "abcd").library()
    questions = read_questions(shared_data / "kb_questions.jsonl")
    figures = score(library, questions[::3], embedder)
    assert figures.found >= 0.78
    assert (figures.abstain_auroc or 0) >= 0.90
    assert figures.calibration_error <= 0.08


async def test_ask_uses_the_model_that_is_set(
    run: CliRunner, folder: Path, model_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a language model in the settings, `ask` prints its draft and its name."""
    model_server.behave = [{"answer": "Gift cards never expire [1].", "confidence": 0.9, "language": "en"}]
    monkeypatch.setenv("HOTDASH_LLM_PROVIDER", "openai")
    monkeypatch.setenv("HOTDASH_LLM_MODEL", "local")
    monkeypatch.setenv("HOTDASH_LLM_URL", model_server.url)
    result = await asyncio.to_thread(
        run.invoke, kb, ["ask", "Do gift cards expire?", "--kb", str(folder), "--json"]
    )
    told = json.loads(result.stdout)
    assert told["author"] == "openai:local"
    assert told["answer"].startswith("Hello,\n\nGift cards never expire [1].")
    assert len(model_server.requests) == 1
