"""Who may open which page: every route with every role, and without one."""

from __future__ import annotations

import re

import httpx
import pytest
from service_at_work import Service, Starter

from bot.review.people import Role
from bot.review.web.gate import Gate
from bot.review.web.pages import Pages
from bot.review.web.sign_in import SignIn
from bot.store.sessions import Sessions, Signed

PLACES = {"draft": "1", "verdict": "1", "number": "1", "person": "99"}
OPEN = SignIn(gate=None, sessions=None, people=None, chatwoot=None).entries()


class _Live:
    async def events(self, visit: object) -> None:
        """Stands in for the route's page only; its address and role are what is read."""


CLOSED = Pages(gate=None, desk=None, reviews=None, record=None, sessions=None, live=_Live()).entries()
TABLE = {
    "/review": Role.OPERATOR,
    "/review/embed": Role.OPERATOR,
    "/review/cards": Role.OPERATOR,
    "/review/events": Role.OPERATOR,
    "/review/search": Role.OPERATOR,
    "/review/ungraded": Role.OPERATOR,
    "/review/conversations/1": Role.OPERATOR,
    "/review/drafts/1": Role.OPERATOR,
    "/review/drafts/1/state": Role.OPERATOR,
    "/review/drafts/1/preview": Role.OPERATOR,
    "/review/drafts/1/approve": Role.OPERATOR,
    "/review/drafts/1/reject": Role.OPERATOR,
    "/review/drafts/1/escalate": Role.OPERATOR,
    "/review/verdicts/1/undo": Role.OPERATOR,
    "/review/verdicts/1/grade": Role.OPERATOR,
    "/review/log": Role.MANAGER,
    "/review/people": Role.ADMIN,
    "/review/people/99/sign-out": Role.ADMIN,
}


def address(path: str) -> str:
    """A path with its places filled in."""
    return re.sub(r"\{(\w+):\\d\{1,\d+\}\}", lambda match: PLACES[match[1]], path)


def site(service: Service) -> str:
    """The address of the service."""
    return f"http://127.0.0.1:{service.settings.port}"


async def key_for(service: Service, role: Role) -> str:
    """The session of a person with a role."""
    person = Signed(id=14, name="Ines", email="ines@outfitters.example", role=role)
    return await Sessions(service.database).begin(person)


async def csrf_of(service: Service, key: str) -> str:
    """The mark of a signed-in browser's forms."""
    cookies = {"Cookie": f"hotdash_session={key}"}
    page = await service.http.get(f"{site(service)}/review/drafts/1", headers=cookies)
    return re.search(r'name="csrf" value="(\w+)"', page.text)[1]


def test_the_table_is_complete() -> None:
    """Every closed route stands in the table with its role."""
    assert {address(entry.path): entry.role for entry in CLOSED} == TABLE


async def test_every_route_with_every_role(service: Service) -> None:
    """Nobody and lesser roles are refused everywhere; those who may come in are not."""
    await service.asks()
    for role in (None, *Role):
        key = await key_for(service, role) if role else ""
        headers = {"Cookie": f"hotdash_session={key}"} if key else {}
        csrf = await csrf_of(service, key) if key else ""
        for entry in CLOSED:
            url = site(service) + address(entry.path)
            if entry.path.endswith("/events") and role is not None:
                async with service.http.stream("GET", url, headers=headers) as stream:
                    status = stream.status_code
            elif entry.method == "GET":
                status = (await service.http.get(url, headers=headers)).status_code
            else:
                # A wrong version: what is let in is then refused for that, and changes nothing.
                data = {"csrf": csrf, "version": "x", "reason": "other", "text": "x"}
                status = (await service.http.post(url, headers=headers, data=data)).status_code
            where = f"{entry.method} {entry.path} as {role}"
            if role is None:
                assert status == (303 if entry.method == "GET" else 401), where
            elif role < entry.role:
                assert status == 403, where
            else:
                assert status in (200, 303, 400, 404, 409), where


@pytest.mark.parametrize(
    ("headers", "csrf"),
    [({}, "wrong"), ({"Sec-Fetch-Site": "cross-site"}, None), ({"Origin": "https://evil.example"}, None)],
    ids=["no mark", "another site", "another origin"],
)
async def test_foreign_forms_are_refused(service: Service, headers: dict, csrf: str | None) -> None:
    """A form that is not our own changes nothing."""
    await service.asks()
    key = await key_for(service, Role.OPERATOR)
    data = {"csrf": csrf or await csrf_of(service, key), "reason": "other", "version": "x"}
    answer = await service.http.post(
        f"{site(service)}/review/drafts/1/reject",
        data=data,
        headers={"Cookie": f"hotdash_session={key}", **headers},
    )
    assert answer.status_code == 403
    assert await service.count("verdicts") == 0


