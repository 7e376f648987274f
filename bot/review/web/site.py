"""Builds the review pages and adds them to the web service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.chatwoot.client import Chatwoot
from bot.review.desk import Desk
from bot.review.people import People
from bot.review.web.gate import Entry, Gate
from bot.review.web.live import Live
from bot.review.web.pages import Pages
from bot.review.web.sign_in import SignIn
from bot.review.web.status import Status
from bot.store.database import Database
from bot.store.jobs import Jobs
from bot.store.record import Record
from bot.store.reviews import Reviews
from bot.store.sessions import Sessions
from plugins.channels import Channels

_HERE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The review pages."""

    gate: Gate
    entries: tuple[Entry, ...]
    live: Live

    def add_to(self, app: web.Application) -> None:
        """Serve the pages, their scripts and styles."""
        environment = aiohttp_jinja2.setup(app, loader=jinja2.FileSystemLoader(_HERE / "templates"))
        environment.filters.update(due=due, clock=clock)
        app.add_routes(self.gate.route(entry) for entry in self.entries)
        app.on_shutdown.append(self._end_streams)
        app.router.add_static("/review/static", _HERE / "static")

    async def _end_streams(self, app: web.Application) -> None:
        await self.live.close()


def site(
    database: Database,
    jobs: Jobs,
    channels: Channels,
    chatwoot: Chatwoot,
    people: People,
    *,
    chatwoot_url: str,
    public_url: str | None,
    undo_for: timedelta,
) -> Site:
    """The pages, with the watcher that keeps them up to date."""
    reviews, sessions = Reviews(database), Sessions(database)
    gate = Gate(sessions=sessions, people=people, chatwoot_url=chatwoot_url, public_url=public_url)
    desk = Desk(database=database, reviews=reviews, jobs=jobs, channels=channels, undo_for=undo_for)
    live = Live(reviews, gate)
    pages = Pages(
        gate=gate, desk=desk, reviews=reviews, record=Record(database), sessions=sessions, live=live
    )
    sign_in = SignIn(gate=gate, sessions=sessions, people=people, chatwoot=chatwoot)
    status = Status(gate=gate, database=database, jobs=jobs)
    return Site(gate=gate, entries=(*sign_in.entries(), *pages.entries(), *status.entries()), live=live)


def due(moment: datetime, now: datetime) -> str:
    """How far away a moment is, such as "in 12 min" or "2 h late"."""
    minutes = (moment - now).total_seconds() / 60
    size = abs(minutes)
    text = f"{size:.0f} min" if size < 90 else f"{size / 60:.0f} h" if size < 2880 else f"{size / 1440:.0f} d"
    return f"in {text}" if minutes >= 0 else f"{text} late"


def clock(moment: datetime) -> str:
    """A moment for people, such as 24 Nov 14:05 UTC."""
    return f"{moment:%-d %b %H:%M} UTC"
