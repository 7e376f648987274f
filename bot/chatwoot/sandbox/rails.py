"""How Ruby on Rails writes JSON and times, which decides the very bytes that a webhook signature covers."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

# ActiveSupport escapes these by default (escape_html_entities_in_json); signatures cover the escaped form.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def rails_json(value: Any) -> bytes:
    """A JSON-ready value as the bytes that Rails would send: compact, UTF-8, HTML characters escaped."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.translate(_ESCAPES).encode("utf-8", "replace")


def iso(moment: datetime | None) -> str | None:
    """A moment as `2026-06-17T09:20:00.412Z`, or None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def epoch(moment: datetime | None) -> int:
    """A moment as whole Unix seconds; 0 for None, as Chatwoot writes it."""
    return 0 if moment is None else int(moment.timestamp())


def changed_attribute(column: str, before: Any, after: Any) -> dict[str, Any]:
    """One entry of `changed_attributes`: a one-key object."""
    return {column: {"previous_value": _plain(before), "current_value": _plain(after)}}


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else copy.deepcopy(value)