async def test_signing_in_with_a_token(service: Service) -> None:
    """Chatwoot says whose token it is; a bot's, another account's and nonsense are refused."""
    url = f"{site(service)}/review/login/token"
    sam = service.sandbox.tables.users[30].access_token
    for wrong in ("", "nonsense", "ü", service.sandbox.bot.access_token, sam):
        assert (await service.http.post(url, data={"token": wrong})).status_code == 401
    answer = await service.http.post(url, data={"token": service.sandbox.admin_token})
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    key = cookie.split(";")[0]
    people = await service.http.get(f"{site(service)}/review/people", headers={"Cookie": key})
    assert "Rosa Lindqvist" in people.text


async def test_signing_in_with_a_note(service: Service) -> None:
    """The code that a browser shows signs that browser in, once, as the agent who writes it."""
    message = await service.asks()
    async with httpx.AsyncClient(base_url=site(service)) as browser, httpx.AsyncClient() as other:
        page = await browser.post("/review/login/code")
        code = re.search(r"/login (\d{6})", page.text)[1]
        assert (await browser.post("/review/login/paired")).status_code == 401
        await service.sandbox.agent_writes(message.conversation_id, f"/login {code}", private=True)
        await service.noted(message.conversation_id, count=3)
        assert (await other.post(f"{site(service)}/review/login/paired")).status_code == 401
        assert (await browser.post("/review/login/paired")).status_code == 303
        assert "Ines Duarte" in (await browser.get("/review")).text
        assert (await browser.post("/review/login/paired")).status_code == 401


async def test_signing_in_with_a_link(service: Service) -> None:
    """A link works once, and only when its page is answered."""
    person = Signed(id=12, name="Rosa", email="rosa@outfitters.example", role=3)
    key = await Sessions(service.database).offer_link(person)
    page = await service.http.get(f"{site(service)}/review/login/link?key={key}")
    assert key in page.text
    url = f"{site(service)}/review/login/link"
    assert (await service.http.post(url, data={"key": key})).status_code == 303
    assert (await service.http.post(url, data={"key": key})).status_code == 401


async def test_signing_out(service: Service) -> None:
    """After signing out the session is worth nothing."""
    key = await key_for(service, Role.ADMIN)
    headers = {"Cookie": f"hotdash_session={key}"}
    assert (await service.http.get(f"{site(service)}/review", headers=headers)).status_code == 200
    await service.http.post(f"{site(service)}/review/logout", headers=headers)
    assert (await service.http.get(f"{site(service)}/review", headers=headers)).status_code == 303


async def test_who_was_removed_loses_access(service: Service) -> None:
    """A session whose person is no agent any more ends at the next hourly check."""
    person = Signed(id=4711, name="Gone", email="gone@outfitters.example", role=3)
    key = await Sessions(service.database).begin(person)
    await service.database.run("update sessions set checked_at = now() - interval '2 hours'")
    headers = {"Cookie": f"hotdash_session={key}"}
    assert (await service.http.get(f"{site(service)}/review", headers=headers)).status_code == 303
    assert await service.count("sessions") == 0


async def test_only_chatwoot_may_frame_it(service: Service) -> None:
    """The answer carries a strict policy that names Chatwoot's origin as the only other frame."""
    page = await service.http.get(f"{site(service)}/review/login")
    policy = page.headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors 'self' {service.sandbox.url}")
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("public", "kind"),
    [
        ("https://drafts.example.com", "SameSite=Lax; Secure"),
        ("https://drafts.other.com", "SameSite=None; Secure; Partitioned"),
        (None, "SameSite=Lax"),
    ],
)
def test_cookies_fit_the_frame(public: str | None, kind: str) -> None:
    """On Chatwoot's own site a cookie is Lax; on another one it is partitioned."""
    gate = Gate(sessions=None, people=None, chatwoot_url="https://chat.example.com", public_url=public)
    assert gate.cookie("name", "value").endswith(kind)


async def test_conflicts_say_the_new_state(start: Starter) -> None:
    """A form for what was decided meanwhile is answered 409 with a way to the new state."""
    service = await start()
    await service.asks()
    key = await key_for(service, Role.OPERATOR)
    answer = await service.http.post(
        f"{site(service)}/review/drafts/1/approve",
        data={"csrf": await csrf_of(service, key), "version": "old", "text": "x"},
        headers={"Cookie": f"hotdash_session={key}"},
    )
    assert answer.status_code == 409
    assert "has changed" in answer.text
    assert "/review/drafts/1" in answer.text
