"""What came of an event, for a webhook's answer that may wait a moment for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from bot.store.events import Events, Outcome
from plugins.errors import StoreError

log = structlog.get_logger()

_LOOK_EVERY = 0.03  # seconds; one question serves all who wait


@dataclass(slots=True)
class _Waiting:
    event_id: int
    done: asyncio.Future[Outcome]


class Outcomes:
    """Tells waiting webhooks what came of their events, whichever process does the work."""

    def __init__(self, events: Events, *, wait: float) -> None:
        """`wait` is how many seconds `of` waits at most."""
        self._events = events
        self._wait = wait
        self._waiting: list[_Waiting] = []
        self._looking: asyncio.Task[None] | None = None

    async def of(self, event_id: int) -> Outcome:
        """The outcome of an event, or one that says "not processed" if it takes longer than the wait."""
        if self._wait <= 0:
            return Outcome()
        waiting = _Waiting(event_id, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(self._wait):
                return await waiting.done
        except TimeoutError:
            return Outcome()
        finally:
            self._waiting.remove(waiting)

    async def _look(self) -> None:
        while self._waiting:
            try:
                found = await self._events.outcomes([waiting.event_id for waiting in self._waiting])
            except StoreError as error:
                # The events are committed; only what came of them is not known in time.
                log.warning("outcomes.unknown", fault=str(error))
                found = {waiting.event_id: Outcome() for waiting in self._waiting}
            for waiting in self._waiting:
                outcome = found.get(waiting.event_id)
                if outcome is not None and not waiting.done.done():
                    waiting.done.set_result(outcome)
            await asyncio.sleep(_LOOK_EVERY)
