"""Packages with plugins, laid out on the path as pip lays them out; messages and drafts."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plugins.model import Contact, Conversation, Draft, Message


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Installs a package of one module with an entry point of the group hotdash."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    made: list[str] = []

    def make(name: str, source: str, *, target: str | None = None) -> None:
        (site / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        record = site / f"{name}-1.2.dist-info"
        record.mkdir()
        (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (record / "entry_points.txt").write_text(f"[hotdash]\n{name} = {target or name}\n")
        importlib.invalidate_caches()
        made.append(name)

    yield make
    for name in made:
        sys.modules.pop(name, None)


@pytest.fixture
def message() -> Message:
    """What a customer wrote in the website's chat."""
    return Message(
        id=1,
        conversation=Conversation(id=3, account_id=1, inbox_type="Channel::WebWidget"),
        contact=Contact(id=7, name="Ada", email="ada@example.com", phone="+44 20 7946 0000"),
        channel="chat",
        content="Where is it?",
        raw_content="Where is it?",
        received_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
    )


@pytest.fixture
def draft() -> Draft:
    """An answer with a citation mark."""
    return Draft(answer="On its way [1].", confidence=0.9, citations=(), sentences=())


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock for the guard."""
    return Clock()
