"""What we ask of Chatwoot: notes, labels, priority, team, status; and reading back what is there.

The bot's token does what a bot may do; a user's token does the rest (facts: AccessTokenAuthHelper's
whitelist). Questions and settings are repeated after a fault; a post never is, because Chatwoot would post
it twice: `bot/posts.py` looks first whether it arrived.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import structlog

from bot.chatwoot.liquid import neutral
from bot.chatwoot.payloads import MARKER
from plugins.errors import ChatwootForbidden, ChatwootRefused, ChatwootUnavailable
from plugins.model import Conversation, Priority

#: Whose token a call is made with.
Speaker = Literal["bot", "user"]

_ATTEMPTS = 4
_FIRST_PAUSE = 0.25  # seconds; doubled each time, with jitter
_TRANSIENT = frozenset({429, 500, 502, 503, 504})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rights:
    """The tokens that we hold, by whose they are; a missing one is None."""

    bot: str
    user: str | None = None


class Chatwoot:
    """One account of one Chatwoot, over HTTP.

    Every method raises ChatwootUnavailable (another try later may help), ChatwootForbidden (a token lacks
    the right) or ChatwootRefused (the request is wrong, or its conversation is gone).
    """

    def __init__(self, url: str, *, account_id: int, rights: Rights, timeout: float = 10.0) -> None:
        """`url` is Chatwoot's address; `timeout` is in seconds, for each of connect, read and write."""
        self._rights = rights
        self._account_id = account_id
        self._profile = f"{url.rstrip('/')}/api/v1/profile"
        self._teams: dict[str, int] = {}
        self._http = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/api/v1/accounts/{account_id}/",
            timeout=timeout,
            headers={"Accept": "application/json"},
        )

    @property
    def reads_back(self) -> bool:
        """True if messages can be listed: a bot's token cannot do that."""
        return self._rights.user is not None

    @property
    def _reader(self) -> Speaker:
        """Whose token reads labels: a bot's may since Chatwoot 4.14.2 only."""
        return "user" if self.reads_back else "bot"

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def post(
        self, conversation_id: int, content: str, *, private: bool, marker: str, by: Speaker = "bot"
    ) -> int:
        """Post once, and return the message's id. After ChatwootUnavailable it may be there.

        What is posted `by` a user counts as a person's answer in Chatwoot's reports; a bot's does not.
        """
        answer = await self._call(
            "POST",
            f"conversations/{conversation_id}/messages",
            json={
                "content": neutral(content),
                "private": private,
                "message_type": "outgoing",
                "content_attributes": {MARKER: marker},
            },
            by=by,
            repeat=False,
        )
        number = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(number, int):
            raise ChatwootUnavailable("Chatwoot answered a post without the message's id")
        return number

    async def messages(self, conversation_id: int, *, after: int = 0) -> list[dict[str, Any]]:
        """The messages with a higher id than `after`, oldest first, as the API gives them (user token)."""
        found: list[dict[str, Any]] = []
        while True:
            answer = await self._call(
                "GET",
                f"conversations/{conversation_id}/messages",
                params={"after": after},
                by="user",
            )
            page = answer.get("payload", [])
            found += page
            if len(page) < 100:  # Chatwoot's page size with `after`
                return found
            after = page[-1]["id"]

    async def find_post(self, conversation_id: int, marker: str, *, after: int = 0) -> int | None:
        """The id of our post with `marker`, or None if it never arrived (user token)."""
        for message in await self.messages(conversation_id, after=after):
            attributes = message.get("content_attributes") or {}
            if attributes.get(MARKER) == marker:
                return int(message["id"])
        return None

    async def delete_message(self, conversation_id: int, message_id: int) -> None:
        """Take a message back: Chatwoot puts "This message was deleted" in its place (user token)."""
        path = f"conversations/{conversation_id}/messages/{message_id}"
        await self._call("DELETE", path, by="user")

    async def add_labels(self, conversation_id: int, labels: Iterable[str]) -> None:
        """Add labels to those that are there; Chatwoot's own call replaces the whole list."""
        path = f"conversations/{conversation_id}/labels"
        present: list[str] = (await self._call("GET", path, by=self._reader)).get("payload", [])
        wanted = [*present, *(label for label in labels if label not in present)]
        if wanted != present:
            await self._call("POST", path, json={"labels": wanted}, by=self._reader)

    async def merge_attributes(self, conversation: Conversation, attributes: Mapping[str, Any]) -> None:
        """Set custom attributes beside those that are there; Chatwoot's own call replaces all of them."""
        present = conversation.attributes
        if self.reads_back:
            # Not with the bot's token: this question then answers 500 for a conversation with a team
            # (until PR #15612), and the attributes that came with the event have to do.
            shown = await self._call("GET", f"conversations/{conversation.id}", by="user")
            present = shown.get("custom_attributes") or {}
        wanted = {**present, **attributes}
        if wanted != present:
            path = f"conversations/{conversation.id}/custom_attributes"
            await self._call("POST", path, json={"custom_attributes": wanted})

    async def set_priority(self, conversation_id: int, priority: Priority) -> None:
        """Set Chatwoot's priority: urgent, high, medium or low."""
        path = f"conversations/{conversation_id}/toggle_priority"
        await self._call("POST", path, json={"priority": priority.in_chatwoot})

    async def note_contact(self, contact_id: int, attributes: Mapping[str, Any]) -> None:
        """Set custom attributes of a contact; Chatwoot keeps its others (user token)."""
        await self._call("PUT", f"contacts/{contact_id}", json={"custom_attributes": attributes}, by="user")

    async def show_typing(self, conversation_id: int, *, on: bool) -> None:
        """Show the customer that an answer is being written, or no longer."""
        path = f"conversations/{conversation_id}/toggle_typing_status"
        await self._call("POST", path, json={"typing_status": "on" if on else "off"}, repeat=False)

    async def open(self, conversation_id: int) -> None:
        """Hand a pending conversation over to the agents."""
        path = f"conversations/{conversation_id}/toggle_status"
        await self._call("POST", path, json={"status": "open"})

    async def assign_team(self, conversation_id: int, team: str) -> bool:
        """Give the conversation to the team of that name; False if there is no such team (user token)."""
        key = team.casefold()
        if key not in self._teams:
            answer = await self._call("GET", "teams", by="user")
            self._teams = {str(row["name"]).casefold(): int(row["id"]) for row in answer}
        if key not in self._teams:
            return False
        path = f"conversations/{conversation_id}/assignments"
        await self._call("POST", path, json={"team_id": self._teams[key]})
        return True

    async def owner_of(self, token: str) -> int | None:
        """The user whose access token this is, if they belong to the account; the token is not kept.

        Raises ChatwootUnavailable.
        """
        if not token.isascii() or not token.isprintable():
            return None
        try:
            answer = await self._http.get(self._profile, headers={"api_access_token": token})
        except httpx.TransportError as error:
            raise ChatwootUnavailable(f"GET profile: no answer ({type(error).__name__})") from error
        if answer.status_code in _TRANSIENT:
            raise ChatwootUnavailable(f"GET profile: {answer.status_code}", status=answer.status_code)
        profile = answer.json() if answer.is_success else {}
        accounts = {account["id"] for account in profile.get("accounts", [])}
        return int(profile["id"]) if self._account_id in accounts else None

    async def agents(self) -> list[dict[str, Any]]:
        """The agents and administrators of the account (user token)."""
        found: list[dict[str, Any]] = await self._call("GET", "agents", by="user")
        return found

    async def inbox(self, inbox_id: int) -> dict[str, Any]:
        """An inbox with its working hours and out-of-office text (user token)."""
        shown: dict[str, Any] = await self._call("GET", f"inboxes/{inbox_id}", by="user")
        return shown

    async def changed_conversations(self, within: int) -> list[dict[str, Any]]:
        """The conversations that changed in the last so many seconds, as the API gives them (user token)."""
        params = {"status": "all", "assignee_type": "all", "updated_within": within}
        answer = await self._call("GET", "conversations", params=params, by="user")
        found: list[dict[str, Any]] = answer.get("data", {}).get("payload", [])
        return found

    async def webhooks(self) -> list[dict[str, Any]]:
        """The webhooks of the account (an administrator's token)."""
        answer = await self._call("GET", "webhooks", by="user")
        found: list[dict[str, Any]] = answer.get("payload", {}).get("webhooks", [])
        return found

    async def add_webhook(self, url: str, subscriptions: Sequence[str]) -> None:
        """Let Chatwoot tell an address of these events (an administrator's token)."""
        webhook = {"webhook": {"url": url, "subscriptions": list(subscriptions)}}
        await self._call("POST", "webhooks", json=webhook, by="user", repeat=False)

    async def subscribe(self, webhook_id: int, subscriptions: Sequence[str]) -> None:
        """Let a webhook tell of these events (an administrator's token)."""
        change = {"webhook": {"subscriptions": list(subscriptions)}}
        await self._call("PATCH", f"webhooks/{webhook_id}", json=change, by="user")

    async def _call(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        by: Speaker = "bot",
        repeat: bool = True,
    ) -> Any:
        secret = self._rights.bot if by == "bot" else self._rights.user
        if secret is None:
            raise ChatwootForbidden(
                f"{method} {path} needs a user's token: set HOTDASH_CHATWOOT_USER_TOKEN; a bot may not do it"
            )
        pause = _FIRST_PAUSE
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = await self._http.request(
                    method, path, json=json, params=params, headers={"api_access_token": secret}
                )
                return _content(answer, f"{method} {path}", by)
            except (httpx.TransportError, ChatwootUnavailable) as error:
                if not repeat or attempt == _ATTEMPTS:
                    if isinstance(error, ChatwootUnavailable):
                        raise
                    fault = type(error).__name__
                    raise ChatwootUnavailable(
                        f"{method} {path}: no answer from Chatwoot ({fault})"
                    ) from error
                log.info("chatwoot.again", call=f"{method} {path}", attempt=attempt, fault=str(error))
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
            pause *= 2
        raise AssertionError("unreachable: the last attempt returns or raises")


def _content(answer: httpx.Response, call: str, by: Speaker) -> Any:
    """The JSON of a good answer; else the error that fits, with what Chatwoot said."""
    status = answer.status_code
    if status < 400:
        try:
            return answer.json() if answer.content.strip() else {}
        except ValueError:
            raise ChatwootUnavailable(f"{call}: Chatwoot answered {status} without JSON") from None
    said = answer.text.strip()[:300]
    if status in _TRANSIENT:
        raise ChatwootUnavailable(f"{call}: Chatwoot answered {status}: {said}", status=status)
    if status in (401, 403):
        variable = f"HOTDASH_CHATWOOT_{by.upper()}_TOKEN"
        raise ChatwootForbidden(
            f"{call}: the {by}'s token ({variable}) may not do this: {said}", status=status
        )
    raise ChatwootRefused(f"{call}: Chatwoot answered {status}: {said}", status=status)
