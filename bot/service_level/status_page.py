"""The page /status: what operators look at when something seems wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import jinja2
from aiohttp import web

from bot.service_level.standing import standing, state_of
from bot.service_level.terms import Terms
from bot.service_level.wording import lasting, spoken
from bot.store.database import Database

Guard = Callable[[web.Request], Awaitable[object]]

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_MOST = 50  #: Promises on the page; the queue page has them all.


class StatusPage:
    """Serves /status, as HTML or, where JSON is asked for, as JSON."""

    def __init__(self, database: Database, terms: Terms, guard: Guard) -> None:
        """`guard` lets operators through and raises for everybody else."""
        self._database = database
        self._terms = terms
        self._guard = guard
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def routes(self) -> list[web.RouteDef]:
        """The page's route."""
        return [web.get("/status", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """The page; 503 while something is out of order, so that a monitor can watch it too."""
        await self._guard(request)
        now = datetime.now(UTC)
        stands = await standing(self._database, now)
        status = 503 if stands.faults else 200
        if "application/json" in request.headers.get("Accept", ""):
            return web.json_response(stands.as_json(), status=status, headers=_HEADERS)
        zone = self._terms.zone
        page = self._templates.get_template("status.html").render(
            stands=stands,
            state_of=lambda one: state_of(one, now),
            spoken=lambda at: spoken(at, zone, now=now),
            lasting=lambda at: lasting(now - at),
            most=_MOST,
        )
        return web.Response(text=page, content_type="text/html", status=status, headers=_HEADERS)
