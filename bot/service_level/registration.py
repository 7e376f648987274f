"""The webhook as Chatwoot has it registered: is it ours, and does it tell of everything we need?"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.chatwoot.client import Chatwoot
from plugins.errors import ChatwootForbidden

log = structlog.get_logger()

#: What Chatwoot must tell of (specification §7; edits and deletions come as message_updated).
SUBSCRIPTIONS = (
    "conversation_created",
    "conversation_status_changed",
    "conversation_updated",
    "message_created",
    "message_updated",
)


class Registration:
    """Looks after the account's webhook."""

    def __init__(self, chatwoot: Chatwoot, address: str, *, may_create: bool) -> None:
        """`address` is where Chatwoot must deliver; it may end in a secret.

        `may_create`: a webhook that we register signs with a secret that only Chatwoot knows at first; unless
        its address proves who sends, we could not accept what it sends.
        """
        self._chatwoot = chatwoot
        self._address = address
        self._may_create = may_create

    async def repair(self) -> str | None:
        """Bring the registration in order; what is left for a person to do, or None.

        An agent bot that delivers here instead is not looked at. Raises ChatwootUnavailable.
        """
        try:
            webhooks = await self._chatwoot.webhooks()
            ours = [webhook for webhook in webhooks if webhook.get("url") == self._address]
            if not ours:
                return await self._missing()
            await self._complete(int(ours[0]["id"]), ours[0].get("subscriptions") or [])
        except ChatwootForbidden:
            return (
                "the registration of the webhook cannot be checked: HOTDASH_CHATWOOT_USER_TOKEN is not "
                "an administrator's"
            )
        return None

    async def _missing(self) -> str | None:
        if not self._may_create:
            return (
                "Chatwoot has no webhook for this service: add one in Settings, Integrations, Webhooks, and "
                "put its secret into HOTDASH_WEBHOOK_SECRETS"
            )
        await self._chatwoot.add_webhook(self._address, SUBSCRIPTIONS)
        log.warning("webhook.registered")
        return None

    async def _complete(self, number: int, present: Sequence[str]) -> None:
        lacking = [event for event in SUBSCRIPTIONS if event not in present]
        if lacking:
            await self._chatwoot.subscribe(number, [*present, *lacking])
            log.warning("webhook.subscribed", events=lacking)
