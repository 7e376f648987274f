"""A worker in a process of its own: prints each job that it begins, and writes down each that it did."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta

from bot.store.database import Database
from bot.store.jobs import Job, Jobs
from bot.worker import Worker

LEASE = timedelta(seconds=1)


async def main(url: str) -> None:
    """Work until SIGTERM."""
    database = Database(url)
    await database.open()

    async def note(job: Job) -> None:
        print(job.id, flush=True)
        await asyncio.sleep(job.payload["seconds"])
        await database.run(
            "insert into done (job, key) values (%(job)s, %(key)s)", {"job": job.id, "key": job.key}
        )

    worker = Worker(Jobs(database), {"note": note}, concurrency=4, lease=LEASE, attempts=50)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
    await worker.run()
    await database.close()


asyncio.run(main(sys.argv[1]))
