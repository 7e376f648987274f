"""The page in a browser: write as a customer, and see the conversation as an agent does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.chatwoot.sandbox import seed
from bot.chatwoot.sandbox.desk import Desk
from bot.chatwoot.sandbox.examples import EXAMPLES
from bot.chatwoot.sandbox.messages import Invalid
from bot.chatwoot.sandbox.records import STATUSES, Conversation
from bot.chatwoot.sandbox.thread import row_of, thread_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it browsers send forms with the origin "null", and they would be refused.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_LIVE_PAUSE = 0.15  # seconds; a burst of changes reaches the browser as one


class Page:
    """Handlers of the page. Addresses of conversations are those of Chatwoot's own dashboard."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def add_to(self, app: web.Application) -> None:
        """Put templates, static files and routes into an application."""
        aiohttp_jinja2.setup(
            app, loader=jinja2.FileSystemLoader(_HERE / "templates"), undefined=jinja2.StrictUndefined
        )
        app.add_routes(
            [
                web.get("/", self.show),
                web.get("/app/accounts/{account_id}/conversations/{number}", self.show),
                web.post("/page/customers", self.customer_starts),
                web.post("/page/conversations/{number}/messages", self.write),
                web.post("/page/conversations/{number}/status", self.set_status),
                web.get("/page/live", self.live),
                web.get("/rails/active_storage/blobs/redirect/{number}/{name}", self.attachment_moved),
                web.get("/rails/active_storage/disk/{number}/{name}", self.attachment),
                web.static("/page/static", _HERE / "static"),
            ]
        )

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The whole page; the conversation in the address is the one shown, else none."""
        tables = self.desk.tables
        rows = [row_of(tables, c) for c in tables.conversations.values() if c.account_id == seed.ACCOUNT_ID]
        rows.sort(key=lambda row: row.at, reverse=True)
        chosen = self._conversation(request) if "number" in request.match_info else None
        example = request.query.get("example", "0")
        index = int(example) if example.isdecimal() and int(example) < len(EXAMPLES) else 0
        log = self.desk.deliveries.log
        response = aiohttp_jinja2.render_template(
            "page.html",
            request,
            {
                "account": tables.accounts[seed.ACCOUNT_ID].name,
                "rows": rows,
                "thread": thread_of(tables, chosen) if chosen else None,
                "examples": EXAMPLES,
                "example": EXAMPLES[index],
                "account_id": seed.ACCOUNT_ID,
                "delivered": sum(d.delivered for d in log),
                "failed": sum(d.finished and not d.delivered for d in log),
                "connected": any(inbox.agent_bot_id for inbox in tables.inboxes.values()),
            },
        )
        response.headers.update(_HEADERS)
        return response

    async def customer_starts(self, request: web.Request) -> web.StreamResponse:
        """A form: a customer writes in on a channel."""
        form = await self._form(request)
        channel = form.get("channel", "")
        if channel not in seed.INBOXES or not form.get("text", "").strip():
            raise web.HTTPBadRequest(text="Choose a channel and write a message.")
        message = self.desk.customers.write(
            channel,
            form["text"],
            address=form.get("contact") or None,
            name=form.get("name") or None,
            subject=form.get("subject") or None,
        )
        raise web.HTTPSeeOther(_address(message.conversation_id))

    async def write(self, request: web.Request) -> web.StreamResponse:
        """A form below a thread: the customer writes again, the agent answers or leaves a note."""
        conversation, form = self._conversation(request), await self._form(request)
        text = form.get("text", "").strip()
        if text and form.get("as") == "customer":
            inboxes = {number: channel for channel, number in seed.INBOXES.items()}
            self.desk.customers.write(inboxes[conversation.inbox_id], text, conversation=conversation)
        elif text:
            agent = self.desk.tables.users[seed.AGENT_ID]
            try:
                self.desk.messages.answer(conversation, agent, text, private=form.get("as") == "note")
            except Invalid as error:
                raise web.HTTPBadRequest(text=str(error)) from error
        raise web.HTTPSeeOther(_address(conversation.id))

    async def set_status(self, request: web.Request) -> web.StreamResponse:
        """A form above the thread: resolve, reopen or set pending."""
        conversation, form = self._conversation(request), await self._form(request)
        if form.get("status") not in STATUSES:
            raise web.HTTPBadRequest(text="Unknown status.")
        agent = self.desk.tables.users[seed.AGENT_ID]
        self.desk.conversations.set_status(conversation, form["status"], agent)
        raise web.HTTPSeeOther(_address(conversation.id))

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one `change` whenever something happened, for the script to look again."""
        response = web.StreamResponse(headers=_HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n")
        tables = self.desk.tables
        while not self.desk.stopping.is_set():
            seen = tables.version
            await response.write(b"event: change\ndata: \n\n")
            await asyncio.sleep(_LIVE_PAUSE)
            await tables.until(lambda seen=seen: tables.version != seen)  # type: ignore[misc] # defaulted lambda
        return response

    async def attachment_moved(self, request: web.Request) -> web.StreamResponse:
        """Chatwoot's attachment addresses redirect to the storage."""
        raise web.HTTPFound("/rails/active_storage/disk/{number}/{name}".format(**request.match_info))

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        """The bytes of an attachment, always as a download."""
        number = request.match_info["number"]
        found = self.desk.tables.attachments.get(int(number)) if number.isdecimal() else None
        if found is None:
            raise web.HTTPNotFound(text="No such attachment.")
        headers = _HEADERS | {"Content-Disposition": "attachment"}
        return web.Response(body=found.content, content_type=found.content_type, headers=headers)

    def _conversation(self, request: web.Request) -> Conversation:
        number = request.match_info["number"]
        found = self.desk.tables.conversations.get(int(number)) if number.isdecimal() else None
        if found is None:
            raise web.HTTPNotFound(text="No such conversation.")
        return found

    async def _form(self, request: web.Request) -> dict[str, str]:
        """The text fields of a form. Raises 403 when it was sent from another site."""
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="Forms are taken from this page only.")
        form = await request.post()
        return {name: value.replace("\r\n", "\n") for name, value in form.items() if isinstance(value, str)}


def _address(number: int) -> str:
    return f"/app/accounts/{seed.ACCOUNT_ID}/conversations/{number}"
