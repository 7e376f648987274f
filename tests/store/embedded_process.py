"""A process that uses the embedded server of a folder: prints what it read, then waits to be stopped."""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg

from bot.store.embedded import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]))
with psycopg.connect(server.start(), autocommit=True) as connection:
    connection.execute("select pg_advisory_lock(1)")
    connection.execute("create table if not exists seen (n serial)")
    connection.execute("insert into seen default values")
    print(connection.execute("select count(*) from seen").fetchone()[0], flush=True)
sys.stdin.readline()
server.stop()
