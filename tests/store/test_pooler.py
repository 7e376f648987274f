"""Everything works behind a transaction pooler, such as Supabase's at port 6543."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from bot.store.binaries import Owner
from bot.store.database import Database
from bot.store.events import Events
from bot.store.jobs import Job, Jobs
from bot.store.migrations import migrate
from bot.worker import Worker

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@asynccontextmanager
async def pooler(database_url: str) -> AsyncIterator[str]:
    """PgBouncer in transaction mode with two connections to the server; gives its address."""
    assert PGBOUNCER is not None
    sockets = Path(parse_qs(urlsplit(database_url).query)["host"][0])
    owner = Owner.of(sockets)
    folder = Path(tempfile.mkdtemp(prefix="pooler-"))
    owner.take(folder)
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={sockets} user=postgres\n"
        f"[pgbouncer]\nlisten_addr =\nlisten_port = 6543\nunix_socket_dir = {folder}\n"
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(PGBOUNCER, folder / "pgbouncer.ini"),
        stderr=asyncio.subprocess.PIPE,
        **({"user": owner.uid, "group": owner.gid, "extra_groups": []} if owner.other else {}),
    )
    async for line in process.stderr:
        if b"process up" in line:
            break
    name = urlsplit(database_url).path
    yield f"postgresql://postgres@{name}?host={folder}&port=6543"
    process.terminate()
    await process.communicate()
    shutil.rmtree(folder)


@pytest.mark.skipif(PGBOUNCER is None, reason="no pgbouncer here (Debian: apt install pgbouncer)")
async def test_all_of_the_store_works_behind_a_transaction_pooler(postgres: str, message):
    """Migrations by two at once, events, jobs and a worker work where no session is kept."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("create database pooled")
    async with pooler(postgres.replace("/postgres?", "/pooled?")) as url:
        database, other = Database(url), Database(url)
        assert database.pooled
        await database.open()
        await other.open()
        taken = await asyncio.gather(migrate(database), migrate(other))
        assert sorted(map(bool, taken)) == [False, True]
        jobs = Jobs(database)
        events = Events(database, jobs)
        worked: list[int] = []
        all_done = asyncio.Event()

        async def handler(job: Job) -> None:
            worked.append(job.payload["event"])
            if len(worked) == 40:
                all_done.set()

        worker = Worker(jobs, {"event": handler})
        running = asyncio.create_task(worker.run())
        writer = Events(other, Jobs(other))  # of which no bell tells
        kept = await asyncio.gather(*(writer.keep(message(n)) for n in range(40)))
        async with asyncio.timeout(30):
            await all_done.wait()
        worker.stop()
        await running
        assert worked == [one.id for one in kept]
        await writer.close()
        await events.close()
        await database.close()
        await other.close()
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("drop database pooled with (force)")
