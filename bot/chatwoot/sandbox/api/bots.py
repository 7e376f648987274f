"""Agent bots: list, make, change, delete, and new secrets."""

from __future__ import annotations

from typing import Any

from bot.chatwoot.sandbox.access import invalid_record
from bot.chatwoot.sandbox.api.call import Call, endpoint
from bot.chatwoot.sandbox.records import AgentBot, User
from bot.chatwoot.sandbox.views import bot_view

_WRITABLE = ("name", "description", "outgoing_url", "bot_config")


def _view(call: Call, bot: AgentBot) -> dict[str, Any]:
    return bot_view(bot, secret=isinstance(call.who, User) and call.who.role == "administrator")


def _columns(call: Call) -> dict[str, Any]:
    """The writable columns of the body. Raises Refusal 422 for a blank name or a URL over 2048 characters."""
    columns = {name: call.params[name] for name in _WRITABLE if name in call.params}
    if "name" in columns and not columns["name"]:
        raise invalid_record("Name can't be blank", "name")
    if len(columns.get("outgoing_url") or "") > 2048:
        raise invalid_record("Outgoing url is too long (maximum is 2048 characters)", "outgoing_url")
    return columns


@endpoint("GET", "/agent_bots", "agent_bots#index")
async def index(call: Call) -> Any:
    """All bots of the account."""
    return [_view(call, bot) for bot in call.own(call.tables.bots)]


@endpoint("GET", "/agent_bots/{id}", "agent_bots#show")
async def show(call: Call) -> Any:
    """One bot."""
    return _view(call, call.find(call.tables.bots))


@endpoint("POST", "/agent_bots", "agent_bots#create", admin=True)
async def create(call: Call) -> Any:
    """A new bot with a token and a secret."""
    columns = {"name": ""} | _columns(call)
    if not columns["name"]:
        raise invalid_record("Name can't be blank", "name")
    bot = AgentBot(
        id=max(call.tables.bots, default=0) + 1,
        account_id=call.account_id,
        access_token=call.tables.token(),
        secret=call.tables.token(),
        **columns,
    )
    call.tables.bots[bot.id] = bot
    return _view(call, bot)


@endpoint("PATCH", "/agent_bots/{id}", "agent_bots#update", admin=True)
async def update(call: Call) -> Any:
    """Change a bot."""
    bot = call.find(call.tables.bots)
    for name, value in _columns(call).items():
        setattr(bot, name, value)
    return _view(call, bot)


@endpoint("DELETE", "/agent_bots/{id}", "agent_bots#destroy", admin=True)
async def delete(call: Call) -> None:
    """Delete a bot; inboxes and conversations lose it."""
    bot = call.find(call.tables.bots)
    for inbox in call.tables.inboxes.values():
        if inbox.agent_bot_id == bot.id:
            inbox.agent_bot_id = None
    for conversation in call.tables.conversations.values():
        if conversation.assignee_agent_bot_id == bot.id:
            conversation.assignee_agent_bot_id = None
    del call.tables.bots[bot.id]


@endpoint("POST", "/agent_bots/{id}/reset_secret", "agent_bots#reset_secret", admin=True)
async def reset_secret(call: Call) -> Any:
    """A new signing secret; the old one is void at once."""
    bot = call.find(call.tables.bots)
    bot.secret = call.tables.token()
    return _view(call, bot)


@endpoint("POST", "/agent_bots/{id}/reset_access_token", "agent_bots#reset_access_token", admin=True)
async def reset_access_token(call: Call) -> Any:
    """A new token; the old one is void at once."""
    bot = call.find(call.tables.bots)
    bot.access_token = call.tables.token()
    return _view(call, bot)
