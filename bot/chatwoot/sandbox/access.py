"""Tokens and what they allow an administrator, an agent and an agent bot (facts/chatwoot.md §3.1)."""

from __future__ import annotations

from typing import Any

from bot.chatwoot.sandbox.records import AgentBot, Conversation, User
from bot.chatwoot.sandbox.tables import Tables

#: All that an agent bot's token may call; everything else is 401.
BOT_ACTIONS = frozenset(
    {
        "conversations#show",
        "conversations#create",
        "conversations#update",
        "conversations#toggle_status",
        "conversations#toggle_typing_status",
        "conversations#toggle_priority",
        "conversations#custom_attributes",
        "messages#create",
        "assignments#create",
        "labels#index",
        "labels#create",
    }
)


class Refusal(Exception):
    """An answer other than success: HTTP status and JSON body (or plain text)."""

    def __init__(self, status: int, body: dict[str, Any] | str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


def not_found() -> Refusal:
    """404, as for every record that does not exist."""
    return Refusal(404, {"error": "Resource could not be found"})


def server_error() -> Refusal:
    """500, as Rails answers an exception such as an unknown enum value."""
    return Refusal(500, {"status": 500, "error": "Internal Server Error"})


def unprocessable(text: str) -> Refusal:
    """422 with a plain error, as messages and filters answer."""
    return Refusal(422, {"error": text})


def invalid_record(text: str, *attributes: str) -> Refusal:
    """422 of a record that its validations refuse."""
    return Refusal(422, {"message": text, "attributes": list(attributes)})


def unauthorized(text: str) -> Refusal:
    """401, which Chatwoot also uses for missing rights."""
    return Refusal(401, {"error": text})


def authenticate(tables: Tables, token: str | None) -> User | AgentBot:
    """Whose token this is. Raises Refusal 401."""
    if not token:
        raise Refusal(401, {"errors": ["You need to sign in or sign up before continuing."]})
    holders: list[User | AgentBot] = [*tables.users.values(), *tables.bots.values()]
    for holder in holders:
        if holder.access_token == token:
            return holder
    raise unauthorized("Invalid Access Token")


def authorize(who: User | AgentBot, account_id: int, action: str, *, admin: bool) -> None:
    """Check the account first, then the action. Raises Refusal 401."""
    if isinstance(who, AgentBot):
        if action not in BOT_ACTIONS:
            raise unauthorized("Access to this endpoint is not authorized for bots")
        if who.account_id != account_id:
            raise unauthorized("Bot is not authorized to access this account")
        return
    if who.account_id != account_id:
        raise unauthorized("You are not authorized to access this account")
    if admin and who.role != "administrator":
        raise unauthorized("You are not authorized to do this action")


def may_see(tables: Tables, who: User | AgentBot, conversation: Conversation) -> bool:
    """Administrators and bots see the whole account; an agent sees the inboxes they are a member of."""
    if isinstance(who, User) and who.role != "administrator":
        return who.id in tables.inboxes[conversation.inbox_id].member_ids
    return True
