"""Who hears of what happens: the bots concerned at once, the subscribed account webhooks a moment later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.chatwoot.sandbox.deliveries import Deliveries, Delivery
from bot.chatwoot.sandbox.rails import rails_json
from bot.chatwoot.sandbox.records import AgentBot, Conversation, Inbox, Message
from bot.chatwoot.sandbox.tables import Tables

#: What agent bots are told (app/listeners/agent_bot_listener.rb).
BOT_EVENTS = frozenset(
    {
        "message_created",
        "message_updated",
        "conversation_opened",
        "conversation_resolved",
        "conversation_status_changed",
        "conversation_updated",
        "webwidget_triggered",
    }
)
#: `Webhook::ALLOWED_WEBHOOK_EVENTS`: what an account webhook may subscribe to.
ACCOUNT_EVENTS = frozenset(
    {
        "conversation_status_changed",
        "conversation_updated",
        "conversation_created",
        "contact_created",
        "contact_updated",
        "message_created",
        "message_updated",
        "webwidget_triggered",
        "inbox_created",
        "inbox_updated",
        "conversation_typing_on",
        "conversation_typing_off",
    }
)


class Events:
    """Turns an event into deliveries."""

    def __init__(self, tables: Tables, deliveries: Deliveries) -> None:
        self.tables = tables
        self.deliveries = deliveries

    def announce(
        self,
        event: str,
        account_id: int,
        build: Callable[[], dict[str, Any]],
        *,
        conversation: Conversation | None = None,
        inbox: Inbox | None = None,
        message: Message | None = None,
    ) -> None:
        """Tell everybody who is to know; `build` makes the body, `event` included."""
        if event in BOT_EVENTS:
            for bot in self._bots(conversation, inbox):
                delivery = Delivery(
                    event=event,
                    url=bot.outgoing_url,
                    secret=bot.secret,
                    to_bot=True,
                    build=build,
                    # As it stands now; account webhooks see the row as it is when their job runs.
                    body=rails_json(build()),
                    message=message,
                )
                self.deliveries.add(delivery)
        if event in ACCOUNT_EVENTS:
            for webhook in self.tables.webhooks.values():
                if webhook.account_id == account_id and event in webhook.subscriptions:
                    delivery = Delivery(
                        event=event, url=webhook.url, secret=webhook.secret, to_bot=False, build=build
                    )
                    self.deliveries.add(delivery)
        self.tables.changed()

    def _bots(self, conversation: Conversation | None, inbox: Inbox | None) -> list[AgentBot]:
        """The conversation's assigned bot and the inbox's, each once, if they have a URL."""
        numbers = []
        if conversation is not None:
            numbers.append(conversation.assignee_agent_bot_id)
            inbox = self.tables.inboxes[conversation.inbox_id]
        if inbox is not None:
            numbers.append(inbox.agent_bot_id)
        bots = [self.tables.bots[number] for number in dict.fromkeys(numbers) if number is not None]
        return [bot for bot in bots if bot.outgoing_url]
