"""One call to another service over HTTP, and a plain word about what went wrong."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from plugins.errors import PluginError

#: Seconds for each of connecting, sending and the answer.
WITHIN = 10.0


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """POST once, without following redirects. Raises PluginError unless the answer is a 2xx.

    The error names only the host: the rest of an address may be secret.
    """
    try:
        async with httpx.AsyncClient(timeout=WITHIN) as http:
            answer = await http.post(url, content=body, headers=dict(headers))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        host = url.split("/")[2].rpartition("@")[2]
        raise PluginError(f"no answer from {host} ({type(error).__name__})") from None
    if not answer.is_success:
        raise PluginError(f"it answered {answer.status_code}: {' '.join(answer.text[:300].split())}")
