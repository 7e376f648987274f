"""The schema's history: numbered SQL files, applied once each and in order, by one process at a time."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import LiteralString

import structlog

from bot.store import queries
from bot.store.database import Database
from plugins.errors import StoreError

log = structlog.get_logger()

FOLDER = queries.FOLDER / "migrations"
SQL = queries.load("migrations")
NAME = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.sql")
#: First line of a file that Postgres cannot run inside a transaction, such as CREATE INDEX CONCURRENTLY. It
#: holds one statement that may run twice (`if not exists`), since a crash may come before it is written down.
ALONE = "-- no transaction\n"
ASK_AGAIN_AFTER = 0.2  #: Seconds between two tries for the lock.


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str  #: The file's.
    sql: LiteralString

    @property
    def sha256(self) -> str:
        """Hash of its text, to notice a later change."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A step that a database has taken."""

    number: int
    name: str
    sha256: str
    applied_at: datetime


def known(folder: Path = FOLDER) -> list[Migration]:
    """The steps in the folder, in order. Raises StoreError for a strange file name or a number used twice."""
    steps: dict[int, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = NAME.fullmatch(path.name)
        number = int(match["number"]) if match else 0
        if number == 0 or number in steps:
            raise StoreError(f"{path}: needs a name like 0007_what_it_does.sql, with a number of its own")
        sql = path.read_text(encoding="utf-8")
        steps[number] = Migration(number=number, name=path.name, sql=sql)
    return list(steps.values())


async def migrate(database: Database, folder: Path = FOLDER) -> list[Migration]:
    """Take all steps that the database has not taken yet; gives those taken now.

    Any number of processes may call this at once: one works, the others wait and find nothing to do. A
    failing step leaves nothing behind.

    Raises:
        StoreError: a step fails, was changed after it was taken, or the database is newer than this program.
    """
    steps = known(folder)
    async with _alone(database):
        await database.run(SQL["make"])
        pending = _pending(steps, await database.all(SQL["applied"], of=Applied), database)
        for step in pending:
            await _take(step, database)
            log.info("migration applied", name=step.name)
    return pending


async def pending(database: Database, folder: Path = FOLDER) -> list[Migration]:
    """The steps that the database has not taken yet. Raises StoreError as `migrate` does."""
    exists = await database.value(SQL["made"])
    applied = await database.all(SQL["applied"], of=Applied) if exists else []
    return _pending(known(folder), applied, database)


def _pending(steps: list[Migration], applied: list[Applied], database: Database) -> list[Migration]:
    by_number = {step.number: step for step in steps}
    for taken in applied:
        step = by_number.pop(taken.number, None)
        if step is None:
            raise StoreError(
                f"the database {database.place} is newer than this program: it has {taken.name}; "
                "install the version of hotdash that made it, or a newer one"
            )
        if step.sha256 != taken.sha256:
            raise StoreError(
                f"{step.name} was changed after the database {database.place} took it; "
                "put the file back as it was and write the change as a new migration"
            )
    return list(by_number.values())


async def _take(step: Migration, database: Database) -> None:
    record = {"number": step.number, "name": step.name, "sha256": step.sha256}
    try:
        if step.sql.startswith(ALONE):
            await database.run(step.sql)
            await database.run(SQL["record"], record)
        else:
            async with database.transaction() as transaction:
                await database.run(step.sql, on=transaction)
                await database.run(SQL["record"], record, on=transaction)
    except StoreError as error:
        raise StoreError(f"{step.name}: {error}") from error


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """Hold the lock of the schema, in a transaction of its own, so that a transaction pooler will do.

    The lock is asked for again and again: a statement that waited for it would hold a snapshot, for whose
    end CREATE INDEX CONCURRENTLY in the working process would wait in turn.
    """
    while True:
        async with database.transaction() as transaction:
            if await database.value(SQL["lock"], on=transaction):
                yield
                return
        await asyncio.sleep(ASK_AGAIN_AFTER)
