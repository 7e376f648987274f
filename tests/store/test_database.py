"""The connections heal by themselves, and errors say what to do."""

from __future__ import annotations

import asyncio

import pytest

from bot.store.database import Database, open_database
from bot.store.events import Events
from bot.store.jobs import Jobs
from bot.store.migrations import migrate
from bot.store.throwaway import throwaway
from plugins.errors import StoreError, StoreUnavailable


async def test_nobody_listens():
    """An address where no Postgres answers is named, with what to check, and without the password."""
    database = Database("postgresql://me:secret@127.0.0.1:9/shop")
    with pytest.raises(
        StoreUnavailable, match=r"127\.0\.0\.1:9/shop cannot be reached .*HOTDASH_DATABASE_URL"
    ) as e:
        await database.open()
    assert "secret" not in str(e.value)


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "postgresql://h/d?colour=red"])
def test_no_address(url: str):
    """What is no address of Postgres is refused with an example of one."""
    with pytest.raises(StoreError, match=r"postgresql://user:password@host:5432/database"):
        Database(url)


@pytest.mark.parametrize(
    ("url", "pooled"),
    [
        ("postgresql://u:p@aws-0-eu.pooler.supabase.com:6543/postgres", True),
        ("postgresql://u:p@db.example.com/postgres?sslmode=require&pgbouncer=true", True),
        ("postgresql://u:p@db.example.com/postgres?pgbouncer=true&sslmode=require", True),
        ("postgresql://u:p@aws-0-eu.pooler.supabase.com:5432/postgres", False),
    ],
)
def test_a_transaction_pooler_is_recognised(url: str, pooled: bool):
    """Supabase's port 6543 and the mark pgbouncer=true stand for a transaction pooler."""
    assert Database(url).pooled is pooled


async def test_a_refusal_says_what_is_wrong(database: Database):
    """An error of a statement is told in one line, and is not taken for an unreachable server."""
    with pytest.raises(StoreError, match=r"refuses: relation .*nowhere.* does not exist") as e:
        await database.run("select * from nowhere")
    assert not isinstance(e.value, StoreUnavailable)


async def test_a_transaction_is_whole_or_nothing(database: Database):
    """What was written before an error in the block is not there afterwards."""
    await database.run("create table t (n int)")
    with pytest.raises(StoreError):
        async with database.transaction() as on:
            await database.run("insert into t values (1)", on=on)
            await database.run("insert into t values ('x')", on=on)
    assert await database.value("select count(*) from t") == 0


async def test_a_restart_of_the_server_is_not_noticed(database: Database):
    """After all connections were cut, every one of many statements at once still succeeds."""
    await asyncio.gather(*(database.value("select pg_sleep(0.01)") for _ in range(30)))
    async with database.session() as other:
        await other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert await asyncio.gather(*(database.value("select 1") for _ in range(30))) == [1] * 30


async def test_a_database_that_is_down_is_told_and_comes_back(message):
    """While the server is down, events are refused as unavailable; when it is back, they are kept again."""
    server = throwaway()
    server.throwaway = False  # it comes back
    await asyncio.to_thread(server.start)
    async with open_database(server.url, server.home) as database:
        await migrate(database)
        await asyncio.to_thread(server.stop)
        events = Events(database, Jobs(database))
        refused = await asyncio.gather(database.ping(), events.keep(message(1)), return_exceptions=True)
        assert [type(error) for error in refused] == [StoreUnavailable, StoreUnavailable]
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(10):
            while True:
                try:
                    assert not (await events.keep(message(1))).duplicate
                    break
                except StoreUnavailable:
                    continue
    server.throwaway = True
    await asyncio.to_thread(server.stop)


async def test_the_embedded_server_serves_without_an_address():
    """Without an address, the database of the home folder is started, and stopped at the end."""
    server = throwaway()
    async with open_database(None, server.home) as database:
        assert await database.value("select current_setting('fsync')") == "on"
        assert await asyncio.to_thread(server.start) == server.url
    with pytest.raises(StoreUnavailable):  # we are the last
        await asyncio.to_thread(server.stop)
        await Database(server.url).open()
