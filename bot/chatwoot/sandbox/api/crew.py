"""The people and places of an account: profile, agents, teams, inboxes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.chatwoot.sandbox.access import not_found, unauthorized
from bot.chatwoot.sandbox.api.call import Call, endpoint
from bot.chatwoot.sandbox.api.gate import Gate
from bot.chatwoot.sandbox.records import AgentBot, Inbox, User
from bot.chatwoot.sandbox.setting_views import inbox_view
from bot.chatwoot.sandbox.views import agent_view, bot_view, team_view


def profile(gate: Gate) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """GET /api/v1/profile: who the token belongs to, with all accounts; bots are refused."""

    async def work(who: User | AgentBot, params: dict[str, Any]) -> Any:
        if isinstance(who, AgentBot):
            raise unauthorized("Access to this endpoint is not authorized for bots")
        account = gate.desk.tables.accounts[who.account_id]
        return {
            "access_token": who.access_token,
            "account_id": who.account_id,
            "available_name": who.available_name,
            "avatar_url": "",
            "confirmed": True,
            "display_name": who.available_name,
            "message_signature": None,
            "email": who.email,
            "id": who.id,
            "inviter_id": None,
            "name": who.name,
            "provider": "email",
            "role": who.role,
            "ui_settings": {},
            "uid": who.email,
            "type": None,
            "custom_attributes": {},
            "accounts": [
                {
                    "id": account.id,
                    "name": account.name,
                    "status": "active",
                    "active_at": None,
                    "role": who.role,
                    "permissions": [who.role],
                    "availability": who.availability,
                    "availability_status": who.availability,
                    "auto_offline": True,
                }
            ],
        }

    async def handle(request: web.Request) -> web.StreamResponse:
        return await gate.answer(request, work)

    return handle


@endpoint("GET", "/agents", "agents#index")
async def agents(call: Call) -> Any:
    """All agents and administrators."""
    return [agent_view(user) for user in call.own(call.tables.users)]


@endpoint("GET", "/teams", "teams#index")
async def teams(call: Call) -> Any:
    """All teams."""
    return [team_view(team, call.who) for team in call.own(call.tables.teams)]


@endpoint("GET", "/teams/{id}", "teams#show")
async def team(call: Call) -> Any:
    """One team."""
    return team_view(call.find(call.tables.teams), call.who)


@endpoint("GET", "/teams/{id}/team_members", "team_members#index")
async def team_members(call: Call) -> Any:
    """The agents of a team."""
    members = call.find(call.tables.teams).member_ids
    return [agent_view(user) for user in call.own(call.tables.users) if user.id in members]


@endpoint("GET", "/inboxes", "inboxes#index")
async def inboxes(call: Call) -> Any:
    """The inboxes that the caller may see."""
    return {"payload": [inbox_view(inbox) for inbox in call.own(call.tables.inboxes) if _member(call, inbox)]}


@endpoint("GET", "/inboxes/{id}", "inboxes#show")
async def inbox(call: Call) -> Any:
    """One inbox."""
    return inbox_view(_inbox(call))


@endpoint("GET", "/inboxes/{id}/agent_bot", "inboxes#agent_bot")
async def agent_bot(call: Call) -> Any:
    """The bot connected to an inbox, or {}."""
    bot = call.tables.bots.get(_inbox(call).agent_bot_id or 0)
    return {"agent_bot": bot_view(bot, secret=_admin(call)) if bot else {}}


@endpoint("POST", "/inboxes/{id}/set_agent_bot", "inboxes#set_agent_bot", admin=True)
async def set_agent_bot(call: Call) -> None:
    """Connect a bot, or none; from then on new conversations of the inbox start pending."""
    inbox = _inbox(call)
    number = call.params.get("agent_bot")
    if number is not None and int(number) not in call.tables.bots:
        raise not_found()
    inbox.agent_bot_id = int(number) if number is not None else None
    call.tables.changed()


def _inbox(call: Call) -> Inbox:
    inbox = call.find(call.tables.inboxes)
    if not _member(call, inbox):
        raise unauthorized("You are not authorized to do this action")
    return inbox


def _member(call: Call, inbox: Inbox) -> bool:
    return _admin(call) or call.who.id in inbox.member_ids


def _admin(call: Call) -> bool:
    return isinstance(call.who, User) and call.who.role == "administrator"
