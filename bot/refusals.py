"""One place that turns errors into answers: handlers raise, this middleware says it to the caller."""

from __future__ import annotations

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from plugins.errors import BadRequest, StoreError

log = structlog.get_logger()


@web.middleware
async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer `{"ok": false, "error": …}`: 4xx for what the caller did, 500 for what we could not do.

    500 rather than 503 when the store is down: Chatwoot repeats a webhook on 429 and 500 only.
    """
    try:
        return await handler(request)
    except BadRequest as error:
        log.info("request.refused", path=request.path, status=error.status, reason=str(error))
        return _answer(error.status, str(error))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _answer(error.status, error.reason)
    except StoreError as error:
        log.error("request.not_kept", path=request.path, fault=str(error))
        return _answer(500, "the event could not be stored; send it again")
    except Exception:
        # The last resort: nothing of our inside leaves with the answer, all of it is in the log.
        log.exception("request.failed", path=request.path)
        return _answer(500, "the service failed; the cause is in its log")


def _answer(status: int, text: str) -> web.Response:
    return web.json_response({"ok": False, "error": text}, status=status)
