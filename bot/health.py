"""Whether the service is well: for orchestrators and for people who look."""

from __future__ import annotations

from aiohttp import web

from bot.store.database import Database
from bot.store.jobs import Jobs
from plugins.errors import StoreError


class Health:
    """The endpoints /healthz (this process runs) and /readyz (it can do its work)."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def routes(self) -> list[web.RouteDef]:
        """The endpoints' routes."""
        return [web.get("/healthz", self.alive), web.get("/readyz", self.ready)]

    async def alive(self, request: web.Request) -> web.Response:
        """200 as long as the process answers at all."""
        return web.json_response({"ok": True})

    async def ready(self, request: web.Request) -> web.Response:
        """200 with the backlog if the database answers, else 503."""
        try:
            await self._database.ping()
            backlog = await self._jobs.backlog()
        except StoreError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=503)
        oldest = backlog.oldest.total_seconds() if backlog.oldest else 0
        return web.json_response(
            {
                "ok": True,
                "jobs": {
                    "waiting": backlog.waiting,
                    "delayed": backlog.delayed,
                    "running": backlog.running,
                    "dead": backlog.dead,
                    "oldest_seconds": round(oldest, 1),
                },
            }
        )
