"""The articles of a Help Center portal, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiohttp import web

from kb_index.portal import Portal
from plugins.errors import KnowledgeBaseError

PAGES: dict[str, list[dict[str, Any]]] = {
    "1": [
        {
            "id": 1,
            "title": "Shipping",
            "content": "We ship in 2 days.",
            "status": "published",
            "slug": "ship",
        },
        {"id": 2, "title": "A draft", "content": "Not yet.", "status": "draft"},
    ],
    "2": [
        {"id": 3, "title": "Returns", "content": "## How\n\nWithin 30 days.", "status": 1},
        {"id": 4, "title": "Nothing", "content": "", "status": "published"},
    ],
}


@pytest.fixture
async def chatwoot() -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server with one portal, handbook/en, in two pages."""

    async def articles(request: web.Request) -> web.Response:
        if request.match_info["slug"] == "broken":
            return web.Response(text="<html>", content_type="text/html")
        if request.match_info["slug"] != "handbook":
            raise web.HTTPNotFound
        page = PAGES.get(request.query["page"], [])
        return web.json_response({"payload": page, "meta": {"articles_count": 4}})

    app = web.Application()
    app.router.add_get("/hc/{slug}/{locale}/articles.json", articles)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with httpx.AsyncClient(base_url=f"http://{host}:{port}") as http:
        yield http
    await runner.cleanup()


async def test_published_articles_of_all_pages_are_read(chatwoot: httpx.AsyncClient) -> None:
    """Every published article is read with its address; an empty one is named."""
    library = await Portal(chatwoot, "handbook").library()
    assert [(entry.id, entry.title) for entry in library.articles] == [
        ("handbook/ship", "Shipping"),
        ("handbook/3", "Returns"),
    ]
    assert (library.articles[0].url or "").endswith("/hc/handbook/articles/ship")
    assert library.problems == (
        "portal handbook/en, article 4: has no text; a scanned PDF needs its text recognised first",
    )


@pytest.mark.parametrize(
    ("slug", "said"), [("nowhere", "answered 404"), ("broken", "not the list of articles")]
)
async def test_a_portal_that_does_not_answer_is_an_error(
    chatwoot: httpx.AsyncClient, slug: str, said: str
) -> None:
    """A wrong slug and an answer of another kind are errors in plain words."""
    with pytest.raises(KnowledgeBaseError, match=said):
        await Portal(chatwoot, slug).library()


async def test_a_server_that_is_down_is_an_error() -> None:
    """No connection is an error, so that the last articles are kept."""
    async with httpx.AsyncClient(base_url="http://127.0.0.1:1") as http:
        with pytest.raises(KnowledgeBaseError, match="no answer"):
            await Portal(http, "handbook").library()
