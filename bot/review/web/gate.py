"""The one gate of the review pages: who comes in, with what rights, and that a form is our own.

A route names the least role that it asks for; without one it is closed. Cookies must work inside Chatwoot's
iframe, so on another site than Chatwoot's they are `SameSite=None; Secure; Partitioned`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp_jinja2
import structlog
from aiohttp import web

from bot.review.people import BELIEVED, People, Person, Role
from bot.store.sessions import Sessions, Signed
from plugins.errors import BadRequest, ReviewConflict

log = structlog.get_logger()

COOKIE = "hotdash_session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request that came through the gate."""

    request: web.Request
    person: Person | None  #: None on the pages that sign in.
    csrf: str
    form: dict[str, str]

    @property
    def who(self) -> Person:
        """The person, on pages that ask for a role."""
        assert self.person is not None, "the gate let only signed-in people through"
        return self.person


Page = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A route with the least role that it asks for; None lets everybody in."""

    method: str
    path: str
    role: Role | None
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Lets visits through to their pages."""

    sessions: Sessions
    people: People
    chatwoot_url: str
    public_url: str | None

    def route(self, entry: Entry) -> web.RouteDef:
        """The guarded route of an entry."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                response = await self._visit(entry, request)
            except (BadRequest, ReviewConflict) as error:
                status = 409 if isinstance(error, ReviewConflict) else error.status
                draft = error.draft if isinstance(error, ReviewConflict) else 0
                shown = {"text": str(error), "draft": draft, "person": None}
                response = self.render("refused.html", request, shown, status=status)
            if not response.prepared:
                response.headers.update(self.headers)
            return response

        return web.route(entry.method, entry.path, handle)

    @property
    def headers(self) -> dict[str, str]:
        """What every answer carries: nothing but our own files runs, and only Chatwoot may frame it."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.chatwoot_url))
        return {
            "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
            "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            f"frame-ancestors 'self' {origin}",
            "Referrer-Policy": "same-origin",  # no-referrer would make browsers send "Origin: null"
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }

    def render(
        self, template: str, request: web.Request, shown: dict[str, Any], *, status: int = 200
    ) -> web.Response:
        """A page; `shown` is what its template may use."""
        everywhere = {"chatwoot": self.chatwoot_url.rstrip("/"), "csrf": "", **shown}
        return aiohttp_jinja2.render_template(template, request, everywhere, status=status)

    async def sign_in(self, person: Signed, to: str = "/review") -> web.HTTPSeeOther:
        """Give a browser its session; the answer leads on and is to be raised."""
        key = await self.sessions.begin(person)
        log.info("review.signed_in", person=person.id)
        return web.HTTPSeeOther(to, headers={"Set-Cookie": self.cookie(COOKIE, key)})

    def cookie(self, name: str, value: str, *, seconds: int = 12 * 3600) -> str:
        """A Set-Cookie header; by hand, because Python 3.11's cookies know no Partitioned."""
        ours = urlsplit(self.public_url or "")
        same = not ours.hostname or _site(ours.hostname) == _site(urlsplit(self.chatwoot_url).hostname or "")
        kind = "SameSite=Lax" if same else "SameSite=None; Secure; Partitioned"
        secure = "; Secure" if same and ours.scheme == "https" else ""
        return f"{name}={value}; Path=/review; HttpOnly; Max-Age={seconds}; {kind}{secure}"

    async def _visit(self, entry: Entry, request: web.Request) -> web.StreamResponse:
        key = request.cookies.get(COOKIE, "")
        person = await self._person(key) if key else None
        if entry.role is not None and person is None:
            if request.method == "GET":
                raise web.HTTPSeeOther("/review/login")
            raise BadRequest("you are not signed in", status=401)
        if entry.role is not None and person is not None and person.role < entry.role:
            raise BadRequest(f"this needs the role {entry.role.name.lower()}", status=403)
        csrf = hmac.new(key.encode(), b"csrf", hashlib.sha256).hexdigest()
        form: dict[str, str] = {}
        if request.method == "POST":
            form = {name: str(value) for name, value in (await request.post()).items()}
            self._demand_own_form(request, form, csrf if entry.role is not None else None)
        return await entry.page(Visit(request=request, person=person, csrf=csrf, form=form))

    async def _person(self, key: str) -> Person | None:
        session = await self.sessions.session(key, believed=timedelta(seconds=BELIEVED))
        if session is None:
            return None
        if not session.old:
            return Person(id=session.id, name=session.name, email=session.email, role=Role(session.role))
        person = await self.people.find(session.id)
        if person is None:
            await self.sessions.end_all_of(session.id)
            return None
        signed = Signed(id=person.id, name=person.name, email=person.email, role=person.role)
        await self.sessions.checked(key, signed)
        return person

    def _demand_own_form(self, request: web.Request, form: dict[str, str], csrf: str | None) -> None:
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise BadRequest("this form came from another site", status=403)
        origin = request.headers.get("Origin")
        own = {request.host, urlsplit(self.public_url or "").netloc}
        if origin is not None and urlsplit(origin).netloc not in own:
            raise BadRequest("this form came from another site", status=403)
        if csrf is not None and not hmac.compare_digest(form.get("csrf", ""), csrf):
            raise BadRequest("this form is out of date; load the page again", status=403)


def _site(host: str) -> str:
    """The part of a host that makes two addresses one site: the last two labels, an address whole."""
    labels = host.split(".")
    return host if labels[-1].isdigit() else ".".join(labels[-2:])
