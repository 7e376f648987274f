"""Where Chatwoot's webhooks arrive: check who sends, keep the event for good, answer in time.

Chatwoot gives up after 5 seconds and repeats only on 429 and 500, so nothing is worked here: the event and
its job are committed together, and the answer says what came of it if the work is quick.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.chatwoot import payloads
from bot.chatwoot.credentials import without_credentials
from bot.chatwoot.signature import DELIVERY, SIGNATURE, TIMESTAMP, fault
from bot.outcomes import Outcomes
from bot.store.events import Events, NewEvent, Outcome
from plugins.errors import BadRequest

PATH = "/api/webhooks/chatwoot"


class Webhook:
    """The endpoint `POST /api/webhooks/chatwoot`, and the same with `/<token>` for unsigned senders."""

    def __init__(
        self,
        events: Events,
        outcomes: Outcomes,
        *,
        account_id: int,
        secrets: Sequence[str] = (),
        token: str | None = None,
        allow_unsigned: bool = False,
    ) -> None:
        """`secrets` sign, all of them count; `token` admits an unsigned sender who knows it.

        `account_id` stands in where an event names no account.
        """
        self._account_id = account_id
        self._events = events
        self._outcomes = outcomes
        self._secrets = tuple(secrets)
        self._token = token
        self._allow_unsigned = allow_unsigned

    def routes(self) -> list[web.RouteDef]:
        """The endpoint's routes."""
        return [web.post(PATH, self.receive), web.post(PATH + "/{token}", self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """Answer 200 once the event is committed; 401, 400 and 413 for what cannot be taken, 500 if not kept.

        The answer is `{"ok": true, "processed": …, "draft_created": …, "conversation_id": …}`; the flags are
        false while the work is still queued.
        """
        body = await request.read()
        self._admit(request, body)
        payload = _object(body)
        about = payloads.envelope(payload)
        kept = await self._events.keep(
            NewEvent(
                event=about.event,
                body=without_credentials(body),
                delivery_id=_delivery(request),
                dedup_key=about.dedup_key,
                account_id=about.account_id or self._account_id,
                conversation_id=about.conversation_id,
                wanted=about.wanted,
            )
        )
        outcome = await self._outcomes.of(kept.id) if about.wanted else Outcome()
        return web.json_response(
            {
                "ok": True,
                "processed": outcome.processed,
                "draft_created": outcome.draft_created,
                "conversation_id": about.conversation_id,
            }
        )

    def _admit(self, request: web.Request, body: bytes) -> None:
        """Raise BadRequest (401) unless the sender proved to be Chatwoot in one of the configured ways."""
        signature = request.headers.get(SIGNATURE)
        if signature is not None and self._secrets:
            timestamp = request.headers.get(TIMESTAMP)
            wrong = fault(self._secrets, signature=signature, timestamp=timestamp, body=body, now=time.time())
            if wrong:
                raise BadRequest(wrong, status=401)
            return
        given = request.match_info.get("token") or request.query.get("token")
        if self._token is not None and given is not None:
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                raise BadRequest("the token in the webhook's address is wrong", status=401)
            return
        if not self._allow_unsigned:
            raise BadRequest(f"the header {SIGNATURE} is missing", status=401)


def _object(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(payload, dict):
        raise BadRequest("the body is not a JSON object")
    return payload


def _delivery(request: web.Request) -> str | None:
    value = request.headers.get(DELIVERY, "")
    return value if 0 < len(value) <= 100 and value.isascii() and value.isprintable() else None
