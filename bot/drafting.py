"""Sets up the knowledge base and the drafter as the settings say."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx

from bot.settings import Settings
from kb_index.articles import Source
from kb_index.drafter import Drafter
from kb_index.embedding import Embedder
from kb_index.knowledge_base import KnowledgeBase
from kb_index.language_model import LanguageModel, ModelChoice, load_model
from kb_index.portal import Portal
from kb_index.remote_embedding import openai_embedder
from kb_index.voice import BrandVoice, load_voice
from plugins.errors import SettingsError


async def open_knowledge_base(
    settings: Settings, embedder: Embedder | None, http: httpx.AsyncClient | None = None
) -> KnowledgeBase:
    """The knowledge base of the folder and the portals; `http` reaches Chatwoot and stays the caller's.

    Raises SettingsError for a portal without a Chatwoot, KnowledgeBaseError when there is nothing to read.
    """
    sources: list[Source] = []
    if settings.kb_portals and http is None:
        raise SettingsError("HOTDASH_KB_PORTALS needs HOTDASH_CHATWOOT_URL")
    if http is not None:
        for portal in settings.kb_portals:
            slug, _, locale = portal.partition("/")
            sources.append(Portal(http, slug, locale or "en"))
    embedder = await choose_embedder(settings, embedder)
    return await KnowledgeBase.open(settings.kb_folder, settings.kb_state, embedder=embedder, sources=sources)


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
