"""`hotdash kb`: build the knowledge-base index, look at it, ask it, score it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import httpx

from bot import settings as environment
from bot.drafting import choose_embedder, make_drafter, open_knowledge_base
from bot.settings import Settings
from kb_index.articles import Folder
from kb_index.embedding import load_embedder
from kb_index.knowledge_base import KnowledgeBase
from kb_index.score import Score, read_questions, score
from plugins.model import Abstention, Contact, Conversation, Draft, Message

_folder = click.option(
    "--kb",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of articles; without it, HOTDASH_KB_FOLDER.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def kb() -> None:
    """Build the knowledge-base index; ask and score it."""


@kb.command()
@_folder
@_as_json
def build(folder: Path | None, as_json: bool) -> None:
    r"""Read all articles and bring the index up to date; only what changed is embedded again.

    Exit code 1 when a file could not be read (the others are indexed all the same) or the index is degraded.

    \b
    Examples:
      hotdash kb build
      hotdash kb build --kb docs/help
    """
    asyncio.run(_report(_settings(folder), as_json, refresh=True))


@kb.command()
@_folder
@_as_json
def status(folder: Path | None, as_json: bool) -> None:
    r"""Show the index in use: version, model, size, files that could not be read.

    \b
    Examples:
      hotdash kb status
      hotdash kb status --json
    """
    asyncio.run(_report(_settings(folder), as_json, refresh=False))


@kb.command()
@click.argument("question")
@_folder
@click.option("--name", help="The customer's name, for the greeting.")
@_as_json
def ask(question: str, folder: Path | None, name: str | None, as_json: bool) -> None:
    r"""Draft the reply to a question, with its sources, its confidence and each sentence's support.

    \b
    Examples:
      hotdash kb ask "Can I return a damaged kettle after 40 days?"
      hotdash kb ask "Do you ship to Canada?" --name "Sam Lee" --json
    """
    asyncio.run(_ask(_settings(folder), question, name, as_json))


@kb.command("score")
@click.argument("questions", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_folder
@_as_json
def score_(questions: Path, folder: Path | None, as_json: bool) -> None:
    r"""Measure finding, abstaining and confidence on questions whose right articles are known.

    QUESTIONS has one JSON object a line: "text", and "articles" with the ids that answer it (an empty
    list: none does). Confidence is calibrated on one half of the questions and scored on the other.

    \b
    Examples:
      hotdash kb score questions.jsonl
      hotdash kb score questions.jsonl --kb docs/help --json
    """
    figures = asyncio.run(_score(_settings(folder), questions))
    click.echo(json.dumps(figures.as_dict(), indent=2) if as_json else _table(figures))


def _settings(folder: Path | None) -> Settings:
    """The settings; another folder gets an index of its own beside the service's, vectors included."""
    settings = environment.load()
    if folder is None or folder.resolve() == settings.kb_folder.resolve():
        return settings
    place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:10]
    home = settings.home / "kb-of-other-folders" / place
    return environment.load(kb_folder=folder, home=home, kb_vectors="memory")


async def _open(settings: Settings, stack: AsyncExitStack) -> KnowledgeBase:
    embedder = await asyncio.to_thread(load_embedder)
    http = None
    if settings.chatwoot_url is not None:
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=str(settings.chatwoot_url), timeout=10)
        )
    return await open_knowledge_base(settings, embedder, http)


async def _report(settings: Settings, as_json: bool, *, refresh: bool) -> None:
    async with AsyncExitStack() as stack:
        knowledge = await _open(settings, stack)
        if refresh:
            await knowledge.refresh()
    about = knowledge.status
    vectors = knowledge.vectors.place if knowledge.vectors else None
    if as_json:
        facts: dict[str, Any] = {
            "version": about.version,
            "embedder": about.embedder,
            "built_at": about.built_at.isoformat(),
            "articles": about.articles,
            "passages": about.passages,
            "embedded": about.embedded,
            "problems": about.problems,
            "vectors": vectors,
            "degraded": knowledge.degraded,
            "folder": str(settings.kb_folder),
            "state": str(settings.kb_state),
        }
        click.echo(json.dumps(facts, indent=2))
    else:
        click.echo(f"index {about.version} of {settings.kb_folder}, kept in {settings.kb_state}")
        click.echo(f"{about.articles} articles, {about.passages} passages, {about.embedded} texts embedded")
        click.echo(f"built {about.built_at:%Y-%m-%d %H:%M} UTC with {about.embedder or 'no embedding model'}")
        click.echo(f"vectors searched in {vectors}" if vectors else "no vectors: searched by words alone")
        if knowledge.degraded:
            click.secho(f"degraded: {knowledge.degraded}", fg="yellow")
        for problem in about.problems:
            click.secho(f"not indexed: {problem}", fg="red")
    if refresh and (about.problems or knowledge.degraded):
        raise SystemExit(1)


