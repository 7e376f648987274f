"""The status page: parts that fail, promises that are due, incidents and who takes care of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from bot.review.people import Role
from bot.review.web.gate import Entry, Gate, Visit
from bot.service_level.incidents import ACKNOWLEDGE
from bot.service_level.standing import standing, state_of
from bot.store.database import Database
from bot.store.jobs import Jobs
from bot.store.rulebooks import Rulebooks

_MOST = 50  #: Promises on the page; the queue has the drafts among them.


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Serves /review/status, and /status, which leads there."""

    gate: Gate
    database: Database
    jobs: Jobs

    def entries(self) -> list[Entry]:
        """Its routes, each with the role that it asks for; /status itself shows nothing."""
        return [
            Entry(method="GET", path="/status", role=None, page=self.lead),
            Entry(method="GET", path="/review/status", role=Role.OPERATOR, page=self.show),
            Entry(
                method="POST",
                path=r"/review/incidents/{incident:\d{1,15}}/acknowledge",
                role=Role.OPERATOR,
                page=self.acknowledge,
            ),
            Entry(method="POST", path="/review/rules/reload", role=Role.ADMIN, page=self.reload),
        ]

    async def lead(self, visit: Visit) -> web.StreamResponse:
        """The short address leads to the page behind the gate."""
        raise web.HTTPSeeOther("/review/status")

    async def show(self, visit: Visit) -> web.StreamResponse:
        """The page, or JSON where it is asked for; 503 while something is out of order, for monitors."""
        now = datetime.now(UTC)
        stands = await standing(self.database, now)
        status = 503 if stands.faults else 200
        if "application/json" in visit.request.headers.get("Accept", ""):
            return web.json_response(stands.as_json(), status=status)
        promises = [(one, state_of(one, now)) for one in stands.waiting[:_MOST]]
        shown = {
            "person": visit.who,
            "csrf": visit.csrf,
            "stands": stands,
            "promises": promises,
            "now": now,
        }
        return self.gate.render("status.html", visit.request, shown, status=status)

    async def reload(self, visit: Visit) -> web.StreamResponse:
        """Let every service look at its rules now; a text that is wrong changes nothing and is shown here."""
        await Rulebooks(self.database).call()
        raise web.HTTPSeeOther("/review/status")

    async def acknowledge(self, visit: Visit) -> web.StreamResponse:
        """Take care of an incident: a worker tells everybody who was told of it, as for an /ack note."""
        number = int(visit.request.match_info["incident"])
        payload = {"incident": number, "by": visit.who.name}
        await self.jobs.put(ACKNOWLEDGE, payload)
        raise web.HTTPSeeOther("/review/status")
