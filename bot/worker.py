"""The worker: takes jobs from the queue, lets their handlers do them, and writes down how each ended."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.store.jobs import Ending, Job, Jobs, State
from plugins.errors import BadRequest, ChatwootRefused, ChatwootUnavailable, StoreError, StoreUnavailable

log = structlog.get_logger()

Handler = Callable[[Job], Awaitable[None]]
GiveUp = Callable[[Job, str], Awaitable[None]]

LOOK_EVERY = 0.5  #: Seconds; for work of which no bell told: of other processes, through a pooler.
STORE_PAUSE = 1.0  #: Seconds before the queue is asked again after Postgres failed.
PRUNE_EVERY = 600.0  #: Seconds.
KEEP_DONE = timedelta(days=7)  #: A `dedup` holds that long after its job was done.
LONGEST_PATIENCE, LONGEST_BACKOFF = 60.0, 300.0  #: Seconds between two tries.
LAST_WORDS = 5.0  #: Seconds for cancelled jobs to end, and for the queue to hear of it.


class Retry(Exception):
    """Raised by a handler whose job cannot be done now, through no fault of its own; it is tried again.

    It never counts towards giving up. `after` is the time until then; left out, it doubles from try to try
    up to a minute. ChatwootUnavailable and StoreUnavailable have the same effect.
    """

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


def backoff(tries: int, longest: float) -> float:
    """Seconds until the next try: about 1, 2, 4… up to `longest`, spread by half each way."""
    return min(2.0 ** min(tries, 16), longest) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret


@dataclass(slots=True, eq=False)
class _Held:
    """A job that this worker does."""

    job: Job
    until: float  #: On the monotonic clock: the lease is ours at least until then.
    lost: bool = False  #: Another worker may have it by now.
    task: asyncio.Task[None] = field(init=False)


class Worker:
    """Does jobs of the kinds in `handlers`, up to `concurrency` at a time, those of one key one by one.

    A handler must expect to see a job again: a worker may die between the work and its writing down. An
    exception counts as a failure, and after `attempts` of them the job is dead, at once where another try
    would end the same (BadRequest, ChatwootRefused); before that, `on_dead` is called with the job and the
    error, more than once if a crash comes between. Any number of workers, in
    any number of processes, may share a queue.
    """

    def __init__(
        self,
        jobs: Jobs,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int = 16,
        attempts: int = 8,
        lease: timedelta = timedelta(seconds=30),
        drain: timedelta = timedelta(seconds=15),
        backoff: Callable[[int, float], float] = backoff,
        on_dead: GiveUp | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
        self._jobs = jobs
        self._handlers = handlers
        self._concurrency = concurrency
        self._attempts = attempts
        self._lease = lease
        self._drain = drain
        self._backoff = backoff
        self._on_dead = on_dead
        self._held: set[_Held] = set()
        self._ended: list[tuple[_Held, Ending]] = []
        self._stop_by: float | None = None
        self._tend_at = 0.0
        self._prune_at = 0.0

    def stop(self) -> None:
        """Take no new jobs, let those under way end within the drain time, then give the rest back."""
        if self._stop_by is None:
            self._stop_by = time.monotonic() + self._drain.total_seconds()
            self._jobs.bell.sound()

    async def run(self) -> None:
        """Work until `stop`. A failing Postgres is waited for; work under way goes on meanwhile."""
        listening = asyncio.create_task(self._jobs.bell.listen())
        log.info("worker started", worker=self.name, kinds=sorted(self._handlers))
        try:
            while not self._finished():
                try:
                    await self._turn()
                except StoreError as error:
                    log.warning("cannot reach the queue; trying again", error=str(error))
                    self._let_go_of_lost()
                    await asyncio.sleep(STORE_PAUSE)
        finally:
            listening.cancel()
            await self._give_back()
            await asyncio.wait([listening])
            log.info("worker stopped", worker=self.name)

    def _finished(self) -> bool:
        if self._stop_by is None:
            return False
        return not (self._held or self._ended) or time.monotonic() > self._stop_by

    async def _turn(self) -> None:
        """Write down what ended, keep the leases, take new jobs; if there was nothing to do, wait."""
        heard = self._jobs.bell.strokes
        settled = await self._settle()
        if time.monotonic() >= self._tend_at:
            await self._tend()
        claimed = await self._claim()
        if not settled and not claimed:
            await self._jobs.bell.wait(heard, within=await self._idle_for())

    async def _claim(self) -> bool:
        want = self._concurrency - len(self._held)
        if want <= 0 or self._stop_by is not None:
            return False
        until = time.monotonic() + self._lease.total_seconds()
        jobs = await self._jobs.claim(self.name, want=want, kinds=self._handlers, lease=self._lease)
        for job in jobs:
            held = _Held(job, until)
            self._held.add(held)
            held.task = asyncio.create_task(self._work(held), name=f"job {job.id}")
        return bool(jobs)

    async def _work(self, held: _Held) -> None:
        with structlog.contextvars.bound_contextvars(job=held.job.id, kind=held.job.kind):
            try:
                ending = await self._attempt(held.job)
            except asyncio.CancelledError:
                ending = self._ending(held.job, State.WAITING, error="the worker was stopped")
        self._held.discard(held)
        if held.lost:
            log.warning("job lost to another worker", job=held.job.id, kind=held.job.kind)
        else:
            self._ended.append((held, ending))
        self._jobs.bell.sound()

    async def _attempt(self, job: Job) -> Ending:
        """Do a job once; tells how it ended."""
        try:
            if job.failures >= self._attempts:  # its workers died of it
                return await self._bury(job, job.error or "its workers died")
            await self._handlers[job.kind](job)
        except (Retry, ChatwootUnavailable, StoreUnavailable) as error:
            return self._patience(job, error)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return await self._failure(job, error)  # something within the handler was cancelled, not we
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is logged and counts
            return await self._failure(job, error)
        return self._ending(job, State.DONE)

    async def _failure(self, job: Job, error: BaseException) -> Ending:
        text = f"{type(error).__name__}: {error}"
        log.error("job failed", failures=job.failures + 1, key=job.key, exc_info=error)
        hopeless = isinstance(error, BadRequest | ChatwootRefused)  # it would be as wrong the next time
        if hopeless or job.failures + 1 >= self._attempts:
            return await self._bury(job, text, failed=1)
        after = self._backoff(job.failures, LONGEST_BACKOFF)
        return self._ending(job, State.WAITING, error=text, failed=1, after=after)

    def _patience(self, job: Job, error: Exception) -> Ending:
        asked = error.after if isinstance(error, Retry) else None
        after = self._backoff(job.attempts, LONGEST_PATIENCE) if asked is None else asked.total_seconds()
        log.info("job put off", reason=str(error), seconds=round(after, 1))
        return self._ending(job, State.WAITING, error=str(error), after=after)

    async def _bury(self, job: Job, error: str, *, failed: int = 0) -> Ending:
        """Give a job up."""
        log.error("job given up", error=error, key=job.key, payload=job.payload)
        if self._on_dead is not None:
            try:
                await self._on_dead(job, error)
            except (Retry, ChatwootUnavailable, StoreUnavailable) as unavailable:
                return self._patience(job, unavailable)
            except Exception:
                log.exception("giving a job up failed as well")
        return self._ending(job, State.DEAD, error=error, failed=failed)

    @staticmethod
    def _ending(
        job: Job, state: State, *, error: str | None = None, failed: int = 0, after: float = 0.0
    ) -> Ending:
        return Ending(id=job.id, attempt=job.attempts, state=state, error=error, failed=failed, after=after)

    async def _settle(self) -> bool:
        """Write down how jobs ended and let the next of their keys come forward; says whether any had."""
        ended, self._ended = self._ended, []
        if not ended:
            return False
        try:
            settled = await self._jobs.settle(self.name, [ending for _, ending in ended])
        except StoreError:
            self._ended = ended + self._ended
            raise
        for held, ending in ended:
            if ending.id not in settled:
                log.warning(
                    "job ended after its lease", job=ending.id, kind=held.job.kind, state=ending.state
                )
        await self._jobs.promote({held.job.key for held, _ in ended if held.job.key is not None})
        return True

    async def _tend(self) -> None:
        """Keep our leases, take up the jobs of dead workers, clear away what is long done."""
        until = time.monotonic() + self._lease.total_seconds()
        ours = [held for held in self._held if not held.lost]
        if ours:
            still = await self._jobs.renew(self.name, [held.job for held in ours], lease=self._lease)
            for held in ours:
                if held.job.id in still:
                    held.until = until
                elif held in self._held:
                    self._lose(held)
        lost = await self._jobs.reclaim()
        if lost:
            log.warning("took back jobs of workers that are gone", jobs=lost)
        await self._jobs.sweep()
        if time.monotonic() >= self._prune_at:
            await self._jobs.prune(older_than=KEEP_DONE)
            self._prune_at = time.monotonic() + PRUNE_EVERY
        self._tend_at = time.monotonic() + self._lease.total_seconds() / 3

    def _let_go_of_lost(self) -> None:
        """Cancel work whose lease ran out unrenewed: another worker may be at it."""
        for held in list(self._held):
            if not held.lost and held.until <= time.monotonic():
                self._lose(held)

    def _lose(self, held: _Held) -> None:
        held.lost = True
        held.task.cancel()

    async def _idle_for(self) -> float:
        """Seconds to wait for the bell: until a job falls due or something else must be done."""
        now = time.monotonic()
        waits = [LOOK_EVERY, self._tend_at - now]
        if self._stop_by is not None:
            waits.append(self._stop_by - now)
        elif len(self._held) < self._concurrency:
            due = await self._jobs.next_due(self._handlers)
            waits += [] if due is None else [due]
        return max(min(waits), 0.0)

    async def _give_back(self) -> None:
        """Cancel what still runs and let it wait for another worker."""
        tasks = [held.task for held in self._held]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=LAST_WORDS)
        try:
            async with asyncio.timeout(LAST_WORDS):
                await self._settle()
        except (StoreError, TimeoutError) as error:
            log.warning("could not give jobs back; their leases will run out", error=str(error))
