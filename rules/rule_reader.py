"""Reads one rule: its id, its condition, what it does, and when it is in force."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from plugins.model import Priority
from rules.conditions import ConditionReader
from rules.document import Fields, Node, Scalar
from rules.fields import FieldReader
from rules.language import Rule, Section
from rules.quantities import read_day

RULE_KEYS = (
    "id",
    "why",
    "when",
    "then",
    "description",
    "owner",
    "enabled",
    "from",
    "until",
    "shadow",
    "stop",
    "examples",
)
THEN_KEYS = ("priority", "team", "labels")
PRIORITIES = {priority.value: priority for priority in Priority}

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class RuleReader:
    """Turns the nodes under triage, escalation and draft into rules."""

    def __init__(self, fields: FieldReader, conditions: ConditionReader, time_zone: ZoneInfo) -> None:
        self.fields = fields
        self.conditions = conditions
        self.time_zone = time_zone
        self.ids: dict[str, int] = {}  # rule id → its line

    def read(self, node: Node, section: Section) -> Rule | None:
        """The rule, or None after noting what is wrong with it."""
        fields = self.fields
        parts = fields.closed(node, f"a rule under {section}", RULE_KEYS, required=("id", "when"))
        values = {name: value for name, (_, value) in parts.items()}
        rule_id = self._id(values["id"]) if "id" in values else None
        fields.rule = rule_id
        when = self.conditions.read(values["when"]) if "when" in values else None
        then = self._then(node, section, parts)
        starts = self._moment(values.get("from"), "from")
        ends = self._moment(values.get("until"), "until")
        if starts is not None and ends is not None and ends <= starts:
            fields.note("R112", parts["until"][0], "until lies before from, so the rule is never in force")
        words = {
            name: (fields.text(values[name], name) or "") if name in values else ""
            for name in ("why", "description", "owner")
        }
        flags = {
            name: fields.yes_no(values[name], name) if name in values else default
            for name, default in (("enabled", True), ("shadow", False), ("stop", False))
        }
        if section is Section.DRAFT and flags["stop"]:
            fields.note(
                "R102", parts["stop"][0], "stop has no meaning under draft: every condition must hold"
            )
        examples = self._examples(values["examples"]) if "examples" in values else ()
        fields.rule = None
        if rule_id is None or when is None:
            return None
        priority, team, labels = then
        return Rule(
            id=rule_id,
            section=section,
            when=when,
            place=parts["id"][0].place,
            priority=priority,
            team=team,
            labels=labels,
            enabled=flags["enabled"] is not False,
            shadow=flags["shadow"] is True,
            stop=flags["stop"] is True,
            starts=starts,
            ends=ends,
            examples=examples,
            **words,
        )

    def _examples(self, node: Node) -> tuple[str, ...]:
        read = (self.fields.text(item, "each example") for item in self.fields.items(node, "examples"))
        return tuple(text for text in read if text is not None)

    def _id(self, node: Node) -> str | None:
        rule_id = self.fields.text(node, "id")
        if rule_id is None:
            return None
        if not _NAME.fullmatch(rule_id):
            self.fields.note("R112", node, f'an id has a-z, 0-9 and -, not "{rule_id}"')
        elif rule_id in self.ids:
            self.fields.note(
                "R106", node, f'the id "{rule_id}" is there twice, first in line {self.ids[rule_id]}'
            )
        self.ids.setdefault(rule_id, node.place.line)
        return rule_id

    def _then(
        self, rule: Node, section: Section, parts: Mapping[str, tuple[Scalar, Node]]
    ) -> tuple[Priority | None, str | None, tuple[str, ...]]:
        fields = self.fields
        if section is Section.DRAFT:
            if "then" in parts:
                fields.note(
                    "R102", parts["then"][0], "a rule under draft has no then: it only allows the draft"
                )
            return None, None, ()
        if "then" not in parts:
            if section is Section.TRIAGE:
                fields.note("R109", rule, 'a rule under triage needs "then:"')
            return None, None, ()
        then = {name: node for name, (_, node) in fields.closed(parts["then"][1], "then", THEN_KEYS).items()}
        priority = fields.choice(then["priority"], "priority", PRIORITIES) if "priority" in then else None
        team = fields.text(then["team"], "team") if "team" in then else None
        labels = tuple(dict.fromkeys(fields.texts(then["labels"], "labels"))) if "labels" in then else ()
        if not then and isinstance(parts["then"][1], Fields) and section is Section.TRIAGE:
            fields.note("R216", parts["then"][0], "then is empty, so the rule changes nothing")
        return priority, team, labels

    def _moment(self, node: Node | None, what: str) -> datetime | None:
        """An aware moment; a bare date counts from its first to its last second."""
        if node is None:
            return None
        day = self.fields.read(
            node, what, read_day, "a date such as 2026-11-27, or with a time 2026-11-27T18:00"
        )
        if day is None:
            return None
        if not isinstance(day, datetime):
            day = datetime.combine(day + timedelta(days=1) if what == "until" else day, time())
        return day if day.tzinfo else day.replace(tzinfo=self.time_zone)
