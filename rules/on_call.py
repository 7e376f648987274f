"""Reads `on_call:`: the rotation, its overrides, the steps of telling people and their routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from rules.document import Node
from rules.fields import FieldReader
from rules.quantities import read_day
from rules.rota import ON_CALL, OnCall, Override, Step

KEYS = ("rotation", "overrides", "escalation", "approval", "routes")
_MOMENT = "a local time such as 2026-11-30T09:00, without an offset"


def read_on_call(fields: FieldReader, node: Node) -> OnCall | None:
    """The rotation of a file, with a finding for everything that does not fit; None if it cannot be read."""
    parts = fields.closed(node, "on_call", KEYS, required=("rotation", "routes"))
    if "rotation" not in parts or "routes" not in parts:
        return None
    rotation = fields.closed(
        parts["rotation"][1],
        "rotation",
        ("start", "every", "people"),
        required=("start", "every", "people"),
    )
    if len(rotation) < 3:
        return None
    starts = _moment(fields, rotation["start"][1], "start")
    every = fields.duration(rotation["every"][1], "every")
    routes = {
        key.text: fields.texts(value, f"routes of {key.text}")
        for key, value in fields.mapping(parts["routes"][1], "routes").values()
    }
    people = _people(fields, rotation["people"][1], routes)
    if every is not None and every < timedelta(hours=1):
        fields.note("R112", rotation["every"][1], "every must be at least 1h")
        return None
    if starts is None or every is None or not people:
        return None
    steps = {
        name: _steps(fields, parts[name][1], name, routes)
        for name in ("escalation", "approval")
        if name in parts
    }
    return OnCall(
        people=people,
        starts=starts,
        every=every,
        overrides=_overrides(fields, parts["overrides"][1], routes) if "overrides" in parts else (),
        routes=routes,
        **steps,
    )


def _people(fields: FieldReader, node: Node, routes: Mapping[str, object]) -> tuple[str, ...]:
    read = (_person(fields, item, "each of people", routes) for item in fields.items(node, "people"))
    return tuple(person for person in read if person is not None)


def _person(fields: FieldReader, node: Node, what: str, routes: Mapping[str, object]) -> str | None:
    """A name that somebody can be reached by."""
    return fields.choice(node, what, {name: name for name in routes})


def _overrides(fields: FieldReader, node: Node, routes: Mapping[str, object]) -> tuple[Override, ...]:
    overrides = []
    keys = ("from", "until", "person")
    for item in fields.items(node, "overrides"):
        parts = fields.closed(item, "an override", keys, required=keys)
        if len(parts) < len(keys):
            continue
        starts = _moment(fields, parts["from"][1], "from")
        ends = _moment(fields, parts["until"][1], "until")
        person = _person(fields, parts["person"][1], "person", routes)
        if starts is None or ends is None or person is None:
            continue
        if ends <= starts:
            fields.note("R112", parts["until"][0], "until lies before from, so nobody is overridden")
        overrides.append(Override(starts=starts, ends=ends, person=person))
    return tuple(overrides)


def _steps(fields: FieldReader, node: Node, what: str, routes: Mapping[str, object]) -> tuple[Step, ...]:
    steps = []
    for item in fields.items(node, what):
        parts = fields.closed(item, f"a step of {what}", ("after", "to"), required=("after", "to"))
        if len(parts) < 2:
            continue
        after = fields.duration(parts["after"][1], "after")
        to = fields.choice(parts["to"][1], "to", {ON_CALL: ON_CALL, **{name: name for name in routes}})
        if after is not None and to is not None:
            steps.append(Step(after=after, to=to))
    return tuple(sorted(steps, key=lambda step: step.after))


def _moment(fields: FieldReader, node: Node, what: str) -> datetime | None:
    moment = fields.read(node, what, _local, _MOMENT)
    return moment if isinstance(moment, datetime) else None


def _local(text: str) -> datetime | None:
    day = read_day(text)
    if isinstance(day, datetime):
        return day if day.tzinfo is None else None
    return datetime.combine(day, time()) if isinstance(day, date) else None
