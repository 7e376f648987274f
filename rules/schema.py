"""The JSON Schema (draft-07) of rules.yaml: editors complete names and underline slips while one types.

It is made from the facts, operators and keys that this installation knows, plugins included. The checker
(`rules/check.py`) knows more: it also names lines, and reads meaning.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rules.hours import WEEKDAYS
from rules.operators import OPERATORS, Argument, operators_for
from rules.reader import CLOCKS, GUARD_KEYS, LEVEL_KEYS, ROUTES, TOP_KEYS
from rules.registry import FactRegistry, FactSpec, FactType
from rules.rule_reader import PRIORITIES

Schema = dict[str, Any]

MODELINE = "# yaml-language-server: $schema={}\n"

_TEXT: Schema = {"type": "string", "minLength": 1}
_FLAG: Schema = {"type": "boolean"}
_LABELS: Schema = {"type": "array", "items": _TEXT, "minItems": 1}
_DURATION: Schema = {"type": "string", "pattern": r"^(\d+(\.\d+)?[smhdw] ?)+$"}
_VALUES: dict[FactType, Schema] = {
    FactType.TEXT: {"type": ["string", "number", "boolean"]},
    FactType.NUMBER: {"type": "number"},
    FactType.MONEY: {"type": "string", "pattern": r"^-?\d+(\.\d+)? ?[A-Za-z]{3}$"},
    FactType.DURATION: _DURATION,
    FactType.YES_NO: _FLAG,
    FactType.LIST: {"type": "string"},
    FactType.ANY: {"type": ["string", "number", "boolean"]},
}


def schema(registry: FactRegistry) -> Schema:
    """The schema for the facts of this registry."""
    rule = {"$ref": "#/definitions/rule"}
    properties: Mapping[str, Schema] = {
        "version": {"const": 1},
        "time_zone": _TEXT | {"description": "IANA time zone, such as America/New_York."},
        "priorities": _closed({name: {"$ref": "#/definitions/level"} for name in PRIORITIES}, PRIORITIES),
        "default": _closed({"priority": {"enum": [*PRIORITIES]}}, ["priority"]),
        "business_hours": _closed(
            {"days": _hours(), "special": {"type": "object"}, "holidays": {}}, ["days"]
        ),
        "on_call": _on_call(),
        "texts": {"type": "object", "description": "Named texts."},
        "words": {
            "type": "object",
            "description": "Named lists of words and phrases; an entry that ends in * is a beginning.",
            "additionalProperties": {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1},
        },
        "triage": {"type": "array", "items": rule, "description": "What is it? The highest priority wins."},
        "escalation": {"type": "array", "items": rule, "description": "Any match goes to a human at once."},
        "draft": {"type": "array", "items": rule, "description": "All must hold before a draft is written."},
        "guards": _closed({name: {"type": "number", "minimum": 0} for name in GUARD_KEYS}),
    }
    known = {name: properties.get(name, {}) for name in TOP_KEYS}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "rules.yaml of HotDash",
        **_closed(known, ["version", "time_zone", "priorities", "default"]),
        "definitions": {"level": _level(), "rule": _rule(), "condition": _condition(registry)},
    }


def _closed(properties: Mapping[str, Schema], required: Collection[str] = ()) -> Schema:
    closed: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return closed | ({"required": [*required]} if required else {})


def _hours() -> Schema:
    spans = {"type": ["string", "array"], "description": '"09:00-17:00", a list of spans, or closed.'}
    return _closed(dict.fromkeys(WEEKDAYS, spans))


def _on_call() -> Schema:
    steps = {
        "type": "array",
        "items": _closed({"after": _DURATION, "to": _TEXT}, ["after", "to"]),
        "minItems": 1,
        "description": "Whom to tell when nobody has reacted: on_call, or a name under routes.",
    }
    override = {"from": _TEXT, "until": _TEXT, "person": _TEXT}
    rotation = {"start": _TEXT, "every": _DURATION, "people": _LABELS}
    properties = {
        "rotation": _closed(rotation, rotation),
        "overrides": {"type": "array", "items": _closed(override, override)},
        "escalation": steps,
        "approval": steps,
        "routes": {
            "type": "object",
            "additionalProperties": _LABELS,
            "description": "How each person is reached: names of notifiers in HOTDASH_NOTIFIERS.",
        },
    }
    return _closed(properties, ["rotation", "routes"])


def _level() -> Schema:
    properties = {
        "name": _TEXT,
        "first_response": _DURATION,
        "resolution": _DURATION,
        "route": {"enum": [*ROUTES]},
        "clock": {"enum": [*CLOCKS]},
    }
    return _closed(properties, LEVEL_KEYS)


def _rule() -> Schema:
    then = {"priority": {"enum": [*PRIORITIES]}, "team": _TEXT, "labels": _LABELS}
    properties = {
        "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
        "why": _TEXT | {"description": "One sentence for colleagues; stands in the note."},
        "when": {"$ref": "#/definitions/condition"},
        "then": _closed(then),
        "description": _TEXT,
        "owner": _TEXT,
        "enabled": _FLAG,
        "from": {"description": "In force from this day or moment on."},
        "until": {"description": "In force to the end of this day, or to this moment."},
        "shadow": _FLAG | {"description": "Evaluated and recorded, without effect."},
        "stop": _FLAG | {"description": "Later rules of the section are not considered."},
        "examples": {"type": "array", "items": _TEXT, "description": "Messages that must match."},
    }
    return _closed(properties, ["id", "when"])


def _condition(registry: FactRegistry) -> Schema:
    condition = {"$ref": "#/definitions/condition"}
    parts = {"type": "array", "items": condition, "minItems": 1}
    named: dict[str, Schema] = {
        "all": parts | {"description": "Every part holds."},
        "any": parts | {"description": "At least one part holds."},
        "not": condition | {"description": "The part is known not to hold."},
    }
    families: dict[str, Schema] = {}
    for spec in registry:
        if spec.name.endswith(".*"):
            families[f"^{spec.name[:-2]}\\..+$"] = _comparison(spec)
        else:
            named[spec.name] = _comparison(spec)
    return _closed(named) | {"patternProperties": families, "minProperties": 1, "maxProperties": 1}


def _comparison(spec: FactSpec) -> Schema:
    value: Schema = {"enum": [*spec.choices]} if spec.choices else _VALUES[spec.type]
    operators = {
        operator.name: _argument(operator.argument, spec, value)
        | {"description": f"{spec.name} {operator.asks} …"}
        for operator in operators_for(spec.type)
    }
    if "resembles" in operators:
        operators["at_least"] = {"type": "number", "description": "Likeness for resembles, 0 to 1."}
    asked = _closed(operators) | {"minProperties": 1, "maxProperties": 2}
    plain = [value] if OPERATORS["is"].fits(spec.type) else []
    return {"description": f"{spec.description} (from {spec.source})", "anyOf": [*plain, asked]}


def _argument(argument: Argument, spec: FactSpec, value: Schema) -> Schema:
    match argument:
        case Argument.FLAG:
            return dict(_FLAG)
        case Argument.RANGE:
            return {"type": "array", "items": _VALUES[spec.type], "minItems": 2, "maxItems": 2}
        case Argument.VALUES:
            return {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1}
        case Argument.WORDS:
            return {"type": ["string", "array"], "minLength": 1, "minItems": 1}
        case Argument.EXAMPLES:
            return dict(_LABELS)
        case Argument.WORD | Argument.PATTERN:
            return {"type": ["string", "number"]}
        case Argument.VALUE:
            return dict(value)
