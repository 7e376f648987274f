"""Tells open pages that something changed, as server-sent events; what changed, they ask for themselves."""

from __future__ import annotations

import asyncio

from aiohttp import ClientConnectionResetError, web

from bot.review.web.gate import Gate, Visit
from bot.store.reviews import Reviews

LOOK_EVERY = 1.0  #: Seconds between two looks at the store, however many pages are open.
PING_EVERY = 15  #: Looks after which a quiet stream gets a comment, so that proxies keep it open.


class Live:
    """Watches the queue while pages are open. A page that missed a change hears of it when it connects."""

    def __init__(self, reviews: Reviews, gate: Gate) -> None:
        self._reviews = reviews
        self._gate = gate
        self._mark = ""
        self._open = 0
        self._closing = False
        self._looked = asyncio.Condition()
        self._watching: asyncio.Task[None] | None = None

    async def events(self, visit: Visit) -> web.StreamResponse:
        """One page's stream; `?since` is the mark of what the page shows."""
        response = web.StreamResponse(
            headers={**self._gate.headers, "Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        await response.prepare(visit.request)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        self._open += 1
        try:
            await self._tell(response, visit.request.query.get("since", ""))
        except (ClientConnectionResetError, ConnectionResetError):
            return response  # the page was closed
        finally:
            self._open -= 1
        return response

    async def close(self) -> None:
        """End all streams, so that a stop of the service need not wait for them."""
        self._closing = True
        async with self._looked:
            self._looked.notify_all()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])

    async def _tell(self, response: web.StreamResponse, shown: str) -> None:
        quiet = 0
        while not self._closing:
            async with self._looked:
                await self._looked.wait()
            quiet += 1
            if self._mark != shown:
                shown, quiet = self._mark, 0
                await response.write(f"id: {shown}\nevent: change\ndata: {shown}\n\n".encode())
            elif quiet >= PING_EVERY:
                quiet = 0
                await response.write(b": still here\n\n")

    async def _watch(self) -> None:
        await asyncio.sleep(0)
        while self._open:
            self._mark = await self._reviews.mark()
            async with self._looked:
                self._looked.notify_all()
            await asyncio.sleep(LOOK_EVERY)