async def _ask(settings: Settings, question: str, name: str | None, as_json: bool) -> None:
    async with AsyncExitStack() as stack:
        knowledge = await _open(settings, stack)
        await knowledge.refresh()
        drafter = await make_drafter(settings, knowledge)
        stack.push_async_callback(drafter.close)
        match = await knowledge.match(question)
        message = Message(
            id=0,
            conversation=Conversation(id=0, account_id=0),
            contact=Contact(id=0, name=name),
            channel="email",
            content=question,
            raw_content=question,
            received_at=datetime.now(UTC),
        )
        draft = await drafter.draft(message, question=question, match=match)
    if as_json:
        click.echo(json.dumps(_as_data(draft, match.confidence), ensure_ascii=False, indent=2))
    elif isinstance(draft, Draft):
        _print(draft)
    else:
        click.echo(f"No draft: {draft.reason} (confidence {match.confidence:.2f}).")
        for passage in draft.passages:
            click.secho(f"  nearest: {passage.article_id}  {passage.title}", dim=True)


def _as_data(draft: Draft | Abstention, confidence: float) -> dict[str, Any]:
    if isinstance(draft, Abstention):
        nearest = [{"id": p.article_id, "title": p.title} for p in draft.passages]
        return {
            "answer": None,
            "confidence": confidence,
            "citations": [],
            "suggested_actions": [],
            "language": None,
            "reason": draft.reason,
            "nearest": nearest,
        }
    return {
        "answer": draft.answer,
        "confidence": draft.confidence,
        "citations": [
            {
                "id": citation.source,
                "title": citation.title,
                "quote": citation.quote,
                "number": citation.number,
                "passage": citation.passage_id,
                "url": citation.url,
            }
            for citation in draft.citations
        ],
        "suggested_actions": list(draft.suggested_actions),
        "language": draft.language,
        "tone": draft.tone,
        "author": draft.author,
        "sentences": [
            {
                "text": sentence.text,
                "citations": list(sentence.citations),
                "supported": sentence.supported,
                "problem": sentence.problem,
            }
            for sentence in draft.sentences
        ],
        "warnings": list(draft.warnings),
        "index_version": draft.index_version,
    }


def _print(draft: Draft) -> None:
    click.echo(draft.answer)
    click.secho(f"\nconfidence {draft.confidence:.2f} · {draft.author} · {draft.language}", bold=True)
    for citation in draft.citations:
        click.echo(f"[{citation.number}] {citation.source}  {citation.title}")
        click.secho(f'    "{citation.quote}"', dim=True)
    for sentence in draft.sentences:
        mark = "✓" if sentence.supported else "✗"
        cited = "".join(f" [{number}]" for number in sentence.citations)
        note = f": {sentence.problem}" if sentence.problem else ""
        click.secho(f"{mark} {sentence.text}{cited}{note}", fg=None if sentence.supported else "red")
    if draft.suggested_actions:
        click.echo(f"suggested: {', '.join(draft.suggested_actions)}")
    for warning in draft.warnings:
        click.secho(f"note: {warning}", fg="yellow")


async def _score(settings: Settings, questions: Path) -> Score:
    offline, library = await asyncio.gather(
        asyncio.to_thread(load_embedder), Folder(settings.kb_folder).library()
    )
    embedder = await choose_embedder(settings, offline)
    return await asyncio.to_thread(score, library, read_questions(questions), embedder)


def _table(figures: Score) -> str:
    def share(value: float | None) -> str:
        return "  –  " if value is None else f"{value:.3f}"

    return "\n".join(
        (
            f"{figures.questions} questions, {figures.answerable} of them answerable",
            f"right article among the first 3   {share(figures.found)}",
            f"  by words alone                  {share(figures.found_by_words)}",
            f"  by meaning alone                {share(figures.found_by_meaning)}",
            f"right article first               {share(figures.found_first)}",
            f"abstaining, AUROC                 {share(figures.abstain_auroc)}",
            f"calibration error (scored half)   {share(figures.calibration_error)}"
            f"   before calibration {share(figures.calibration_error_before)}",
            f"confidence above 0.7              {share(figures.sure)}"
            f"   of which right {share(figures.sure_and_right)}",
            f"one query                         {figures.query_p50:.1f} ms median, "
            f"{figures.query_p95:.1f} ms at the 95th percentile",
        )
    )
