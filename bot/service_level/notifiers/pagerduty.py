"""Alerts as PagerDuty incidents, by the Events API v2.

    pagerduty://R0UT1NGKEY
    pagerduty://R0UT1NGKEY@events.eu.pagerduty.com

https://developer.pagerduty.com/docs/send-alert-event: one incident for each `dedup_key`; `trigger` opens it,
`acknowledge` and `resolve` go on with it.
"""

from __future__ import annotations

import json
from typing import Any

from bot.service_level.notifiers import address as addresses
from bot.service_level.notifiers.calls import post
from plugins import Alert, PluginError, Stage, hookimpl

HOTDASH_API = 1

HOST = "events.pagerduty.com"
PATH = "/v2/enqueue"
_MOST_SUMMARY = 1024  # characters; PagerDuty refuses longer ones
_MOST_KEY = 255


@hookimpl
async def notify(address: str, alert: Alert) -> bool | None:
    """Send one event: the alert's key is the `dedup_key`."""
    parts = addresses.parse(address, "pagerduty", "pagerduty+http")
    if parts is None:
        return None
    # Host names are lower-cased by the parser and routing keys must not be, so both are read from the text.
    key, at, host = parts.netloc.rpartition("@")
    if not at:
        key, host = parts.netloc, HOST
    if not key:
        raise PluginError("the address of a PagerDuty service is pagerduty:// and its routing key")
    event: dict[str, Any] = {
        "routing_key": key,
        "event_action": alert.stage.value,
        "dedup_key": alert.key[:_MOST_KEY],
    }
    if alert.stage is Stage.TRIGGER:
        event["payload"] = {
            "summary": alert.title[:_MOST_SUMMARY],
            "source": "hotdash",
            "severity": alert.severity.value,
            "timestamp": alert.at.isoformat(),
            "custom_details": {"text": alert.text, "conversation": alert.conversation_id},
        }
        if alert.url:
            event["links"] = [{"href": alert.url, "text": "Open in Chatwoot"}]
    body = json.dumps(event).encode()
    await post(addresses.web_url(parts, host=host, path=PATH), body, {"Content-Type": "application/json"})
    return True
