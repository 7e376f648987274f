"""Embeddings by a model of your choice, through llama-index, in place of the offline one."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from kb_index.embedding import Vectors
from plugins.errors import KnowledgeBaseError, SettingsError

SECONDS = 10.0  #: Longest wait for one answer.


@dataclass(frozen=True, slots=True)
class RemoteEmbedder:
    """Any embedding of llama-index as an `Embedder`; safe to call from several threads."""

    embedding: BaseEmbedding
    name: str

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """One unit-length row per text. Raises KnowledgeBaseError when the model does not answer."""
        try:
            rows = np.array(self.embedding.get_text_embedding_batch(list(texts)), dtype=np.float32)
        except Exception as error:
            raise KnowledgeBaseError(
                f"the embedding model {self.name} failed: {' '.join(str(error).split())[:160]}"
            ) from error
        lengths: Vectors = np.sqrt(np.square(rows).sum(axis=-1, keepdims=True))
        return np.divide(rows, np.maximum(lengths, np.float32(1e-9)), dtype=np.float32)

    def knows(self, word: str) -> bool:
        """True: its vocabulary is not known, so no word is taken for misspelt."""
        return bool(word)


def openai_embedder(model: str, *, url: str | None, key: str | None) -> RemoteEmbedder:
    """A model of any server that speaks OpenAI's embeddings.

    Raises SettingsError when the extra `embeddings` is not installed.
    """
    try:
        client = importlib.import_module("llama_index.embeddings.openai_like").OpenAILikeEmbedding
    except ImportError as error:
        raise SettingsError(
            "HOTDASH_EMBEDDING_MODEL: its package is not installed; run pip install 'hotdash[embeddings]'"
        ) from error
    embedding = client(model_name=model, api_base=url, api_key=key or "none", timeout=SECONDS, max_retries=1)
    return RemoteEmbedder(embedding, f"openai:{model}")
