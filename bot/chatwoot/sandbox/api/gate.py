"""The way into the API: faults, token, rights, body, answer, and a log of it all."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.chatwoot.sandbox.access import (
    Refusal,
    authenticate,
    authorize,
    not_found,
    server_error,
    unprocessable,
)
from bot.chatwoot.sandbox.api.call import JSON_NULL, Call, Endpoint, Upload
from bot.chatwoot.sandbox.desk import ApiRequest, Desk
from bot.chatwoot.sandbox.faults import Fault, Kind
from bot.chatwoot.sandbox.messages import Invalid
from bot.chatwoot.sandbox.rails import rails_json
from bot.chatwoot.sandbox.records import AgentBot, User

Work = Callable[[User | AgentBot, dict[str, Any]], Awaitable[Any]]


class Gate:
    """Wraps handlers into aiohttp handlers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._recent: deque[float] = deque()

    def wrap(self, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """An aiohttp handler for an endpoint below an account."""

        async def handle(request: web.Request) -> web.StreamResponse:
            async def work(who: User | AgentBot, params: dict[str, Any]) -> Any:
                account_id = request.match_info["account_id"]
                if not account_id.isdecimal() or int(account_id) not in self.desk.tables.accounts:
                    raise not_found()
                authorize(who, int(account_id), endpoint.action, admin=endpoint.admin)
                call = Call(
                    desk=self.desk,
                    who=who,
                    account_id=int(account_id),
                    path=request.match_info,
                    query=request.query,
                    lists=_lists(request),
                    params=params,
                )
                return await endpoint.handler(call)

            return await self.answer(request, work)

        return handle

    async def answer(self, request: web.Request, work: Work) -> web.StreamResponse:
        """Let faults strike, do the work once and answer it."""
        self.desk.under_way += 1
        status: int | None = None
        log: dict[str, Any] = {"token_of": None, "params": {}}
        try:
            fault = self.desk.faults.strike(request.method, request.path)
            if fault is not None and fault.kind is Kind.HANG:
                await self._hang(request)
            body = await self._body(request, work, fault, log)
            if fault is not None and fault.kind is Kind.HANG_AFTER:
                await self._hang(request)
            if fault is not None and fault.kind is Kind.LOSE_ANSWER:
                self._break(request)
            status = body.status
            return body
        finally:
            self.desk.under_way -= 1
            self.desk.requests.append(
                ApiRequest(method=request.method, path=request.path_qs, status=status, **log)
            )
            self.desk.tables.changed()

    async def _body(
        self, request: web.Request, work: Work, fault: Fault | None, log: dict[str, Any]
    ) -> web.Response:
        try:
            if self._too_many() or (fault and fault.kind is Kind.REFUSE and fault.status == 429):
                return web.Response(status=429, text="Retry later\n", content_type="text/plain")
            if fault is not None and fault.kind is Kind.REFUSE:
                raise Refusal(fault.status, {"status": fault.status, "error": "Switched failure"})
            who = authenticate(self.desk.tables, request.headers.get("api_access_token"))
            log["token_of"] = who.name
            log["params"] = await _params(request)
            result = await work(who, log["params"])
        except Refusal as refusal:
            return _json(refusal.body, refusal.status)
        except Invalid as error:
            return _json(unprocessable(str(error)).body, 422)
        if result is None:
            return web.Response(status=200)
        return _json(None if result is JSON_NULL else result, 200)

    def _too_many(self) -> bool:
        if self.desk.rate_limit is None:
            return False
        now = time.monotonic()
        while self._recent and now - self._recent[0] > 60:
            self._recent.popleft()
        self._recent.append(now)
        return len(self._recent) > self.desk.rate_limit

    async def _hang(self, request: web.Request) -> None:
        await self.desk.faults.released.wait()
        self._break(request)

    def _break(self, request: web.Request) -> None:
        if request.transport is not None:
            request.transport.close()
        raise ConnectionResetError("switched failure: the answer is lost")


def _json(body: Any, status: int) -> web.Response:
    return web.Response(
        status=status, body=rails_json(body), content_type="application/json", charset="utf-8"
    )


def _lists(request: web.Request) -> Mapping[str, list[str]]:
    return {
        name.removesuffix("[]"): request.query.getall(name) for name in request.query if name.endswith("[]")
    }


async def _params(request: web.Request) -> dict[str, Any]:
    """The body as Rails' params: JSON, form or multipart; `name[]` becomes a list.

    Raises Refusal 400 for bad JSON and 500 for a NUL, which Postgres refuses.
    """
    if request.content_type == "application/json":
        raw = await request.read()
        try:
            params = json.loads(raw) if raw else {}
        except ValueError as error:
            raise Refusal(400, {"status": 400, "error": "Bad Request"}) from error
        if b"\\u0000" in raw:
            raise server_error()
        return params if isinstance(params, dict) else {"_json": params}
    form: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        item: Any = (
            Upload(value.filename, value.file.read(), value.content_type)
            if isinstance(value, web.FileField)
            else value
        )
        if name.endswith("[]"):
            form.setdefault(name.removesuffix("[]"), []).append(item)
        else:
            form[name] = item
    return form
