"""Agents prove who they are with Chatwoot itself: by a token, by a note with a code, or by a link."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from aiohttp import web

from bot.chatwoot.client import Chatwoot
from bot.review.people import People, Person
from bot.review.web.gate import COOKIE, Entry, Gate, Visit
from bot.store.sessions import Sessions, Signed
from plugins.errors import BadRequest, ChatwootError

BROWSER = "hotdash_browser"


def signed(person: Person) -> Signed:
    """A person as a session keeps them."""
    return Signed(id=person.id, name=person.name, email=person.email, role=person.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The pages that sign in and out."""

    gate: Gate
    sessions: Sessions
    people: People
    chatwoot: Chatwoot

    def entries(self) -> list[Entry]:
        """Their routes, open to everybody."""
        pages = (
            ("GET", "/review/login", self.login),
            ("POST", "/review/login/token", self.token),
            ("POST", "/review/login/code", self.code),
            ("POST", "/review/login/paired", self.paired),
            ("GET", "/review/login/link", self.link),
            ("POST", "/review/login/link", self.follow),
            ("POST", "/review/logout", self.logout),
        )
        return [Entry(method=method, path=path, role=None, page=page) for method, path, page in pages]

    async def login(self, visit: Visit) -> web.StreamResponse:
        """The ways to sign in."""
        return self.gate.render("login.html", visit.request, {"person": None, "code": None, "key": None})

    async def token(self, visit: Visit) -> web.StreamResponse:
        """Ask Chatwoot once whose token it is; it is not kept."""
        try:
            number = await self.chatwoot.owner_of(visit.form.get("token", "").strip())
            person = await self.people.find(number) if number is not None else None
        except ChatwootError:
            raise BadRequest("Chatwoot cannot be asked at the moment; try again", status=503) from None
        if person is None:
            raise BadRequest("Chatwoot knows no agent of this account by that token", status=401)
        raise await self.gate.sign_in(signed(person))

    async def code(self, visit: Visit) -> web.StreamResponse:
        """Show a code for `/login`, which belongs to this browser."""
        browser = secrets.token_urlsafe(32)
        code = await self.sessions.offer_code(browser)
        shown = {"person": None, "code": code, "key": None}
        response = self.gate.render("login.html", visit.request, shown)
        response.headers["Set-Cookie"] = self.gate.cookie(BROWSER, browser, seconds=300)
        return response

    async def paired(self, visit: Visit) -> web.StreamResponse:
        """Go in, once the note with the code was written."""
        person = await self.sessions.redeem(browser=visit.request.cookies.get(BROWSER, ""))
        if person is None:
            raise BadRequest("no note with your code has come yet, or it ran out after 5 minutes", status=401)
        raise await self.gate.sign_in(person)

    async def link(self, visit: Visit) -> web.StreamResponse:
        """Ask before the link is used up: mail programs open links too."""
        shown = {"person": None, "code": None, "key": visit.request.query.get("key", "")}
        return self.gate.render("login.html", visit.request, shown)

    async def follow(self, visit: Visit) -> web.StreamResponse:
        """Go in by a link, once."""
        person = await self.sessions.redeem(link=visit.form.get("key", ""))
        if person is None:
            raise BadRequest("this link was used before or ran out; ask for another", status=401)
        raise await self.gate.sign_in(person)

    async def logout(self, visit: Visit) -> web.StreamResponse:
        """Sign this browser out."""
        await self.sessions.end(visit.request.cookies.get(COOKIE, ""))
        gone = self.gate.cookie(COOKIE, "", seconds=0)
        raise web.HTTPSeeOther("/review/login", headers={"Set-Cookie": gone})
