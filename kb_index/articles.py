"""Articles: what the company has written down, wherever it is kept.

A source hands out its articles as a `Library`. A file that cannot be read becomes a problem of the
library, in words that its owner can act on, and the other files are still read.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kb_index.readers import READERS, Unreadable
from kb_index.topics import topic_of
from plugins.errors import KnowledgeBaseError

_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_CATEGORY = re.compile(r"^\**(?:category|topic)\**\s*:\s*(.+)$", re.IGNORECASE | re.MULTILINE)
LONGEST = 2_000_000  #: Characters of one article; a longer file is not an article.


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as Markdown, whatever it was written in."""

    id: str  #: Unique and lasting: the path within the folder, such as "shipping-policy.md".
    title: str
    text: str  #: Markdown, without front matter.
    topic: str | None = None
    url: str | None = None
    kind: str = "article"  #: article, or answer for a reply that people approved.

    @property
    def digest(self) -> str:
        """Changes whenever anything that the index keeps of this article changes."""
        parts = (self.id, self.title, self.text, self.topic or "", self.url or "", self.kind)
        return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The articles of one source, and what could not be read."""

    articles: tuple[Article, ...]
    problems: tuple[str, ...] = ()


class Source(Protocol):
    """Where articles come from: a folder, a help center, the approved answers."""

    @property
    def name(self) -> str:
        """Identifies the source: while it cannot be reached, its last articles are kept under this name."""

    async def library(self) -> Library:
        """All articles as they are now. Raises KnowledgeBaseError when the source cannot be reached."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of Markdown, HTML, PDF, Word and plain text files, with its subfolders."""

    path: Path
    name: str = field(default="folder")

    async def library(self) -> Library:
        """The folder's articles in the order of their names; hidden files and unknown types are left out."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> Library:
        if not self.path.is_dir():
            raise KnowledgeBaseError(
                f"{self.path}: no such folder of articles; create it or set HOTDASH_KB_FOLDER"
            )
        articles: list[Article] = []
        problems: list[str] = []
        for path in sorted(self.path.rglob("*")):
            relative = path.relative_to(self.path)
            reader = READERS.get(path.suffix.lower())
            if reader is None or not path.is_file() or any(part.startswith(".") for part in relative.parts):
                continue
            try:
                articles.append(article(relative.as_posix(), reader(path.read_bytes())))
            except (Unreadable, OSError) as error:
                problems.append(f"{relative.as_posix()}: {error}")
        return Library(articles=tuple(articles), problems=tuple(problems))


def article(
    key: str, text: str, *, title: str | None = None, url: str | None = None, kind: str = "article"
) -> Article:
    """An article with the id `key` from its Markdown; front matter may set title, topic and url.

    Without a title given or set, the first heading is the title, else the file's name in words. Raises
    Unreadable for a text that is empty or longer than two million characters.
    """
    settings, text = front_matter(text)
    if not text.strip():
        raise Unreadable("has no text; a scanned PDF needs its text recognised first")
    if len(text) > LONGEST:
        raise Unreadable(f"has {len(text):,} characters, more than {LONGEST:,}; split it")
    heading = _HEADING.search(text)
    name = settings.get("title") or title or (heading and _plain(heading.group(1))) or _from_file_name(key)
    category = _CATEGORY.search(text[:600])
    topic = settings.get("topic") or topic_of(name, category.group(1) if category else "", key)
    return Article(id=key, title=name, text=text, topic=topic, url=settings.get("url") or url, kind=kind)


def front_matter(text: str) -> tuple[Mapping[str, str], str]:
    """The `name: value` lines between two `---` at the top, by lower-case name, and the text after them."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}, text
    pairs = (line.partition(":") for line in found.group(1).splitlines() if ":" in line)
    settings = {name.strip().lower(): value.strip().strip("\"'") for name, _, value in pairs}
    return settings, text[found.end() :]


def _plain(heading: str) -> str:
    return re.sub(r"[*_`]", "", heading).strip()


def _from_file_name(key: str) -> str:
    return re.sub(r"[-_\s]+", " ", Path(key).stem).strip().capitalize() or key
