"""Account webhooks: list, make, change, delete. There is no way to reset a secret."""

from __future__ import annotations

from typing import Any

from bot.chatwoot.sandbox.access import invalid_record
from bot.chatwoot.sandbox.api.call import Call, endpoint
from bot.chatwoot.sandbox.events import ACCOUNT_EVENTS
from bot.chatwoot.sandbox.records import Webhook
from bot.chatwoot.sandbox.setting_views import webhook_view
from bot.chatwoot.sandbox.tables import Tables

_WRITABLE = ("url", "name", "subscriptions", "inbox_id")
_DEFAULT = ["conversation_status_changed", "conversation_updated", "conversation_created", "message_created"]


def add_webhook(tables: Tables, account_id: int, columns: dict[str, Any]) -> Webhook:
    """A new webhook. Raises Refusal 422 for unknown events, a bad URL or one that is taken."""
    _check(tables, account_id, None, columns)
    webhook = Webhook(
        id=tables.next_id("webhook"),
        account_id=account_id,
        secret=tables.token(),
        **({"subscriptions": list(_DEFAULT)} | columns),
    )
    tables.webhooks[webhook.id] = webhook
    return webhook


def _check(tables: Tables, account_id: int, own: int | None, columns: dict[str, Any]) -> None:
    if "subscriptions" in columns:
        subscriptions = columns["subscriptions"]
        if not subscriptions or set(subscriptions) - ACCOUNT_EVENTS:
            raise invalid_record("Subscriptions Invalid events", "subscriptions")
    if own is None or "url" in columns:
        url = str(columns.get("url") or "")
        if not url.startswith(("http://", "https://")):
            raise invalid_record("Url is invalid", "url")
        if any(w.url == url and w.account_id == account_id and w.id != own for w in tables.webhooks.values()):
            raise invalid_record("Url has already been taken", "url")


def _columns(call: Call) -> dict[str, Any]:
    body = call.required("webhook") if "webhook" in call.params else call.params
    return {name: body[name] for name in _WRITABLE if name in body}


@endpoint("GET", "/webhooks", "webhooks#index", admin=True)
async def index(call: Call) -> Any:
    """All webhooks with their secrets."""
    return {"payload": {"webhooks": [webhook_view(w) for w in call.own(call.tables.webhooks)]}}


@endpoint("POST", "/webhooks", "webhooks#create", admin=True)
async def create(call: Call) -> Any:
    """A new webhook."""
    webhook = add_webhook(call.tables, call.account_id, _columns(call))
    return {"payload": {"webhook": webhook_view(webhook)}}


@endpoint("PATCH", "/webhooks/{id}", "webhooks#update", admin=True)
async def update(call: Call) -> Any:
    """Change a webhook; the secret stays."""
    webhook = call.find(call.tables.webhooks)
    columns = _columns(call)
    _check(call.tables, call.account_id, webhook.id, columns)
    for name, value in columns.items():
        setattr(webhook, name, value)
    return {"payload": {"webhook": webhook_view(webhook)}}


@endpoint("DELETE", "/webhooks/{id}", "webhooks#destroy", admin=True)
async def delete(call: Call) -> None:
    """Delete a webhook."""
    del call.tables.webhooks[call.find(call.tables.webhooks).id]
