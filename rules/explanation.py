"""A stored trace as lines for people: which rules matched, which did not, and which condition decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from plugins.errors import BadRequest
from rules.suggestion import nearest

_MARKS = {"met": "✓", "not met": "✗", "unknown": "?"}
#: Characters of a condition that are shown; its line is named beside it.
_LONGEST = 90
#: Parts of an `any` up to which the one that came nearest is named.
_MOST_NAMED = 3
_SHORT = {"matched": "YES", "not matched": "no", "unknown": "no"}


def explain(trace: Mapping[str, Any]) -> Iterator[str]:
    """The whole decision: facts, every rule with what decided about it, and the result."""
    yield f"rules {trace['version']} · {trace['at']}"
    known = {name: value for name, value in trace["facts"].items() if value is not None}
    unknown = [name for name, value in trace["facts"].items() if value is None]
    for name, value in known.items():
        yield f"  {name} = {value}"
    if unknown:
        yield f"  not known: {', '.join(unknown)}"
    for section in dict.fromkeys(rule["section"] for rule in trace["rules"]):
        yield section
        yield from (_line(rule) for rule in trace["rules"] if rule["section"] == section)
    yield f"→ {outcome(trace['result'])}"


def outcome(result: Mapping[str, Any]) -> str:
    """The result of a trace in one line: priority, route, team, labels."""
    parts = [result["priority"], "to a person" if result["route"] == "human" else "draft first"]
    if result["team"]:
        parts.append(f"team {result['team']}")
    if result["labels"]:
        parts.append(f"labels {', '.join(result['labels'])}")
    return " · ".join(parts)


def why(trace: Mapping[str, Any], rule_id: str) -> Iterator[str]:
    """Why one rule did or did not match: its conditions as a tree, and the first that failed.

    Raises:
        BadRequest: the trace has no such rule.
    """
    by_id = {rule["id"]: rule for rule in trace["rules"]}
    if rule_id not in by_id:
        near = nearest(rule_id, by_id)
        hint = f'; did you mean "{near}"?' if near else ""
        raise BadRequest(f'there was no rule "{rule_id}" when this was decided{hint}')
    rule = by_id[rule_id]
    yield f"{rule_id} (line {rule['line']}): {rule['state']}"
    yield from _tree(rule["when"], depth=1)
    if rule["when"]["result"] != "met":
        yield f"It failed at: {failed(rule['when'])}"


def failed(node: Mapping[str, Any]) -> str:
    """What kept a condition from being met: the first comparison of `all`, the nearest of `any`."""
    parts = node.get("parts", ())
    match node["condition"]:
        case "all":
            return failed(next(part for part in parts if part["result"] != "met"))
        case "any" if len(parts) > _MOST_NAMED:
            lines = [part["line"] for part in parts]
            return f"none of {len(parts)} conditions holds (lines {min(lines)}–{max(lines)})"
        case "any":
            return failed(next((part for part in parts if part["result"] == "not met"), parts[0]))
        case "not":
            return f"not wanted: {_held(parts[0])}"
        case _:
            return _said(node)


def _held(node: Mapping[str, Any]) -> str:
    """A comparison that makes a condition hold, or leaves it unknown."""
    parts = node.get("parts", ())
    if not parts:
        return _said(node)
    if node["condition"] == "not":
        return failed(parts[0])
    return _held(next((part for part in parts if part["result"] == node["result"]), parts[0]))


def _line(rule: Mapping[str, Any]) -> str:
    mark = _SHORT.get(rule["state"], "skip")
    if rule["state"] == "matched":
        effect = ", ".join(_effect(rule["then"]))
        return f"  {rule['id']:28} {mark:5} {effect}{' ' if effect else ''}← {_held(rule['when'])}"
    if rule["state"] in ("not matched", "unknown"):
        return f"  {rule['id']:28} {mark:5} {failed(rule['when'])}"
    return f"  {rule['id']:28} {mark:5} {rule['state']}"


def _effect(then: Mapping[str, Any]) -> Iterator[str]:
    if "priority" in then:
        yield f"priority {then['priority']}"
    if "team" in then:
        yield f"team {then['team']}"
    if "labels" in then:
        yield f"labels {' '.join(then['labels'])}"
    if "route" in then:
        yield "to a person"


def _said(comparison: Mapping[str, Any]) -> str:
    value = "not known" if comparison.get("value") is None else comparison["value"]
    condition = comparison["condition"]
    if len(condition) > _LONGEST:
        condition = condition[:_LONGEST] + "…"
    return f"{condition} (line {comparison['line']}): {value}"


def _tree(node: Mapping[str, Any], depth: int) -> Iterator[str]:
    said = node["condition"] if "parts" in node else _said(node)
    yield f"{'  ' * depth}{_MARKS[node['result']]} {said}"
    for part in node.get("parts", ()):
        yield from _tree(part, depth + 1)
