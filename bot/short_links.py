"""Short links of our own: /s/CODE instead of a carrier's long address, so that an SMS stays one segment.

Only addresses of allowed hosts are shortened, so that our name never leads anywhere else. A click is counted,
and nothing about who clicked. Codes are random, and guessing is slowed down.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from aiohttp import web

from bot.store.short_links import ALPHABET, LENGTH, ShortLinkTable

_ADDRESS = re.compile(r"https://[^\s<>\"]+[^\s<>\".,;:!?)\]'’]")
_CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
#: Programs that look at a link before a person does.
_PROGRAM = re.compile(
    r"bot\b|bot/|crawl|spider|preview|facebookexternalhit|whatsapp|slack|telegram|twitter|discord|skype|curl|wget"
    r"|python|headless",
    re.IGNORECASE,
)
#: Wrong codes that one address may try within a minute.
MISSES = 60
#: Addresses whose misses are remembered; more are cleared together.
REMEMBERED = 10_000


class ShortLinks:
    """Makes short links, and answers those who follow them."""

    def __init__(
        self,
        table: ShortLinkTable,
        *,
        base: str | None,
        hosts: Iterable[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`base` is the address that customers reach us by; without it, or without hosts, nothing is made."""
        self._table = table
        self._base = base.rstrip("/") if base else None
        self._hosts = tuple(host.lower().lstrip(".") for host in hosts)
        self._clock = clock
        self._misses: dict[str, list[float]] = {}

    async def shorten(self, text: str) -> str:
        """The text with a short link for every allowed address that is longer than one."""
        if self._base is None:
            return text
        length = len(self._base) + len("/s/") + LENGTH
        for target in dict.fromkeys(_ADDRESS.findall(text)):
            if len(target) > length and self._allows(target):
                text = text.replace(target, f"{self._base}/s/{await self._table.code_for(target)}")
        return text

    def _allows(self, target: str) -> bool:
        try:
            parts = urlsplit(target)
            host = parts.hostname or ""
        except ValueError:
            return False
        return "@" not in parts.netloc and any(
            host == allowed or host.endswith(f".{allowed}") for allowed in self._hosts
        )

    def routes(self) -> list[web.RouteDef]:
        """The one public route, for GET and HEAD."""
        return [web.get("/s/{code}", self.follow)]

    async def follow(self, request: web.Request) -> web.Response:
        """302 to where a code leads; the same 404 for unknown, expired and odd ones; 429 for who guesses."""
        who = request.remote or ""
        if self._guesses(who):
            return web.Response(status=429, text="Too many requests", headers={"Retry-After": "60"})
        code = request.match_info["code"]
        person = request.method == "GET" and not _PROGRAM.search(request.headers.get("User-Agent", ""))
        target = await self._table.follow(code, counts=person) if _CODE.fullmatch(code) else None
        headers = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
        if target is None:
            self._miss(who)
            return web.Response(status=404, text="This link does not exist or has expired.", headers=headers)
        return web.Response(status=302, headers={**headers, "Location": target})

    def _guesses(self, who: str) -> bool:
        now = self._clock()
        recent = [moment for moment in self._misses.get(who, ()) if now - moment < 60]
        if recent:
            self._misses[who] = recent
        else:
            self._misses.pop(who, None)
        return len(recent) >= MISSES

    def _miss(self, who: str) -> None:
        if len(self._misses) >= REMEMBERED:
            self._misses.clear()
        self._misses.setdefault(who, []).append(self._clock())
