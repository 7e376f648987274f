"""Fixtures of the review: the service at work, with little time to undo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from service_at_work import Service, Starter, running

from bot import logs
from bot.extensions import load_plugins
from bot.review.desk import Desk
from bot.review.people import Person, Role
from bot.store.jobs import Jobs
from bot.store.reviews import Reviews


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    """Log as the service does, without the values of variables in tracebacks."""
    logs.configure("json", "warning")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder for all tests: the knowledge base is indexed once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
async def start(database_url: str, home: Path) -> AsyncIterator[Starter]:
    """Start the service with other settings than usual; it stops with the test."""
    async with AsyncExitStack() as stack:

        async def starter(**settings: Any) -> Service:
            chosen = {"undo_seconds": 0, **settings}
            return await stack.enter_async_context(running(database_url, home, **chosen))

        yield starter


@pytest.fixture
async def service(start: Starter) -> Service:
    """The service; what is approved leaves at once."""
    return await start()


@pytest.fixture
def ines(service: Service) -> Person:
    """An agent of every inbox."""
    agent = service.sandbox.agent
    return Person(id=agent.id, name=agent.name, email=agent.email, role=Role.OPERATOR)


@pytest.fixture
async def desk(service: Service) -> AsyncIterator[Desk]:
    """The desk of the running service's database."""
    plugins = load_plugins(service.settings)
    yield Desk(
        database=service.database,
        reviews=Reviews(service.database),
        jobs=Jobs(service.database),
        channels=plugins.channels,
        undo_for=timedelta(),
    )
    await plugins.close()
