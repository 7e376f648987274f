"""The language model that writes drafts, if one is configured: any OpenAI-compatible, Anthropic or Ollama.

Each is reached through llama-index. Its own retries are off, because they multiply with those of the
provider's client: the drafter's deadline and one second try are all there is.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.llms import LLM
from llama_index.core.output_parsers import PydanticOutputParser
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kb_index.actions import Action
from plugins.errors import HotdashError, SettingsError

log = logging.getLogger(__name__)

PAUSE = 0.5  #: Seconds before the second try.

Provider = Literal["openai", "anthropic", "ollama"]


class ModelTrouble(HotdashError):
    """The model did not answer, or not with what was asked for; there is no draft, a person takes over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """Which model, and where."""

    provider: Provider
    name: str  #: As the provider calls it.
    url: str | None = None  #: Base address; needed for a server of your own.
    key: str | None = None
    seconds: float = 20.0  #: Longest wait for one answer of the server.
    longest: int = 900  #: Tokens of an answer.


class Answer(BaseModel):
    """What the model is asked to fill in."""

    model_config = ConfigDict(extra="ignore")

    answer: str = Field(max_length=6_000)
    tone: str = Field(default="friendly", max_length=40)
    confidence: float = Field(default=0.5, ge=0, le=1)
    suggested_actions: list[str] = Field(default_factory=list, max_length=20)
    language: str = Field(default="en", pattern=r"^[a-zA-Z]{2}")
    needs_human: bool = False
    reason: str = Field(default="", max_length=500)

    @field_validator("language")
    @classmethod
    def _short(cls, value: str) -> str:
        return value[:2].lower()

    @property
    def actions(self) -> tuple[Action, ...]:
        """The suggested actions that are on the closed list."""
        known = {action.value for action in Action}
        return tuple(Action(name) for name in dict.fromkeys(self.suggested_actions) if name in known)


class LanguageModel:
    """A model that fills in an `Answer`."""

    def __init__(self, llm: LLM, name: str, http: httpx.AsyncClient | None = None) -> None:
        """`http` is the connection that `llm` uses; it is closed with the model."""
        self._llm = llm
        self._http = http
        self._parser: Any = PydanticOutputParser(Answer)
        self.name = name

    async def close(self) -> None:
        """Close the connection to the model's server."""
        if self._http is not None:
            await self._http.aclose()

    async def answer(self, system: str, user: str) -> Answer:
        """The model's answer to a prompt; tried twice. Raises ModelTrouble. Cancelling closes the request."""
        messages = [
            ChatMessage(role=MessageRole.SYSTEM, content=system),
            ChatMessage(role=MessageRole.USER, content=user),
        ]
        try:
            return await self._once(messages)
        except ModelTrouble as trouble:
            log.warning("Asking %s again: %s", self.name, trouble)
            await asyncio.sleep(PAUSE)
            return await self._once(messages)

    async def _once(self, messages: Sequence[ChatMessage]) -> Answer:
        try:
            response = await self._llm.achat(messages)
        except Exception as error:
            raise ModelTrouble(f"{self.name} failed: {_said(error)}") from error
        try:
            answer: Answer = self._parser.parse(response.message.content or "")
        except ValidationError as error:
            wrong = ", ".join(".".join(map(str, problem["loc"])) or "JSON" for problem in error.errors())
            raise ModelTrouble(f"{self.name} answered in another form than asked for ({wrong})") from error
        except ValueError as error:
            raise ModelTrouble(f"{self.name} answered without the JSON that was asked for") from error
        return answer


def load_model(choice: ModelChoice) -> LanguageModel:
    """The chosen model's client. Takes a second or two for the import: call it in a thread.

    Raises SettingsError when the provider's extra is not installed.
    """
    name = f"{choice.provider}:{choice.name}"
    http = None
    if choice.provider == "openai":
        http = httpx.AsyncClient(timeout=choice.seconds)
        made = _client("llama_index.llms.openai_like", "OpenAILike", "")(
            model=choice.name,
            api_base=choice.url,
            # A local server wants no key, but the client does.
            api_key=choice.key or "none",
            is_chat_model=True,
            context_window=16_000,
            temperature=0.2,
            max_tokens=choice.longest,
            timeout=choice.seconds,
            max_retries=0,
            async_http_client=http,
        )
    elif choice.provider == "anthropic":
        made = _client("llama_index.llms.anthropic", "Anthropic", "anthropic")(
            model=choice.name,
            base_url=choice.url,
            api_key=choice.key,
            temperature=0.2,
            max_tokens=choice.longest,
            timeout=choice.seconds,
            max_retries=0,
        )
    else:
        made = _client("llama_index.llms.ollama", "Ollama", "ollama")(
            model=choice.name,
            base_url=choice.url or "http://localhost:11434",
            temperature=0.2,
            request_timeout=choice.seconds,
            json_mode=True,
        )
    return LanguageModel(made, name, http)


def _client(module: str, name: str, extra: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError as error:
        raise SettingsError(
            f"HOTDASH_LLM_PROVIDER={extra}: its package is not installed; run pip install 'hotdash[{extra}]'"
        ) from error


def _said(error: Exception) -> str:
    status = getattr(error, "status_code", None)
    text = " ".join(str(error).split())[:160] or type(error).__name__
    return f"status {status}" if status else text
