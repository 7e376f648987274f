"""Sets up the knowledge base and the drafter as the settings say."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from datetime import timedelta

import httpx

from bot.learned_answers import SOURCE, LearnedAnswers
from bot.settings import Settings
from bot.store.answers import Answers
from bot.store.database import Database, open_database
from bot.store.passage_vectors import PassageVectors
from kb_index.articles import Source
from kb_index.drafter import Drafter
from kb_index.embedding import Embedder
from kb_index.knowledge_base import KnowledgeBase
from kb_index.language_model import LanguageModel, ModelChoice, load_model
from kb_index.portal import Portal
from kb_index.remote_embedding import openai_embedder
from kb_index.voice import BrandVoice, load_voice
from plugins.errors import SettingsError

IN_MEMORY = 20_000  #: Passages that `auto` keeps in memory; docs/knowledge-base.md has the figures for it.


async def open_knowledge_base(
    settings: Settings,
    embedder: Embedder | None,
    http: httpx.AsyncClient | None = None,
    database: Database | None = None,
) -> KnowledgeBase:
    """The knowledge base of the folder, the portals and, with a database, the approved answers.

    Without one the answers that are in the index stay there. `http` reaches Chatwoot. `database` may keep the
    passages' vectors; without one, Postgres is reached only for as long as it is asked something. Both stay
    the caller's.

    Raises SettingsError for a portal without a Chatwoot, KnowledgeBaseError when there is nothing to read,
    StoreError when Postgres must keep the vectors and cannot.
    """
    sources: list[Source] = []
    if database is not None:
        lasting = timedelta(days=settings.answer_days)
        sources.append(LearnedAnswers(Answers(database), voice_of(settings), lasting))
    if settings.kb_portals and http is None:
        raise SettingsError("HOTDASH_KB_PORTALS needs HOTDASH_CHATWOOT_URL")
    if http is not None:
        for portal in settings.kb_portals:
            slug, _, locale = portal.partition("/")
            sources.append(Portal(http, slug, locale or "en"))
    embedder = await choose_embedder(settings, embedder)
    return await KnowledgeBase.open(
        settings.kb_folder,
        settings.kb_state,
        embedder=embedder,
        sources=sources,
        left_alone=(SOURCE,) if database is None else (),
        shelf=await _shelf(settings, database),
        shelve_above=IN_MEMORY if settings.kb_vectors == "auto" else 0,
    )


async def _shelf(settings: Settings, database: Database | None) -> PassageVectors | None:
    """The vectors in Postgres, unless they have to stay in memory."""
    if settings.kb_vectors == "memory":
        return None
    url = settings.database_url.get_secret_value() if settings.database_url else None
    shelf = PassageVectors(
        lambda: nullcontext(database) if database else open_database(url, settings.home, size=1)
    )
    if settings.kb_vectors == "postgres":
        await shelf.prepare()
    return shelf


async def choose_embedder(settings: Settings, offline: Embedder | None) -> Embedder | None:
    """The embedding model that the settings name, else the offline one."""
    if not settings.embedding_model:
        return offline
    return await asyncio.to_thread(
        openai_embedder,
        settings.embedding_model,
        url=str(settings.embedding_url).rstrip("/") if settings.embedding_url else None,
        key=settings.embedding_key.get_secret_value() if settings.embedding_key else None,
    )


async def make_drafter(settings: Settings, kb: KnowledgeBase) -> Drafter:
    """The drafter with the brand voice and, if one is set, the language model."""
    return Drafter(
        kb=kb,
        voice=voice_of(settings),
        model=await _model(settings),
        deadline=timedelta(seconds=settings.draft_seconds),
    )


def voice_of(settings: Settings) -> BrandVoice:
    """The brand voice; the default one when the file is neither set nor there."""
    if "voice" not in settings.model_fields_set and not settings.voice.exists():
        return BrandVoice()
    return load_voice(settings.voice)


async def _model(settings: Settings) -> LanguageModel | None:
    if settings.llm_provider == "none":
        return None
    if not settings.llm_model:
        raise SettingsError("HOTDASH_LLM_PROVIDER is set: HOTDASH_LLM_MODEL must name the model")
    choice = ModelChoice(
        provider=settings.llm_provider,
        name=settings.llm_model,
        url=str(settings.llm_url).rstrip("/") if settings.llm_url else None,
        key=settings.llm_key.get_secret_value() if settings.llm_key else None,
        seconds=settings.draft_seconds,
    )
    return await asyncio.to_thread(load_model, choice)
