"""The stand-in's page in a real browser: writing, reading, live changes, and nothing from customers runs."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.chatwoot.sandbox import Sandbox
from bot.chatwoot.sandbox.markdown import html_of

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium without a window."""
    found = os.environ.get("HOTDASH_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine: the page is not looked at")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A tab in which any script error or console error fails the test."""
    page = await browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    assert not problems


@pytest.mark.parametrize("channel", ["Email", "Live chat", "SMS"])
async def test_a_message_as_a_customer(channel: str, sandbox: Sandbox, page: Page) -> None:
    """On each channel a customer's message becomes a conversation that is shown at once."""
    await page.goto(sandbox.url)
    await page.get_by_text(channel, exact=True).first.click()
    address = "+447700900999" if channel == "SMS" else "mia@example.org"
    await page.get_by_label("Address or number").fill(address)
    await expect(page.get_by_label("Subject")).to_be_visible(visible=channel == "Email")
    await page.get_by_label("Message").fill("Where is my parcel?")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".bubble.incoming .words")).to_have_text("Where is my parcel?")
    (conversation,) = sandbox.tables.conversations.values()
    assert page.url.endswith(f"/app/accounts/{sandbox.account_id}/conversations/{conversation.id}")


async def test_a_note_appears_without_a_reload(sandbox: Sandbox, page: Page) -> None:
    """A bot's note, priority and labels show up by themselves, and a half-written text stays."""
    message = await sandbox.customer_writes("chat", "hello")
    conversation = sandbox.conversation(message.conversation_id)
    await page.goto(f"{sandbox.url}/app/accounts/{sandbox.account_id}/conversations/{conversation.id}")
    await page.get_by_placeholder("Write into this conversation").fill("half-written")
    sandbox.desk.messages.post(conversation, sandbox.bot, content="**Draft** [1]", private=True)
    sandbox.desk.conversations.change(conversation, priority="urgent", label_list=["vip"])
    note = page.locator(".bubble.note")
    await expect(note.locator("strong")).to_have_text("Draft")
    await expect(note).to_contain_text("HotDash Assistant")
    await expect(note).to_contain_text("Private note")
    await expect(page.locator(".head .urgent")).to_have_text("urgent priority")
    await expect(page.locator(".head .label")).to_have_text("vip")
    await expect(page.get_by_placeholder("Write into this conversation")).to_have_value("half-written")


async def test_answering_and_resolving(sandbox: Sandbox, page: Page) -> None:
    """An agent's reply, a note and a change of status can be made on the page."""
    message = await sandbox.customer_writes("sms", "hello")
    await page.goto(f"{sandbox.url}/app/accounts/2/conversations/{message.conversation_id}")
    for who, kind in (("Agent's reply", "outgoing"), ("Private note", "note"), ("Customer", "incoming")):
        await page.locator(".reply").get_by_text(who, exact=True).click()
        await page.get_by_placeholder("Write into this conversation").fill(f"by {kind}")
        await page.locator(".reply button").click()
        await expect(page.locator(f".bubble.{kind}").last).to_contain_text(f"by {kind}")
    await page.get_by_role("button", name="Resolve").click()
    await expect(page.locator(".head .status")).to_have_text("resolved")


async def test_nothing_from_a_customer_runs(sandbox: Sandbox, page: Page) -> None:
    """Tags in names, subjects, texts and notes are shown as text."""
    message = await sandbox.customer_writes(
        "email", HOSTILE, subject=HOSTILE, name=HOSTILE, contact="x@y.example"
    )
    await sandbox.agent_writes(
        message.conversation_id, f"> {HOSTILE}\n\n[x](javascript:alert(1))", private=True
    )
    await page.goto(f"{sandbox.url}/app/accounts/2/conversations/{message.conversation_id}")
    await expect(page.locator(".bubble.incoming .words")).to_have_text(HOSTILE)
    assert await page.locator("main :is(script, img, a[href^=javascript])").count() == 0
    assert "taken" not in (await page.title()).replace(HOSTILE, "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 820, 1400])
async def test_it_fits_and_can_be_read(scheme: str, width: int, sandbox: Sandbox, browser: Browser) -> None:
    """Nothing is cut off sideways, and every text has a contrast of at least 4.5 to what is behind it."""
    message = await sandbox.customer_writes("email", "x" * 300, subject="A long word " + "y" * 80)
    conversation = sandbox.conversation(message.conversation_id)
    await sandbox.agent_writes(conversation.id, "| a | b |\n|---|---|\n| 1 | 2 |\n\n`code`", private=True)
    await sandbox.agent_writes(conversation.id, "A **reply**")
    sandbox.desk.conversations.change(conversation, priority="high", label_list=["vip"], team_id=4)
    context = await browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 900}
    )
    page = await context.new_page()
    await page.goto(f"{sandbox.url}/app/accounts/2/conversations/{conversation.id}")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate(_LOW_CONTRAST) == []
    await context.close()


#: Texts whose contrast ratio (WCAG 2.2, 1.4.3) to the nearest opaque background is below 4.5.
_LOW_CONTRAST = """
() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !node.checkVisibility()) continue;
    const a = light(numbers(getComputedStyle(node).color)), b = light(behind(node));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${node.className || node.tagName} ${ratio.toFixed(2)}`);
  }
  return poor;
}
"""


async def test_the_policy_is_strict(sandbox: Sandbox) -> None:
    """The page allows no inline code, no foreign source, no framing, and no form from another site."""
    async with httpx.AsyncClient(base_url=sandbox.url) as client:
        policy = (await client.get("/")).headers["content-security-policy"]
        form = {"channel": "sms", "text": "x"}
        forged = await client.post("/page/customers", data=form, headers={"Origin": "https://evil.example"})
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert forged.status_code == 403
    assert not sandbox.tables.conversations


@pytest.mark.parametrize(
    "text", ["[a](javascript:x)", "![a](http://x/y.png)", "<b onclick=x>", "[a](data:text/html,x)"]
)
def test_markdown_lets_no_code_through(text: str) -> None:
    """Neither scripts in links, nor images, nor tags."""
    assert not re.search(r"<(img|b|script)\b|href=\"(javascript|data)", html_of(text))
