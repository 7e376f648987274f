"""What many tests share: a throw-away Postgres, a fresh database for each test, the shared data."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bot.store.database import Database
from bot.store.migrations import migrate
from bot.store.throwaway import throwaway

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of test data that is not part of the repository."""
    folder = Path(os.environ.get("HOTDASH_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}; set HOTDASH_DATA to its folder")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a throw-away Postgres server."""
    server = throwaway()
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """The name of a migrated database, of which every test gets a copy."""

    async def make() -> None:
        database = Database(_address(postgres, "template"))
        await database.open()
        await migrate(database)
        await database.close()

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("create database template")
    asyncio.run(make())
    return "template"


@pytest.fixture
def database_url(postgres: str, template: str) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        copy = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        yield _address(postgres, name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database, open."""
    database = Database(database_url)
    await database.open()
    yield database
    await database.close()


def _address(postgres: str, name: str) -> str:
    return postgres.replace("/postgres?", f"/{name}?")
