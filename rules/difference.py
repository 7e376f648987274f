"""What two versions of rules.yaml mean differently, rule by rule; layout and comments do not count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rules.language import Rule, RuleFile, comparisons
from rules.quantities import written

#: What can change about a rule besides its condition, as it is called in the file.
_PARTS = {
    "section": "section",
    "priority": "priority",
    "team": "team",
    "labels": "labels",
    "enabled": "enabled",
    "shadow": "shadow",
    "stop": "stop",
    "starts": "from",
    "ends": "until",
    "why": "why",
    "owner": "owner",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is new, gone or changed."""

    sign: str  #: "+" new, "-" gone, "~" changed.
    what: str  #: Such as "rule refund-over-100", "word list urgent", "P0".
    details: tuple[str, ...] = ()


def differences(old: RuleFile, new: RuleFile) -> list[Difference]:
    """All differences: service levels and default, word lists, texts, hours, on call, guards, then rules."""
    return [
        *_levels(old, new),
        *_words(old, new),
        *_texts(old, new),
        *_whole("business hours", old.business_hours, new.business_hours),
        *_whole("on call", old.on_call, new.on_call),
        *_whole("guards", old.guards, new.guards),
        *_rules(old, new),
    ]


def _levels(old: RuleFile, new: RuleFile) -> Iterator[Difference]:
    if old.default is not new.default:
        yield Difference(sign="~", what="default priority", details=(f"{old.default} → {new.default}",))
    for priority, level in new.levels.items():
        before = old.levels[priority]
        changed = [
            f"{name} {_shown(getattr(before, name))} → {_shown(getattr(level, name))}"
            for name in ("name", "first_response", "resolution", "route", "clock")
            if getattr(before, name) != getattr(level, name)
        ]
        if changed:
            yield Difference(sign="~", what=priority.value, details=tuple(changed))


def _words(old: RuleFile, new: RuleFile) -> Iterator[Difference]:
    for name in dict.fromkeys([*old.words, *new.words]):
        before, after = old.words.get(name, ()), new.words.get(name, ())
        details = [f"− {word}" for word in before if word not in after]
        details += [f"+ {word}" for word in after if word not in before]
        if details:
            sign = _sign(name, old.words, new.words)
            yield Difference(sign=sign, what=f"word list {name}", details=tuple(details))


def _texts(old: RuleFile, new: RuleFile) -> Iterator[Difference]:
    for name in dict.fromkeys([*old.texts, *new.texts]):
        if old.texts.get(name) != new.texts.get(name):
            yield Difference(sign=_sign(name, old.texts, new.texts), what=f"text {name}")


def _whole(what: str, old: object, new: object) -> Iterator[Difference]:
    if old != new:
        yield Difference(sign="~" if old and new else "+" if new else "-", what=what)


def _rules(old: RuleFile, new: RuleFile) -> Iterator[Difference]:
    before = {rule.id: rule for rule in old.rules}
    after = {rule.id: rule for rule in new.rules}
    for name in dict.fromkeys([*before, *after]):
        sign = _sign(name, before, after)
        details = tuple(_changes(before[name], after[name])) if sign == "~" else ()
        if sign != "~" or details:
            yield Difference(sign=sign, what=f"rule {name}", details=details)


def _changes(old: Rule, new: Rule) -> Iterator[str]:
    for attribute, name in _PARTS.items():
        before, after = getattr(old, attribute), getattr(new, attribute)
        if before != after:
            yield f"{name} {_shown(before)} → {_shown(after)}"
    asked_before = dict.fromkeys(str(asked) for asked in comparisons(old.when))
    asked_after = dict.fromkeys(str(asked) for asked in comparisons(new.when))
    details = [f"− {asked}" for asked in asked_before if asked not in asked_after]
    details += [f"+ {asked}" for asked in asked_after if asked not in asked_before]
    if not details and old.when != new.when:
        details = ["its conditions are joined differently, or a word list in them changed"]
    yield from details


def _shown(value: Any) -> str:
    match value:
        case None | "" | ():
            return "none"
        case tuple():
            return ", ".join(map(str, value))
        case bool() | timedelta():
            return written(value)
        case _:
            return str(value)


def _sign(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return "+" if name not in old else "-" if name not in new else "~"
