"""Sandbox: the stand-in Chatwoot as one object to start, write into and ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.chatwoot.sandbox import seed
from bot.chatwoot.sandbox.address_book import AddressBook
from bot.chatwoot.sandbox.api import routes
from bot.chatwoot.sandbox.api.webhooks import add_webhook
from bot.chatwoot.sandbox.conversations import Conversations
from bot.chatwoot.sandbox.customers import Customers
from bot.chatwoot.sandbox.deliveries import Deliveries, Delivery
from bot.chatwoot.sandbox.desk import ApiRequest, Desk
from bot.chatwoot.sandbox.events import Events
from bot.chatwoot.sandbox.faults import Faults
from bot.chatwoot.sandbox.messages import Messages
from bot.chatwoot.sandbox.page import Page
from bot.chatwoot.sandbox.records import AgentBot, Conversation, CsatResponse, Message, User, Webhook
from bot.chatwoot.sandbox.tables import Tables

_BODY_LIMIT = 64 * 1024**2  # bytes; Chatwoot takes attachments of 40 MB


class Sandbox:
    """A Chatwoot 4.15 in memory, served over HTTP at `url` once started.

    Args:
        port: Where to listen; 0 picks a free port.
        host: Address to listen on.
        signed: Whether webhooks are signed and numbered, as since 4.13; False behaves as before.
        retry_pause: Seconds between two attempts of a bot delivery; Chatwoot waits 3.
        webhook_timeout: Seconds to connect, and to wait for an answer, of a webhook receiver.
        rate_limit: API requests per minute before 429; None: unlimited, as Chatwoot treats 127.0.0.1.
        random_seed: Of tokens, ids and random failures, so that a run can be repeated.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        signed: bool = True,
        retry_pause: float = 3.0,
        webhook_timeout: float = 5.0,
        rate_limit: int | None = None,
        random_seed: int = 7,
    ) -> None:
        self.host = host
        self.port = port
        self.tables = Tables(random_seed)
        self.faults = Faults(random_seed)
        seed.plant(self.tables)
        deliveries = Deliveries(
            self.faults,
            signed=signed,
            retry_pause=retry_pause,
            timeout=webhook_timeout,
            on_change=self.tables.changed,
            on_bot_failure=self._bot_failed,
        )
        events = Events(self.tables, deliveries)
        conversations = Conversations(self.tables, events)
        address_book = AddressBook(self.tables, events)
        messages = Messages(self.tables, events, conversations, address_book)
        self.desk = Desk(
            tables=self.tables,
            faults=self.faults,
            deliveries=deliveries,
            conversations=conversations,
            messages=messages,
            customers=Customers(self.tables, address_book, conversations, messages),
            address_book=address_book,
            rate_limit=rate_limit,
        )
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen; afterwards `url` and `port` are those that were bound."""
        app = web.Application(client_max_size=_BODY_LIMIT)
        app.add_routes(routes(self.desk))
        Page(self.desk).add_to(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.tables.base_url = self.url
        await self.desk.deliveries.start()

    async def stop(self) -> None:
        """Let hanging requests go, give up deliveries, close the port."""
        self.faults.clear()
        self.desk.stopping.set()
        self.tables.changed()
        await self.desk.deliveries.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Base URL, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @property
    def account_id(self) -> int:
        """The shop's account."""
        return seed.ACCOUNT_ID

    @property
    def administrator(self) -> User:
        """Rosa, an administrator."""
        return self.tables.users[seed.ADMINISTRATOR_ID]

    @property
    def agent(self) -> User:
        """Ines, an agent of every inbox."""
        return self.tables.users[seed.AGENT_ID]

    @property
    def admin_token(self) -> str:
        """The administrator's API token."""
        return self.administrator.access_token

    @property
    def agent_token(self) -> str:
        """The agent's API token."""
        return self.agent.access_token

    @property
    def bot(self) -> AgentBot:
        """The account's bot: id, name, access_token, secret."""
        return self.tables.bots[seed.BOT_ID]

    @property
    def requests(self) -> list[ApiRequest]:
        """Every API call so far, in the order in which they were answered."""
        return self.desk.requests

    @property
    def deliveries(self) -> list[Delivery]:
        """Every webhook delivery so far, with its attempts."""
        return self.desk.deliveries.log

    def add_webhook(self, url: str, subscriptions: Sequence[str]) -> Webhook:
        """Register an account webhook; its `secret` signs. Raises Refusal for an unknown event or bad URL."""
        return add_webhook(self.tables, self.account_id, {"url": url, "subscriptions": list(subscriptions)})

    def connect_bot(self, url: str, inbox_ids: Sequence[int] = ()) -> AgentBot:
        """Give the bot its URL and connect it to inboxes, whose new conversations then start pending."""
        self.bot.outgoing_url = url
        for number in inbox_ids:
            self.tables.inboxes[number].agent_bot_id = self.bot.id
        return self.bot

    async def customer_writes(
        self,
        channel: str,
        text: str | None,
        *,
        contact: str | None = None,
        name: str | None = None,
        conversation: int | None = None,
        subject: str | None = None,
        attachments: Sequence[tuple[str, bytes, str]] = (),
        reply: str | None = None,
        automatic: bool = False,
        **columns: Any,
    ) -> Message:
        """A customer writes; contact, conversation and webhook deliveries follow as in Chatwoot.

        Args:
            channel: email, chat, sms or api.
            text: The body; None with attachments only.
            contact: Their e-mail address, or number for SMS; somebody by default.
            name: Of a new contact.
            conversation: Where it belongs; by default mail starts a new one, chat continues the last, SMS
                the last that is not resolved.
            subject: Of a new mail.
            attachments: (file name, bytes, MIME type) each.
            reply: A mail's text without quoted history; cut out of `text` by default.
            automatic: An auto-responder wrote the mail.
            columns: Any other column of the message; `content_attributes` are merged.
        """
        files = [self.desk.messages.attachment(name, content, kind) for name, content, kind in attachments]
        return self.desk.customers.write(
            channel,
            text,
            address=contact,
            name=name,
            conversation=self.conversation(conversation) if conversation is not None else None,
            subject=subject,
            attachments=files,
            reply=reply,
            automatic=automatic,
            **columns,
        )

    async def agent_writes(self, conversation_id: int, text: str, *, private: bool = False) -> Message:
        """The agent answers or leaves a private note; they have then seen the conversation."""
        return self.desk.messages.answer(
            self.conversation(conversation_id), self.agent, text, private=private
        )

    async def customer_types(self, conversation_id: int, *, on: bool = True) -> None:
        """The customer starts or stops typing."""
        self.desk.customers.type(self.conversation(conversation_id), on=on)

    async def customer_opens_chat(self) -> None:
        """A visitor opens the live chat without writing."""
        self.desk.customers.open_chat()

    async def customer_rates(
        self, conversation_id: int, rating: int, feedback: str | None = None
    ) -> CsatResponse:
        """The customer is sent the satisfaction survey and answers it with 1–5 and a word why."""
        survey = self.desk.messages.send_survey(self.conversation(conversation_id))
        return self.desk.messages.answer_survey(survey, rating, feedback)

    def conversation(self, number: int) -> Conversation:
        """A conversation by the number that agents see."""
        return self.tables.conversations[number]

    def messages(self, conversation_id: int) -> list[Message]:
        """Everything in a conversation's thread, in order."""
        return self.tables.thread(conversation_id)

    def notes(self, conversation_id: int) -> list[Message]:
        """The private notes of a conversation."""
        return [message for message in self.messages(conversation_id) if message.private]

    async def idle(self, timeout: float = 10) -> None:
        """Return when no delivery, reply or API request is under way. Raises TimeoutError."""
        await self.wait_for(lambda: self.desk.idle, timeout)

    async def wait_for(self, predicate: Callable[[], bool], timeout: float = 10) -> None:
        """Return as soon as the predicate holds; asked again at every change. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            await self.tables.until(predicate)

    def _bot_failed(self, message: Message) -> None:
        self.desk.conversations.bot_failed(message)
