"""Reads a whole rules.yaml: YAML text in, a checked `RuleFile` or the list of everything wrong out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from plugins.model import Priority, Route
from rules.arguments import check_phrases
from rules.codes import Level
from rules.conditions import ConditionReader
from rules.document import Fields, Node, read_document
from rules.fields import FieldReader
from rules.findings import Finding
from rules.hours import read_business_hours
from rules.language import Guards, Place, RuleFile, Section, ServiceLevel
from rules.on_call import read_on_call
from rules.registry import FactRegistry
from rules.rule_reader import PRIORITIES, RuleReader

TOP_KEYS = (
    "version",
    "time_zone",
    "priorities",
    "default",
    "business_hours",
    "on_call",
    "texts",
    "words",
    "triage",
    "escalation",
    "draft",
    "guards",
)
LEVEL_KEYS = ("name", "first_response", "resolution", "route", "clock")
GUARD_KEYS = ("max_new_p0_per_day", "max_changed_percent")

CLOCKS = {"always": "always", "business_hours": "business_hours"}
ROUTES = {route.value: route for route in Route}

_WORDS_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def read_rules(text: str, registry: FactRegistry) -> tuple[RuleFile | None, list[Finding]]:
    """The rule file and all findings of form; the file is None when one of them is an error."""
    root, findings = read_document(text)
    fields = FieldReader()
    file = None
    if root is not None:
        file = _FileReader(fields, registry).read(root)
    elif not findings:
        nothing = "the file is empty; `hotdash rules init` writes one to start from"
        findings.append(Finding(code="R109", text=nothing, place=Place(1, 1)))
    findings += fields.findings
    return (None if any(finding.level is Level.ERROR for finding in findings) else file), findings


class _FileReader:
    def __init__(self, fields: FieldReader, registry: FactRegistry) -> None:
        self.fields = fields
        self.registry = registry
        self.time_zone = ZoneInfo("UTC")

    def read(self, root: Node) -> RuleFile | None:
        fields = self.fields
        top = fields.closed(root, "the file", TOP_KEYS, required=("version", "time_zone", "priorities"))
        if not top:
            return None
        values = {name: node for name, (_, node) in top.items()}
        if "version" in values:
            fields.choice(values["version"], "version", {"1": 1})
        if "time_zone" in values:
            self.time_zone = self._time_zone(values["time_zone"]) or self.time_zone
        default = self._default(root, values.get("default"))
        words = self._words(values["words"]) if "words" in values else {}
        conditions = ConditionReader(fields, self.registry, words)
        reader = RuleReader(fields, conditions, self.time_zone)
        rules = [
            rule
            for section in Section
            if section in values
            for node in fields.items(values[section], f"{section}:")
            if (rule := reader.read(node, section)) is not None
        ]
        if "words" in top and not any(found.level is Level.ERROR for found in fields.findings):
            self._note_unused(top["words"][1], conditions.arguments.used_words)
        hours, on_call = values.get("business_hours"), values.get("on_call")
        return RuleFile(
            levels=self._levels(values["priorities"]) if "priorities" in values else {},
            default=default,
            time_zone=self.time_zone,
            rules=tuple(rules),
            words=words,
            business_hours=None if hours is None else read_business_hours(fields, hours),
            texts=self._texts(values["texts"]) if "texts" in values else {},
            guards=self._guards(values["guards"]) if "guards" in values else Guards(),
            on_call=None if on_call is None else read_on_call(fields, on_call),
        )

    def _time_zone(self, node: Node) -> ZoneInfo | None:
        return self.fields.read(node, "time_zone", _read_zone, "an IANA time zone such as America/New_York")

    def _default(self, root: Node, node: Node | None) -> Priority:
        if node is None:
            self.fields.note("R206", root, "there is no default: add `default: {priority: P2}`")
            return Priority.P2
        parts = self.fields.closed(node, "default", ("priority",), required=("priority",))
        if "priority" not in parts:
            return Priority.P2
        return self.fields.choice(parts["priority"][1], "priority", PRIORITIES) or Priority.P2

    def _levels(self, node: Node) -> Mapping[Priority, ServiceLevel]:
        levels: dict[Priority, ServiceLevel] = {}
        named = self.fields.closed(node, "priorities", tuple(PRIORITIES), required=tuple(PRIORITIES))
        for name, (_, value) in named.items():
            level = self._level(value, name)
            if level is not None:
                levels[Priority(name)] = level
        return levels

    def _level(self, node: Node, name: str) -> ServiceLevel | None:
        fields = self.fields
        parts = fields.closed(node, name, LEVEL_KEYS, required=LEVEL_KEYS)
        if len(parts) < len(LEVEL_KEYS):
            return None
        title = fields.text(parts["name"][1], "name")
        first = fields.duration(parts["first_response"][1], "first_response")
        resolution = fields.duration(parts["resolution"][1], "resolution")
        route = fields.choice(parts["route"][1], "route", ROUTES)
        clock = fields.choice(parts["clock"][1], "clock", CLOCKS)
        if title is None or first is None or resolution is None or route is None or clock is None:
            return None
        if first > resolution:
            fields.note(
                "R213", parts["first_response"][0], f"{name}: the first response is due after the resolution"
            )
        return ServiceLevel(name=title, first_response=first, resolution=resolution, route=route, clock=clock)

    def _words(self, node: Node) -> dict[str, tuple[str, ...]]:
        lists: dict[str, tuple[str, ...]] = {}
        for key, value in self.fields.mapping(node, "words").values():
            if not _WORDS_NAME.fullmatch(key.text):
                self.fields.note(
                    "R112", key, f'the name of a word list has a-z, 0-9, _ and -, not "{key.text}"'
                )
            phrases = []
            for item in self.fields.items(value, f"the word list {key.text}"):
                phrase = self.fields.text(item, f"each item of the word list {key.text}")
                if phrase is not None and check_phrases(self.fields, item, key.text, (phrase,)):
                    phrases.append(phrase)
            lists[key.text] = tuple(phrases)
        return lists

    def _note_unused(self, node: Node, used: set[str]) -> None:
        if isinstance(node, Fields):
            for key, _ in node.entries:
                if key.text not in used:
                    self.fields.note("R214", key, f'no rule uses the word list "{key.text}"')

    def _texts(self, node: Node) -> dict[str, str]:
        texts: dict[str, str] = {}
        for key, value in self.fields.mapping(node, "texts").values():
            variants = [(key.text, value)]
            if isinstance(value, Fields):
                variants = [(f"{key.text}.{variant.text}", text) for variant, text in value.entries]
            for name, written in variants:
                if (text := self.fields.text(written, f"the text {name}")) is not None:
                    texts[name] = text
        return texts

    def _guards(self, node: Node) -> Guards:
        parts = self.fields.closed(node, "guards", GUARD_KEYS)
        return Guards(**{name: self.fields.number(value, name) for name, (_, value) in parts.items()})


def _read_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of the zone database
        return None
