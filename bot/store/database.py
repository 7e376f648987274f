"""The connections to Postgres: a pool that heals itself, and errors that say what to do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import class_row, scalar_row
from psycopg_pool import AsyncConnectionPool

from bot.store.embedded import EmbeddedPostgres
from plugins.errors import StoreError, StoreUnavailable

Transaction = psycopg.AsyncConnection[Any]  #: A connection inside `Database.transaction`.
Parameters = Mapping[str, Any]
Row = TypeVar("Row")

CONNECT_WITHIN = 5  #: Seconds for one new connection.
#: Seconds to wait for a free connection. Chatwoot hangs up after 5 s and repeats only what was answered 500.
LEND_WITHIN = 3.0
POOLER_MARK = re.compile(r"(?<=[?&])pgbouncer=true(&|$)")  #: Others' mark for one, unknown to libpq.
TRANSACTION_POOLER_PORT = (
    "6543"  #: Supabase's; https://supabase.com/docs/guides/database/connecting-to-postgres
)

#: Notice within about a minute that the other side is gone without a word.
KEEPALIVE = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class Database:
    """A Postgres database, by its address.

    `size` is the largest number of connections. An address with port 6543 or with `pgbouncer=true` leads to
    a transaction pooler, where `pooled` is true: nothing that needs a session (LISTEN, session locks).
    """

    def __init__(self, url: str, *, size: int = 16) -> None:
        try:
            address = conninfo_to_dict(POOLER_MARK.sub("", url).rstrip("?&"))
        except psycopg.ProgrammingError:
            raise StoreError(
                "HOTDASH_DATABASE_URL is not an address of Postgres; "
                "it looks like postgresql://user:password@host:5432/database"
            ) from None
        port = str(address.get("port", "5432"))
        self.pooled = port == TRANSACTION_POOLER_PORT or POOLER_MARK.search(url) is not None
        self.place = f"{address.get('host', 'localhost')}:{port}/{address.get('dbname', '')}"
        defaults: dict[str, Any] = {
            **KEEPALIVE,
            "connect_timeout": CONNECT_WITHIN,
            "application_name": "hotdash",
        }
        self._conninfo = make_conninfo("", **{**defaults, **address})
        # Prepared statements would keep the plans that were right when the tables were empty, and a
        # transaction pooler cannot have them.
        self._options: dict[str, Any] = {"autocommit": True, "prepare_threshold": None}
        self._pool = AsyncConnectionPool(
            self._conninfo,
            kwargs=self._options,
            min_size=1,
            max_size=size,
            open=False,
            # After a restart of the server the old connections are found dead before they are lent (0.1 ms).
            check=AsyncConnectionPool.check_connection,
            timeout=LEND_WITHIN,
            # A longer one would double its pauses up to minutes, and be late when the server is back.
            reconnect_timeout=CONNECT_WITHIN,
        )

    async def open(self) -> None:
        """Connect. Raises StoreUnavailable or StoreError with the server's own reason."""
        async with self.session():
            await self._pool.open()

    async def close(self) -> None:
        """Give all connections back to the server."""
        await self._pool.close()

    async def ping(self) -> None:
        """Ask the server for a sign of life. Raises StoreUnavailable."""
        await self.value("select 1")

    @asynccontextmanager
    async def session(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A connection of its own, outside the pool."""
        with self._told():
            async with await psycopg.AsyncConnection.connect(self._conninfo, **self._options) as connection:
                yield connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A connection of the pool, where each statement commits by itself."""
        with self._told():
            async with self._pool.connection() as connection:
                yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction: committed at the end, rolled back on an error.

        Stores take it as `on=`, so that writes of several stores stand or fall together.
        """
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def all(
        self,
        sql: LiteralString,
        parameters: Parameters | None = None,
        *,
        of: type[Row],
        on: Transaction | None = None,
    ) -> list[Row]:
        """The rows that a statement gives, each as an `of` by the names of its columns."""
        async with self._lent(on) as connection, connection.cursor(row_factory=class_row(of)) as cursor:
            return await (await cursor.execute(sql, parameters)).fetchall()

    async def one(
        self,
        sql: LiteralString,
        parameters: Parameters | None = None,
        *,
        of: type[Row],
        on: Transaction | None = None,
    ) -> Row | None:
        """The first row that a statement gives, or None."""
        async with self._lent(on) as connection, connection.cursor(row_factory=class_row(of)) as cursor:
            return await (await cursor.execute(sql, parameters)).fetchone()

    async def value(
        self, sql: LiteralString, parameters: Parameters | None = None, *, on: Transaction | None = None
    ) -> Any:
        """The first column of the first row, or None."""
        async with self._lent(on) as connection, connection.cursor(row_factory=scalar_row) as cursor:
            return await (await cursor.execute(sql, parameters)).fetchone()

    async def run(
        self, sql: LiteralString, parameters: Parameters | None = None, *, on: Transaction | None = None
    ) -> int:
        """Run a statement; gives how many rows it wrote."""
        async with self._lent(on) as connection:
            return (await connection.execute(sql, parameters)).rowcount

    @asynccontextmanager
    async def _lent(self, on: Transaction | None) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        if on is not None:
            yield on
            return
        async with self.connection() as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say errors of Postgres in our own words; the original stays as the cause."""
        try:
            yield
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            if isinstance(error, psycopg.InterfaceError) or _passes(error):
                raise StoreUnavailable(
                    f"Postgres at {self.place} cannot be reached ({reason}); "
                    "check that it runs and that HOTDASH_DATABASE_URL is right"
                ) from error
            raise StoreError(f"Postgres at {self.place} refuses: {reason}") from error


@asynccontextmanager
async def open_database(url: str | None, home: Path, *, size: int = 16) -> AsyncIterator[Database]:
    """The database at this address, or the embedded one in this folder, opened; closed at the end.

    Raises:
        StoreError: it cannot be reached or started.
    """
    server = None if url else EmbeddedPostgres(home)
    try:
        if server is not None:
            url = await asyncio.to_thread(server.start)
        database = Database(url or "", size=size)
        await database.open()
        try:
            yield database
        finally:
            await database.close()
    finally:
        if server is not None:
            await asyncio.to_thread(server.stop)


def _passes(error: psycopg.Error) -> bool:
    """Whether another try later may succeed.

    True for a lost or refused connection (no SQLSTATE, or class 08), too many connections and a full disk
    (53), a server that stops or starts (57P) and a deadlock or conflict (40).
    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    if not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(("08", "40", "53", "57P"))
