"""Alerts as signed webhooks, in the form of https://www.standardwebhooks.com.

    webhook://hooks.example.com/alerts#whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw

Several secrets, separated by commas, all sign: so a secret is changed without a gap.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from bot.service_level.notifiers import address as addresses
from bot.service_level.notifiers.calls import post
from plugins import Alert, PluginError, hookimpl

HOTDASH_API = 1


@hookimpl
async def notify(address: str, alert: Alert) -> bool | None:
    """POST `{"type": "alert.trigger", "timestamp": …, "data": {…}}` with the webhook-… headers."""
    parts = addresses.parse(address, "webhook", "webhook+http")
    if parts is None:
        return None
    secrets = [one for one in addresses.secret(parts).split(",") if one]
    if not secrets:
        raise PluginError('a webhook needs a secret that signs: end its address with "#whsec_…"')
    now = datetime.now(UTC)
    # The same alert keeps its id over repetitions, so the receiver can tell them apart from new ones.
    number = f"{alert.key}:{alert.stage}:{int(alert.at.timestamp())}"
    body = json.dumps(
        {
            "type": f"alert.{alert.stage}",
            "timestamp": alert.at.isoformat(),
            "data": {
                "key": alert.key,
                "severity": alert.severity,
                "title": alert.title,
                "text": alert.text,
                "url": alert.url,
                "account_id": alert.account_id,
                "conversation_id": alert.conversation_id,
            },
        },
        ensure_ascii=False,
    )
    try:
        signatures = [Webhook(one).sign(number, now, body) for one in secrets]
    except ValueError:
        raise PluginError('the secret of a webhook must be "whsec_" and base64') from None
    headers = {
        "Content-Type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    await post(addresses.web_url(parts), body.encode(), headers)
    return True
