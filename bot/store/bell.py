"""The bell that wakes workers when there is work, in this process and in the others."""

from __future__ import annotations

import asyncio
import uuid

import structlog

from bot.store import queries
from bot.store.database import Database
from plugins.errors import StoreError

log = structlog.get_logger()

SQL = queries.load("bell")
#: Seconds between two calls to other processes. Postgres commits calls one after the other.
CALL_EVERY = 0.02
LISTEN_AGAIN_AFTER = 1.0  #: Seconds after the listening connection was lost.


class Bell:
    """Rings in this process at once and calls the other processes soon after.

    A call is never part of the transaction that made the work: Postgres would let such transactions commit
    only one at a time. A lost call costs a moment; workers also look by themselves.
    """

    def __init__(self, database: Database) -> None:
        self.strokes = 0  #: How often it rang; a sleeper compares it with what it has heard.
        self._database = database
        self._me = str(uuid.uuid4())
        self._stroke = asyncio.Event()
        self._unsaid = False
        self._calling: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Wake the workers; call it after the commit."""
        self.sound()
        self._unsaid = not self._database.pooled
        if self._unsaid and (self._calling is None or self._calling.done()):
            self._calling = asyncio.create_task(self._call())

    async def wait(self, heard: int, *, within: float) -> None:
        """Return when it has rung since `heard` strokes, or after `within` seconds."""
        if self.strokes != heard:
            return
        try:
            async with asyncio.timeout(within):
                await self._stroke.wait()
        except TimeoutError:
            return

    async def listen(self) -> None:
        """Hear the calls of other processes until cancelled; through a transaction pooler there are none."""
        while not self._database.pooled:
            try:
                async with self._database.session() as connection:
                    await connection.execute(SQL["listen"])
                    self.sound()  # for calls that were missed
                    async for call in connection.notifies():
                        if call.payload != self._me:
                            self.sound()
            except StoreError as error:
                log.warning("cannot listen for work; looking for it meanwhile", error=str(error))
            await asyncio.sleep(LISTEN_AGAIN_AFTER)

    async def close(self) -> None:
        """Finish the last call."""
        if self._calling is not None:
            await self._calling

    def sound(self) -> None:
        """Wake the workers of this process only."""
        self.strokes += 1
        stroke, self._stroke = self._stroke, asyncio.Event()
        stroke.set()

    async def _call(self) -> None:
        while self._unsaid:
            self._unsaid = False
            try:
                await self._database.run(SQL["notify"], {"me": self._me})
            except StoreError as error:
                log.warning("cannot call other workers; they will look by themselves", error=str(error))
            await asyncio.sleep(CALL_EVERY)
