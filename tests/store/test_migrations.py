"""The schema is brought forward once, in order and whole, by one process at a time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bot.store import migrations
from bot.store.database import Database
from bot.store.migrations import known, migrate, pending
from plugins.errors import StoreError

ONE = "create table one (n integer);\ninsert into one values (1);\n"


@pytest.fixture
async def empty(postgres: str) -> AsyncIterator[Database]:
    """A database without any tables."""
    name = f"empty_{id(object())}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        database = Database(postgres.replace("/postgres?", f"/{name}?"))
        await database.open()
        yield database
        await database.close()
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations."""
    (tmp_path / "0001_one.sql").write_text(ONE)
    (tmp_path / "0002_two.sql").write_text("alter table one add column m integer;\n")
    return tmp_path


async def test_each_is_applied_once_in_order(empty: Database, folder: Path):
    """A database takes the steps in order, then none, then a new one."""
    assert [step.number for step in await pending(empty, folder)] == [1, 2]
    assert [step.number for step in await migrate(empty, folder)] == [1, 2]
    assert await migrate(empty, folder) == []
    (folder / "0003_three.sql").write_text("drop table one;\n")
    assert [step.name for step in await pending(empty, folder)] == ["0003_three.sql"]
    assert [step.number for step in await migrate(empty, folder)] == [3]


async def test_our_own_bring_an_empty_database_to_the_newest_schema(empty: Database):
    """The migrations of the service apply to an empty database."""
    assert len(await migrate(empty)) == len(known())
    assert await pending(empty) == []


async def test_a_failing_step_leaves_nothing_behind(empty: Database, folder: Path):
    """A step that fails half-way is rolled back whole, named, and can be taken once it is right."""
    (folder / "0002_two.sql").write_text("create table two (n integer);\nselect 1 / 0;\n")
    with pytest.raises(StoreError, match=r"0002_two\.sql: .*division by zero"):
        await migrate(empty, folder)
    (folder / "0002_two.sql").write_text("create table two (n integer);\n")
    assert [step.number for step in await migrate(empty, folder)] == [2]


async def test_a_changed_step_is_refused(empty: Database, folder: Path):
    """A step that was changed after it was taken is named, and nothing is done."""
    await migrate(empty, folder)
    (folder / "0001_one.sql").write_text(ONE + "-- a remark\n")
    with pytest.raises(StoreError, match=r"0001_one\.sql was changed after"):
        await migrate(empty, folder)


async def test_a_newer_database_is_refused(empty: Database, folder: Path):
    """A database that took a step which this program does not know is left alone."""
    await migrate(empty, folder)
    (folder / "0002_two.sql").unlink()
    with pytest.raises(StoreError, match=r"newer than this program: it has 0002_two\.sql"):
        await migrate(empty, folder)


async def test_a_step_may_run_outside_a_transaction(empty: Database, folder: Path):
    """What Postgres refuses inside a transaction works in a file that says so, also while others wait."""
    (folder / "0003_index.sql").write_text(
        "-- no transaction\ncreate index concurrently if not exists one_by_n on one (n);\n"
    )
    taken = await asyncio.gather(*(migrate(empty, folder) for _ in range(3)))
    assert sorted(len(steps) for steps in taken) == [0, 0, 3]
    assert await empty.value("select count(*) from pg_indexes where indexname = 'one_by_n'") == 1


@pytest.mark.parametrize("name", ["1_one.sql", "0000_zero.sql", "0001_Another.sql", "0001_again.sql"])
def test_a_strange_name_is_refused(folder: Path, name: str):
    """A file whose name has no number of its own is named."""
    (folder / name).write_text("select 1;\n")
    with pytest.raises(StoreError, match="with a number of its own"):
        known(folder)


async def test_processes_take_turns(empty: Database, postgres: str):
    """Of four processes that start on an empty database at once, one brings it forward, all succeed."""
    name = await empty.value("select current_database()")
    url = postgres.replace("/postgres?", f"/{name}?")
    program = (
        "import asyncio, sys\n"
        "from bot.store.database import Database\n"
        "from bot.store.migrations import migrate\n"
        "async def main():\n"
        "    database = Database(sys.argv[1]); await database.open()\n"
        "    print(len(await migrate(database))); await database.close()\n"
        "asyncio.run(main())"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, url),
            cwd=migrations.FOLDER.parents[3],
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(4)
    ]
    printed = [(await process.communicate())[0].decode().split()[-1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert sorted(map(int, printed)) == [0, 0, 0, len(known())]
