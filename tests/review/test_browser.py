"""The review pages in a real browser: by keyboard and by mouse, wide and narrow, alone and in a frame."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import axe_playwright_python
import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, Frame, Page, async_playwright, expect
from service_at_work import Service, Starter

from bot import app
from bot.ground import ground
from bot.review.desk import Desk
from bot.review.people import Role
from bot.store.sessions import Sessions, Signed

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
CHROMIUM = os.environ.get("HOTDASH_CHROMIUM") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOTS = os.environ.get("REVIEW_SHOTS")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium; set HOTDASH_CHROMIUM")

Opener = Callable[..., Awaitable[Page]]


@pytest.fixture
async def service(start: Starter) -> Service:
    """The service, with time to undo."""
    return await start(undo_seconds=1.5)


@pytest.fixture
async def opened(service: Service) -> AsyncIterator[Opener]:
    """Open a browser that is signed in; faults in its console fail the test."""
    faults: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        async def opener(role: Role = Role.OPERATOR, **context: object) -> Page:
            one: BrowserContext = await browser.new_context(**context)
            page = await one.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: said.type == "error" and faults.append(said.text))
            await page.goto(await link(service, role))
            await page.get_by_role("button", name="Sign in").click()
            await expect(page.get_by_role("heading", name="Drafts that wait")).to_be_visible()
            return page

        yield opener
        await browser.close()
    assert [fault for fault in faults if "409" not in fault] == []


def site(service: Service, host: str = "127.0.0.1") -> str:
    """The address of the service."""
    return f"http://{host}:{service.settings.port}"


async def link(service: Service, role: Role = Role.OPERATOR, host: str = "127.0.0.1") -> str:
    """A link that signs Ines in."""
    person = Signed(id=14, name="Ines Duarte", email="ines@outfitters.example", role=role)
    key = await Sessions(service.database).offer_link(person)
    return f"{site(service, host)}/review/login/link?key={key}"


async def looked_at(page: Page | Frame, name: str) -> None:
    """Axe finds nothing wrong with a page; a picture is kept where REVIEW_SHOTS says."""
    # The page's own policy forbids foreign scripts, so axe comes in by the debugger.
    await page.evaluate(AXE.read_text())
    found = await page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"
    )
    wrong = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]]
    assert wrong == [], name
    if SHOTS and isinstance(page, Page):
        await page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def public(service: Service, conversation: int) -> list[str]:
    """What customers were told."""
    thread = service.sandbox.messages(conversation)
    return [one.content or "" for one in thread if one.message_type == "outgoing" and not one.private]


LOOKS = {
    "wide": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
}


@pytest.mark.parametrize("look", LOOKS)
async def test_a_day_of_reviewing(service: Service, desk: Desk, opened: Opener, look: str) -> None:
    """By keyboard: open, edit, see the changes, approve, undo, approve again, grade."""
    message = await service.asks()
    page = await opened(**LOOKS[look])
    await expect(page.locator(".card")).to_have_count(1)
    await looked_at(page, f"{look}-queue")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Draft #1 for")).to_be_visible()
    await looked_at(page, f"{look}-draft")
    await page.keyboard.press("e")
    await page.keyboard.press("Control+End")
    await page.keyboard.type(" It is not 9 days.")
    await expect(page.locator(".changes ins")).to_contain_text("not 9 days")
    await expect(page.locator("#preview")).to_contain_text("Changed: numbers")
    await looked_at(page, f"{look}-edited")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#state")).to_contain_text("leaves in a moment")
    await page.keyboard.press("u")
    await expect(page.locator("#state")).to_contain_text("It waits for you")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#state")).to_contain_text("Sent by Ines Duarte", timeout=15_000)
    await looked_at(page, f"{look}-sent")
    for name, grade in (("Tone", "5"), ("Accuracy", "4"), ("Policy", "2")):
        await page.get_by_role("group", name=name).get_by_label(grade).check()
    await page.get_by_role("button", name="Grade").click()
    await expect(page.locator("#state")).to_contain_text("Graded")
    grades = "select array[tone_grade, accuracy_grade, policy_grade] from support_approvals"
    assert await service.column(grades) == [[5, 4, 2]]
    card = await desk.reviews.latest(message.conversation_id)
    assert public(service, message.conversation_id) == [f"{card.text} It is not 9 days."]
    width = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width == 0


async def test_rejecting_escalating_and_the_other_pages(service: Service, opened: Opener) -> None:
    """Both forms open by one key; the lists that a manager and an admin see hold what was decided."""
    for channel, contact in (("email", "a@example.com"), ("sms", "+15005550101")):
        await service.asks(channel=channel, contact=contact)
    page = await opened(Role.ADMIN)
    await page.goto(f"{site(service)}/review/drafts/2")
    await expect(page.locator("#preview")).to_contain_text("SMS segment")
    await page.keyboard.press("r")
    await page.get_by_label("Because it").select_option("outdated")
    await page.get_by_role("button", name="Reject").click()
    await expect(page.locator("#state")).to_contain_text("Rejected by Ines Duarte")
    await page.goto(f"{site(service)}/review/drafts/1")
    await page.keyboard.press("x")
    await page.locator("#escalate").get_by_label("Note").fill("wants a manager")
    await page.get_by_role("button", name="Escalate").click()
    await expect(page.locator("#state")).to_contain_text("Escalated by Ines Duarte: wants a manager")
    for path, text in (
        ("log", "rejected: outdated"),
        ("people", "Ines Duarte (admin)"),
        ("search?q=shipping", "#102 sms"),
        ("ungraded", "All that you sent is graded"),
    ):
        await page.goto(f"{site(service)}/review/{path}")
        await expect(page.locator("main")).to_contain_text(text)
        await looked_at(page, f"page-{path.split('?')[0]}")


async def test_shortcuts_can_be_switched_off(service: Service, opened: Opener) -> None:
    """With the switch off, single letters do nothing, also on the next page."""
    await service.asks()
    page = await opened()
    await page.get_by_label("Keyboard shortcuts").uncheck()
    await page.goto(f"{site(service)}/review/drafts/1")
    await page.locator("h1").click()
    await page.keyboard.press("r")
    await expect(page.locator("#reject")).not_to_have_attribute("open", "")


async def test_a_card_arrives_while_typing(service: Service, opened: Opener) -> None:
    """The queue takes in new cards by itself; on a draft's page nothing typed is lost when it goes stale."""
    await service.asks(contact="a@example.com", channel="email")
    queue = await opened()
    await service.asks(contact="b@example.com", channel="email")
    await expect(queue.locator(".card")).to_have_count(2, timeout=15_000)
    page = await queue.context.new_page()
    await page.goto(f"{site(service)}/review/drafts/1")
    await page.locator("#text").fill("My own words")
    number = (await service.column("select conversation from draft_cards where id = 1"))[0]
    await service.sandbox.customer_writes("email", "And to Canada?", conversation=number)
    await expect(page.locator("#state")).to_contain_text("replaced", timeout=15_000)
    await expect(page.locator("#text")).to_have_value("My own words")
    await page.get_by_role("button", name="Approve and send").click()
    await expect(page.get_by_role("alert")).to_contain_text("does not wait any more: it is replaced")
    await looked_at(page, "stale")
    assert public(service, number) == []


