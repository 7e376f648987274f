"""Whether a webhook really comes from Chatwoot.

Chatwoot signs with HMAC-SHA256 over `timestamp + "." + raw body` and sends the result as
`X-Chatwoot-Signature: sha256=<hex>` beside `X-Chatwoot-Timestamp: <unix seconds>`
(lib/webhooks/trigger.rb, Chatwoot 4.13 and later).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

SIGNATURE = "X-Chatwoot-Signature"
TIMESTAMP = "X-Chatwoot-Timestamp"
DELIVERY = "X-Chatwoot-Delivery"

WINDOW = 300
"""Seconds that a signature may be old or ahead of our clock; what is outside may be a replay."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of the signature header for `body` (raw bytes, exactly as sent) at `timestamp`."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


def fault(
    secrets: Iterable[str], *, signature: str | None, timestamp: str | None, body: bytes, now: float
) -> str | None:
    """What is wrong with a signed request, or None if one of the active secrets made its signature.

    `now` is in unix seconds. All secrets are tried, in constant time each, so that a secret can be
    exchanged without losing what the old one signed.
    """
    if not signature or not timestamp:
        return f"the headers {SIGNATURE} and {TIMESTAMP} are missing"
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return f"{TIMESTAMP} is not a number of seconds"
    if abs(now - int(timestamp)) > WINDOW:
        return f"{TIMESTAMP} is more than {WINDOW} s away from this machine's clock"
    given = signature.encode()
    matches = [hmac.compare_digest(sign(secret, timestamp, body).encode(), given) for secret in secrets]
    return None if any(matches) else f"{SIGNATURE} fits none of the active secrets"
