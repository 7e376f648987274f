"""Lists of conversations: the agents' list, its filters and the counts above it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.chatwoot.sandbox.access import may_see, unprocessable
from bot.chatwoot.sandbox.api.call import Call, endpoint
from bot.chatwoot.sandbox.records import Conversation
from bot.chatwoot.sandbox.views import conversation_view

PER_PAGE = 25

_COLUMNS: dict[str, Callable[[Conversation], Any]] = {
    "status": lambda c: c.status,
    "priority": lambda c: c.priority,
    "assignee_id": lambda c: c.assignee_id,
    "inbox_id": lambda c: c.inbox_id,
    "team_id": lambda c: c.team_id,
    "contact_id": lambda c: c.contact_id,
    "display_id": lambda c: c.id,
    "labels": lambda c: c.label_list,
    "mail_subject": lambda c: c.additional_attributes.get("mail_subject"),
    "browser_language": lambda c: c.additional_attributes.get("browser_language"),
    "conversation_language": lambda c: c.additional_attributes.get("conversation_language"),
    "referer": lambda c: c.additional_attributes.get("referer"),
}


@endpoint("GET", "/conversations", "conversations#index")
async def index(call: Call) -> Any:
    """25 a page by last activity; open ones unless told otherwise; `updated_within` gives all, unpaged."""
    found = _matching(call)
    shown = [c for c in found if _assigned_as(call, c, call.query.get("assignee_type", "all"))]
    shown.sort(key=lambda c: c.last_activity_at, reverse=True)
    if not call.query.get("updated_within"):
        shown = shown[(call.page - 1) * PER_PAGE : call.page * PER_PAGE]
    payload = [conversation_view(call.tables, c, call.who) for c in shown]
    return {"data": {"meta": _counts(call, found), "payload": payload}}


@endpoint("GET", "/conversations/meta", "conversations#meta")
async def meta(call: Call) -> Any:
    """The counts alone."""
    return {"meta": _counts(call, _matching(call))}


@endpoint("POST", "/conversations/filter", "conversations#filter")
async def filtered(call: Call) -> Any:
    """Conversations for which the chain of conditions holds, left to right."""
    conditions = call.params.get("payload") or []
    found = [c for c in _visible(call) if _holds(c, conditions)]
    found.sort(key=lambda c: c.last_activity_at, reverse=True)
    counts = _counts(call, found)
    del counts["assigned_count"]
    shown = found[(call.page - 1) * PER_PAGE : call.page * PER_PAGE]
    return {"meta": counts, "payload": [conversation_view(call.tables, c, call.who) for c in shown]}


def _visible(call: Call) -> list[Conversation]:
    return [c for c in call.own(call.tables.conversations) if may_see(call.tables, call.who, c)]


def _matching(call: Call) -> list[Conversation]:
    query = call.query
    found = _visible(call)
    status = query.get("status", "open")
    if status != "all":
        found = [c for c in found if c.status == status]
    for name in ("inbox_id", "team_id"):
        if number := query.get(name):
            found = [c for c in found if str(getattr(c, name)) == number]
    if labels := call.lists.get("labels"):
        found = [c for c in found if set(labels) & set(c.label_list)]
    if within := query.get("updated_within"):
        oldest = call.tables.now() - timedelta(seconds=int(within))
        found = [c for c in found if c.updated_at >= oldest]
    if query.get("conversation_type") == "unattended":
        found = [c for c in found if c.first_reply_created_at is None or c.waiting_since is not None]
    if words := query.get("q"):
        texts = {c.id: [m.content or "" for m in call.tables.thread(c.id)] for c in found}
        found = [c for c in found if any(words.casefold() in text.casefold() for text in texts[c.id])]
    return found


def _assigned_as(call: Call, conversation: Conversation, kind: str) -> bool:
    assignee = conversation.assignee_id
    return {
        "me": assignee == call.who.id,
        "unassigned": assignee is None,
        "assigned": assignee is not None,
    }.get(kind, True)


def _counts(call: Call, found: list[Conversation]) -> dict[str, int]:
    mine, assigned, unassigned = (
        sum(_assigned_as(call, c, kind) for c in found) for kind in ("me", "assigned", "unassigned")
    )
    return {
        "mine_count": mine,
        "assigned_count": assigned,
        "unassigned_count": unassigned,
        "all_count": len(found),
    }


def _holds(conversation: Conversation, conditions: list[dict[str, Any]]) -> bool:
    result, joined_by = True, "AND"
    for condition in conditions:
        holds = _one_holds(conversation, condition)
        result = (result and holds) if joined_by == "AND" else (result or holds)
        joined_by = str(condition.get("query_operator") or "AND").upper()
    return result


def _one_holds(conversation: Conversation, condition: dict[str, Any]) -> bool:
    """Raises Refusal 422 for an unknown attribute or operator."""
    key = str(condition.get("attribute_key"))
    if key in _COLUMNS:
        value = _COLUMNS[key](conversation)
    elif key in conversation.custom_attributes or condition.get("custom_attribute_type") is not None:
        value = conversation.custom_attributes.get(key)
    else:
        allowed = ",".join(_COLUMNS)
        raise unprocessable(f"Invalid attribute key - [{key}]. The key should be one of [{allowed}]")
    own = {str(v) for v in (value if isinstance(value, list) else [value]) if v is not None}
    wanted = {str(v) for v in condition.get("values") or []}
    operator = str(condition.get("filter_operator"))
    if operator == "equal_to":
        return "all" in wanted if key == "status" and "all" in wanted else bool(own & wanted)
    if operator == "not_equal_to":
        return not own & wanted
    if operator in ("contains", "does_not_contain"):
        contained = any(w.casefold() in o.casefold() for w in wanted for o in own)
        return contained is (operator == "contains")
    if operator in ("is_present", "is_not_present"):
        return bool(own) is (operator == "is_present")
    raise unprocessable(
        "Invalid operator. The allowed operators for this attribute are [equal_to,not_equal_to]."
    )
