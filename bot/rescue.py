"""When work failed for good, people take over: a note says so, and a pending conversation is opened."""

from __future__ import annotations

from bot import notes
from bot.chatwoot.client import Chatwoot
from bot.postbox import Postbox
from bot.store.events import Events
from bot.store.jobs import Job, Jobs
from plugins.errors import ChatwootRefused

RESCUE = "rescue"
"""The kind of the jobs that hand over after a failure; their payload is {"event": id, "failed": job id}."""


class Rescue:
    """Hands conversations over whose work was given up."""

    def __init__(
        self, events: Events, jobs: Jobs, postbox: Postbox, chatwoot: Chatwoot, *, first_line: bool
    ) -> None:
        self._events = events
        self._jobs = jobs
        self._postbox = postbox
        self._chatwoot = chatwoot
        self._first_line = first_line

    async def give_up(self, job: Job, error: str) -> None:
        """Queue the rescue of a job that died; a rescue that dies itself is left to the dead letters."""
        if job.kind != RESCUE and "event" in job.payload:
            payload = {"event": job.payload["event"], "failed": job.id}
            await self._jobs.put(RESCUE, payload, dedup=f"{RESCUE}:{job.id}")

    async def rescue(self, job: Job) -> None:
        """Tell the agents, and open the conversation where it would wait for the bot for ever."""
        event = await self._events.event(int(job.payload["event"]))
        if event is None or event.conversation_id is None or event.event != "message_created":
            return
        cause = f"failure:{job.payload['failed']}"
        try:
            await self._postbox.note(cause, event.conversation_id, notes.failure_note(), after=0)
            if self._first_line:
                await self._chatwoot.open(event.conversation_id)
        except ChatwootRefused as error:
            if error.status != 404:  # the conversation is gone: nobody waits
                raise
