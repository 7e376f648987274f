"""Webhook deliveries as Chatwoot's jobs make them: signed, timed out after 5 s, repeated for bots only."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.chatwoot.sandbox.faults import Faults
from bot.chatwoot.sandbox.rails import rails_json
from bot.chatwoot.sandbox.records import Message

_CONCURRENCY = 10  # Sidekiq's default
_BOT_ATTEMPTS = 3
_REPEATED = (429, 500)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Chatwoot-Signature (lib/webhooks/trigger.rb)."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One event on its way to one receiver, with what became of each attempt."""

    event: str
    url: str
    secret: str
    to_bot: bool
    build: Callable[[], dict[str, Any]]  #: Bot bodies are fixed at once; account bodies are built when sent.
    message: Message | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    body: bytes = b""
    attempts: list[int | str] = field(default_factory=list)  #: HTTP status, or why there was none.
    finished: bool = False

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it with a 2xx."""
        return any(isinstance(a, int) and 200 <= a < 300 for a in self.attempts)


class Deliveries:
    """The job queue. `on_bot_failure` gets the message of a bot delivery that finally failed."""

    def __init__(
        self,
        faults: Faults,
        *,
        signed: bool,
        retry_pause: float,
        timeout: float,
        on_change: Callable[[], None],
        on_bot_failure: Callable[[Message], None],
    ) -> None:
        self.log: list[Delivery] = []
        self.faults = faults
        self.signed = signed
        self.retry_pause = retry_pause
        self.timeout = timeout
        self.on_change = on_change
        self.on_bot_failure = on_bot_failure
        self._waiting: list[Delivery] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_CONCURRENCY)
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the connections; must run inside the event loop that will send."""
        self._http = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self.timeout, sock_read=self.timeout)
        )

    async def stop(self) -> None:
        """Give up what is under way and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    @property
    def busy(self) -> bool:
        """Whether a delivery is under way or due; those that are held do not count."""
        return bool(self._tasks) or bool(self._waiting and not self.faults.held)

    def add(self, delivery: Delivery) -> None:
        """Queue a delivery; everything queued in the same turn of the event loop starts together."""
        self.log.append(delivery)
        self._waiting.append(delivery)
        asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Start all that waits, unless webhooks are held."""
        if self.faults.held:
            return
        due, self._waiting = self._waiting, []
        if self.faults.reordering:
            self.faults.random.shuffle(due)
        for delivery in due:
            if self.faults.loses():
                delivery.attempts.append("lost")
                self._finish(delivery)
                continue
            for _ in range(2 if self.faults.doubles() else 1):
                task = asyncio.get_running_loop().create_task(self._deliver(delivery))
                self._tasks.add(task)
                task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.on_change()
        if not task.cancelled():
            task.result()

    async def _deliver(self, delivery: Delivery) -> None:
        async with self._slots:
            delivery.body = delivery.body or rails_json(delivery.build())
            for attempt in range(_BOT_ATTEMPTS if delivery.to_bot else 1):
                if attempt:
                    await asyncio.sleep(self.retry_pause)
                outcome = await self._attempt(delivery)
                delivery.attempts.append(outcome)
                if outcome not in _REPEATED:
                    break
            self._finish(delivery)

    def _finish(self, delivery: Delivery) -> None:
        delivery.finished = True
        if delivery.to_bot and not delivery.delivered and delivery.attempts != ["lost"] and delivery.message:
            self.on_bot_failure(delivery.message)
        self.on_change()

    async def _attempt(self, delivery: Delivery) -> int | str:
        if self.faults.cut_off:
            return "cut off"
        assert self._http is not None, "start() comes first"
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.signed:
            timestamp = str(int(time.time()))
            headers |= {
                "X-Chatwoot-Delivery": delivery.id,
                "X-Chatwoot-Timestamp": timestamp,
                "X-Chatwoot-Signature": signature(delivery.secret, timestamp, delivery.body),
            }
        try:
            async with self._http.post(delivery.url, data=delivery.body, headers=headers) as answer:
                return answer.status
        except TimeoutError:
            return "timeout"
        except (aiohttp.ClientError, ValueError) as error:
            return type(error).__name__
