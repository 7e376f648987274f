"""Fixtures of the journeys: the service started, with its usual settings or others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from service_at_work import Service, Starter, running

from bot import logs


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    """Log as the service does, without the values of variables in tracebacks."""
    logs.configure("json", "warning")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder for all journeys: the knowledge base is indexed once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
async def start(database_url: str, home: Path) -> AsyncIterator[Starter]:
    """Start the service with other settings than usual; it stops with the test."""
    async with AsyncExitStack() as stack:

        async def starter(**settings: Any) -> Service:
            return await stack.enter_async_context(running(database_url, home, **settings))

        yield starter


@pytest.fixture
async def service(start: Starter) -> Service:
    """The service with its usual settings."""
    return await start()