async def test_inside_a_frame_on_another_site(service: Service) -> None:
    """As a dashboard app on another site one can sign in, is led to the conversation, and approves."""
    message = await service.asks()
    async with (
        _framed(service, message.conversation_id) as (chatwoot, address),
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page()
        key = (await link(service)).partition("key=")[2]
        await page.goto(chatwoot)
        inside = page.frame_locator("iframe")
        await page.evaluate(f"show('{address}/review/login/link?key={key}')")
        await inside.get_by_role("button", name="Sign in").click()
        await expect(inside.get_by_role("heading", name="Drafts that wait")).to_be_visible()
        await page.evaluate(f"show('{address}/review/embed')")
        await expect(inside.get_by_role("heading", name="Draft #1 for")).to_be_visible()
        await inside.get_by_role("button", name="Approve and send").click()
        await expect(inside.locator("#state")).to_contain_text("by Ines Duarte")
        await browser.close()
    await service.settled()
    assert len(public(service, message.conversation_id)) == 1


@asynccontextmanager
async def _framed(service: Service, conversation: int) -> AsyncIterator[tuple[str, str]]:
    """A page on 127.0.0.1 that frames as Chatwoot does, and the review pages on localhost, another site."""
    told = json.dumps({"event": "appContext", "data": {"conversation": {"id": conversation}}})
    text = f"""<!doctype html><title>Chatwoot</title><iframe width=900 height=900></iframe><script>
      const show = (address) => {{ document.querySelector("iframe").src = address; }};
      window.onmessage = (asked) => asked.data === "chatwoot-dashboard-app:fetch-info"
        && asked.source.postMessage({json.dumps(told)}, "*");</script>"""

    async def outside(request: web.Request) -> web.Response:
        return web.Response(text=text, content_type="text/html")

    chatwoot, pages = web.Application(), web.Application()
    chatwoot.router.add_get("/", outside)
    async with _serving(chatwoot) as outer, ground(service.settings) as on:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        places = {
            "public_url": f"http://localhost:{port}",
            "chatwoot_url": f"http://127.0.0.1:{outer}",
        }
        settings = service.settings.model_copy(update=places)
        async with app.review_site(replace(on, settings=settings)) as site_of_pages:
            site_of_pages.add_to(pages)
            async with _serving(pages, port):
                yield places["chatwoot_url"], places["public_url"]


@asynccontextmanager
async def _serving(application: web.Application, port: int = 0) -> AsyncIterator[int]:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
