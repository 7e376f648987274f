"""The articles of a Chatwoot Help Center portal, read through its public pages as JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx

from kb_index.articles import Article, Library, article
from kb_index.readers import Unreadable
from plugins.errors import KnowledgeBaseError

PAGES = 200  #: Read at most; a portal lists 25 articles or more on each.
PUBLISHED = frozenset({"published", 1, None})


@dataclass(frozen=True, slots=True)
class Portal:
    """One portal in one language: `/hc/<slug>/<locale>/articles.json`, which needs no token."""

    http: httpx.AsyncClient  #: Its base address is Chatwoot's.
    slug: str
    locale: str = "en"

    @property
    def name(self) -> str:
        """The source's name, such as "portal handbook/en"."""
        return f"portal {self.slug}/{self.locale}"

    async def library(self) -> Library:
        """The published articles. Raises KnowledgeBaseError when the portal does not answer with them."""
        articles: dict[str, Article] = {}
        problems: list[str] = []
        async for entry in self._entries():
            try:
                made = self._article(entry)
            except (Unreadable, KeyError, TypeError) as error:
                problems.append(f"{self.name}, article {entry.get('id')}: {error}")
            else:
                articles[made.id] = made
        return Library(articles=tuple(articles.values()), problems=tuple(problems))

    async def _entries(self) -> AsyncIterator[dict[str, Any]]:
        """Every published entry once; older Chatwoots ignore the page and list everything each time."""
        seen: set[Any] = set()
        for page in range(1, PAGES + 1):
            entries = [entry for entry in await self._page(page) if entry.get("id") not in seen]
            if not entries:
                return
            for entry in entries:
                seen.add(entry.get("id"))
                if entry.get("status") in PUBLISHED:
                    yield entry

    async def _page(self, page: int) -> list[dict[str, Any]]:
        path = f"/hc/{self.slug}/{self.locale}/articles.json"
        try:
            answer = await self.http.get(path, params={"page": page, "status": 1})
            answer.raise_for_status()
            payload = answer.json()["payload"]
        except httpx.HTTPStatusError as error:
            raise KnowledgeBaseError(
                f"{self.name}: {path} answered {error.response.status_code}; check the slug and the language"
            ) from error
        except httpx.HTTPError as error:
            raise KnowledgeBaseError(f"{self.name}: no answer ({type(error).__name__})") from error
        except (ValueError, KeyError, TypeError) as error:
            raise KnowledgeBaseError(f"{self.name}: {path} is not the list of articles") from error
        return [entry for entry in payload if isinstance(entry, dict)]

    def _article(self, entry: dict[str, Any]) -> Article:
        slug = entry.get("slug")
        url = f"{str(self.http.base_url).rstrip('/')}/hc/{self.slug}/articles/{slug}" if slug else None
        return article(
            f"{self.slug}/{slug or entry['id']}", str(entry["content"] or ""), title=entry["title"], url=url
        )
