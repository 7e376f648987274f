"""Isolation: calls each plugin by itself with a deadline, so that a bad one harms nobody."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import threading
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger("plugins")

#: This many failures within this many seconds send a plugin into quarantine for that many seconds.
FAILURES, WINDOW, QUARANTINE = 5, 60.0, 300.0


class Guard:
    """Calls plugins, counts what happens and rests those that fail again and again.

    `counts` has the number of calls by (plugin, hook, outcome); an outcome is ok, error, timeout or skipped.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, patience: float = 1.0) -> None:
        self._patience = patience  # A factor on every deadline: tests of what hangs have little.
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.last_failure: dict[str, str] = {}
        self._clock = clock
        self._failures: dict[str, deque[float]] = {}
        self._released_at: dict[str, float] = {}
        self._abandoned: set[asyncio.Future[Any]] = set()

    def quarantined_for(self, plugin: str) -> float:
        """Seconds until the plugin is asked again; 0 when it is in use."""
        return max(0.0, self._released_at.get(plugin, 0.0) - self._clock())

    async def call(
        self,
        plugin: str,
        hook: str,
        function: Callable[..., T | Awaitable[T]],
        *arguments: Any,
        kind: type | tuple[type, ...],
        default: T,
        deadline: float,
    ) -> T:
        """The function's answer if it is of a `kind`, else `default`.

        Else means: it raises, answers something else, takes more than `deadline` seconds or is quarantined.

        A coroutine function runs in the event loop, a plain one in a thread of its own. One that does not
        come back is left behind: the thread ends with the process.
        """
        if self.quarantined_for(plugin):
            self.counts[plugin, hook, "skipped"] += 1
            return default
        task = asyncio.ensure_future(_answer(function, arguments))
        try:
            done, _ = await asyncio.wait({task}, timeout=deadline * self._patience)
        except asyncio.CancelledError:
            self._abandon(task)
            raise
        if not done:
            self._abandon(task)
            self.failed(plugin, hook, f"no answer within {deadline:g} s", outcome="timeout")
            return default
        try:
            answer: T = task.result()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  # a plugin may raise anything
            self.failed(plugin, hook, f"{type(error).__name__}: {error}")
            return default
        if not isinstance(answer, kind):
            self.failed(plugin, hook, f"answered with {type(answer).__name__}")
            return default
        self.counts[plugin, hook, "ok"] += 1
        return answer

    def start(self, function: Callable[[], T], deadline: float) -> tuple[T | None, Exception | None]:
        """The function's answer or its error, for the start of the service, when no event loop runs yet."""
        result: list[tuple[T | None, Exception | None]] = []
        thread = threading.Thread(target=lambda: result.append(_attempt(function)), daemon=True)
        thread.start()
        thread.join(deadline * self._patience)
        return result[0] if result else (None, TimeoutError(f"no answer within {deadline:g} s"))

    def failed(self, plugin: str, hook: str, text: str, *, outcome: str = "error") -> None:
        """Note a failure by name; the fifth within a minute sends the plugin into quarantine."""
        self.counts[plugin, hook, outcome] += 1
        self.last_failure[plugin] = f"{hook}: {text}"
        now = self._clock()
        failures = self._failures.setdefault(plugin, deque(maxlen=FAILURES))
        failures.append(now)
        log.warning("plugin failed", plugin=plugin, hook=hook, reason=text)
        if len(failures) == FAILURES and now - failures[0] <= WINDOW:
            self._released_at[plugin] = now + QUARANTINE
            failures.clear()
            log.error("plugin quarantined", plugin=plugin, seconds=QUARANTINE)

    def _abandon(self, task: asyncio.Future[Any]) -> None:
        self._abandoned.add(task)
        task.add_done_callback(self._forget)
        task.cancel()

    def _forget(self, task: asyncio.Future[Any]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()  # An error nobody waits for any more must not be reported as unseen.


async def _answer(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    if inspect.iscoroutinefunction(function):
        answer = function(*arguments)
    else:
        answer = await _in_thread(function, arguments)
    return await answer if inspect.isawaitable(answer) else answer


def _in_thread(function: Callable[..., Any], arguments: tuple[Any, ...]) -> asyncio.Future[Any]:
    """Run in a daemon thread: unlike a pool's, it never keeps the process from ending."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    context = contextvars.copy_context()

    def settle(answer: Any, error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is None:
            future.set_result(answer)
        else:
            future.set_exception(error)

    def work() -> None:
        answer, error = _attempt(lambda: context.run(function, *arguments))
        with contextlib.suppress(RuntimeError):  # The loop is closed; nobody waits.
            loop.call_soon_threadsafe(settle, answer, error)

    threading.Thread(target=work, daemon=True, name=f"plugin {getattr(function, '__qualname__', '')}").start()
    return future


def _attempt(function: Callable[[], T]) -> tuple[T | None, Exception | None]:
    """The function's answer, or the error that it raised; even an exit becomes an error."""
    try:
        return function(), None
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything
        return None, error
    except BaseException as error:  # noqa: BLE001  # sys.exit() in a plugin must not end the service
        return None, RuntimeError(f"{type(error).__name__} raised: {error}")
