"""Shopify's Admin GraphQL API: questions in, data out; waits when the shop asks for patience.

Shopify counts the cost of each question against a bucket that refills by the second, and says with every
answer how full it is (shopify.dev/docs/api/usage/limits, "GraphQL Admin API rate limits").
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from plugins.errors import PluginError

#: Tries of one question, the first included.
TRIES = 4
#: Seconds that one answer may take to come.
ANSWER = 5.0
#: Longest pause between two tries, in seconds: a customer's message waits.
LONGEST_PAUSE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The data of an answer and what it cost."""

    data: Mapping[str, Any]
    hidden: tuple[str, ...]  #: Paths that the app may not see, such as "orders.nodes.0.email".
    version: str | None  #: The API version that answered.
    cost: float | None  #: Points of the bucket.


class ShopifyClient:
    """One shop. Give either a `token` of its admin, or the id and secret of a Dev Dashboard app."""

    def __init__(
        self,
        url: str,
        version: str,
        *,
        token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(base_url=url.rstrip("/"), timeout=ANSWER, follow_redirects=False)
        self._path = f"/admin/api/{version}/graphql.json"
        self._token = token
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._renew_at = float("inf") if token else 0.0
        self._renewing = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """Put a question. Raises PluginError when the shop refuses it, or does not answer in four tries."""
        renewed = False
        trouble = "no answer"
        for number in range(1, TRIES + 1):
            pause = random.uniform(0.5, 1.0) * 0.2 * 2**number  # noqa: S311  # jitter is no secret
            try:
                response = await self._http.post(
                    self._path,
                    json={"query": query, "variables": dict(variables or {})},
                    headers={"X-Shopify-Access-Token": await self._valid_token()},
                )
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__}: {error}"
            else:
                if response.status_code == httpx.codes.UNAUTHORIZED and self._expires and not renewed:
                    renewed, self._renew_at = True, 0.0
                    continue
                answer, trouble, asked_pause = _read(response)
                if answer is not None:
                    return answer
                pause = asked_pause if asked_pause is not None else pause
            if number < TRIES:
                await asyncio.sleep(min(pause, LONGEST_PAUSE))
        raise PluginError(f"Shopify did not answer in {TRIES} tries: {trouble}")

    @property
    def _expires(self) -> bool:
        return self._credentials["client_id"] is not None

    async def _valid_token(self) -> str:
        """The token; fetched anew after four fifths of its life (RFC 6749, client credentials)."""
        async with self._renewing:
            if time.monotonic() >= self._renew_at:
                response = await self._http.post(
                    "/admin/oauth/access_token",
                    data={"grant_type": "client_credentials", **self._credentials},
                )
                if response.status_code != httpx.codes.OK:
                    raise PluginError(
                        f"Shopify gave no token ({response.status_code}); check HOTDASH_SHOPIFY_CLIENT_ID, "
                        "HOTDASH_SHOPIFY_CLIENT_SECRET, and that the app is installed in the shop"
                    )
                granted = response.json()
                self._token = str(granted["access_token"])
                self._renew_at = time.monotonic() + 0.8 * float(granted.get("expires_in", 0))
            assert self._token is not None, "a client has a token or the means to get one"
            return self._token


_REFUSED = {
    401: "the token is not valid; set HOTDASH_SHOPIFY_TOKEN anew",
    402: "the shop is frozen for want of payment",
    403: "the app may not do this; check its scopes",
    404: "there is no such shop or API version; check HOTDASH_SHOPIFY_URL and HOTDASH_SHOPIFY_API_VERSION",
    423: "the shop is locked",
}


def _read(response: httpx.Response) -> tuple[Answer | None, str, float | None]:
    """The answer; or what was wrong, worth another try, and the pause that the shop asks for.

    Raises PluginError when another try would be refused, too.
    """
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return None, "too many requests", _seconds(response.headers.get("Retry-After"))
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return None, f"status {status}", None
    if status != httpx.codes.OK:
        raise PluginError(f"Shopify refused ({status}): {_REFUSED.get(status, response.text[:200])}")
    try:
        body = response.json()
        cost = body.get("extensions", {}).get("cost", {})
        errors = body.get("errors") or []
        data = body.get("data")
    except (ValueError, AttributeError):
        return None, "the answer is not Shopify's JSON", None
    codes = {error.get("extensions", {}).get("code") for error in errors}
    if "THROTTLED" in codes:
        return None, "throttled", _until_affordable(cost)
    if codes & {"INTERNAL_SERVER_ERROR", "SHOP_INACTIVE"} and data is None:
        return None, str(errors[0].get("message")), None
    if data is None or codes - {"ACCESS_DENIED"}:
        raise PluginError(
            f"Shopify refused the question: {'; '.join(str(error.get('message')) for error in errors)}"
        )
    hidden = tuple(".".join(map(str, error.get("path", ()))) for error in errors)
    version = response.headers.get("X-Shopify-API-Version")
    return Answer(data=data, hidden=hidden, version=version, cost=cost.get("requestedQueryCost")), "", None


def _until_affordable(cost: Mapping[str, Any]) -> float | None:
    """Seconds until the bucket holds what the question costs."""
    bucket = cost.get("throttleStatus") or {}
    try:
        missing = float(cost["requestedQueryCost"]) - float(bucket["currentlyAvailable"])
        return max(missing / float(bucket["restoreRate"]), 0.05)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def _seconds(header: str | None) -> float | None:
    try:
        return float(header) if header else None
    except ValueError:
        return None
