"""Matching rules → what happens: the one evaluation order of the rule language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from plugins.model import Priority, Route
from rules.language import Rule, RuleFile, Section
from rules.truth import TRUE, UNKNOWN, Truth

#: The order of evaluation, as the guide and `hotdash rules try` print it.
ORDER = (
    "Triage rules are read from top to bottom. Every rule that matches takes part; after one with "
    "`stop: true` the rest of the section is not considered.",
    "The highest priority of the matching triage rules wins; with no match, the default priority applies.",
    "The team comes from the first matching triage rule at the winning priority that names one, else from "
    "the first matching rule that names a team and no priority.",
    "Escalation rules are read the same way. Any match goes to a human at once; it may raise the priority, "
    "never lower it; the first one that names a team replaces the team.",
    "Labels of all matching rules add up, each once, in the order of the rules.",
    "Without an escalation, the priority's route decides. If that is `draft`, every rule under `draft` must "
    "hold; one that does not hold, or is unknown, sends the message to a human and is the reason.",
    "A condition on an unknown fact is unknown, also under `not`; only a condition that is true matches.",
    "Rules that are disabled or out of their dates are not considered; `shadow: true` rules are evaluated "
    "and recorded, without any effect.",
)


class State(StrEnum):
    """What became of one rule."""

    MATCHED = "matched"
    NOT_MATCHED = "not matched"
    UNKNOWN = "unknown"
    SHADOW = "matched in shadow"
    STOPPED = "stopped by an earlier rule"
    DISABLED = "disabled"
    OUT_OF_DATE = "not in force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the matching rules amount to."""

    priority: Priority
    route: Route
    team: str | None
    labels: tuple[str, ...]
    matched: tuple[Rule, ...]  #: Triage and escalation rules that took part.
    blocking: tuple[Rule, ...]  #: Draft conditions that kept a draft from being made.
    shadow: tuple[Rule, ...]  #: Rules that matched but are only being tried.
    stopping: tuple[Rule, ...]  #: Rules after which their section was not considered further.

    def state(self, rule: Rule, truth: Truth, at: datetime) -> State:
        """What became of a rule of the file whose condition has this truth."""
        if not rule.enabled:
            return State.DISABLED
        if not rule.in_force(at):
            return State.OUT_OF_DATE
        if any(stop.section is rule.section and stop.place.line < rule.place.line for stop in self.stopping):
            return State.STOPPED
        if truth == TRUE:
            return State.SHADOW if rule.shadow else State.MATCHED
        return State.UNKNOWN if truth == UNKNOWN else State.NOT_MATCHED


def judge(file: RuleFile, matching: Iterable[Rule], at: datetime) -> Judgement:
    """Apply `ORDER` to the rules of a file whose condition is true, in file order, at a moment (aware)."""
    matched: dict[Section, list[Rule]] = {section: [] for section in Section}
    shadow: list[Rule] = []
    stopping: dict[Section, Rule] = {}
    for rule in matching:
        if rule.section in stopping or not rule.in_force(at):
            continue
        if rule.shadow:
            shadow.append(rule)
            continue
        matched[rule.section].append(rule)
        if rule.stop:
            stopping[rule.section] = rule
    triage, escalation = matched[Section.TRIAGE], matched[Section.ESCALATION]
    level = min((rule.priority for rule in triage if rule.priority), default=file.default)
    priority = min([level, *(rule.priority for rule in escalation if rule.priority)])
    route = Route.HUMAN if escalation else file.levels[priority].route
    blocking: list[Rule] = []
    if route is Route.DRAFT:
        holding = matched[Section.DRAFT]
        blocking = [
            rule
            for rule in file.draft_conditions
            if rule not in holding and rule.in_force(at) and not rule.shadow
        ]
        route = Route.HUMAN if blocking else Route.DRAFT
    return Judgement(
        priority=priority,
        route=route,
        team=_team(triage, escalation, level),
        labels=tuple(dict.fromkeys(label for rule in (*triage, *escalation) for label in rule.labels)),
        matched=(*triage, *escalation),
        blocking=tuple(blocking),
        shadow=tuple(shadow),
        stopping=tuple(stopping.values()),
    )


def _team(triage: list[Rule], escalation: list[Rule], level: Priority) -> str | None:
    for candidates in (
        escalation,
        [rule for rule in triage if rule.priority is level],
        [rule for rule in triage if rule.priority is None],
    ):
        for rule in candidates:
            if rule.team:
                return rule.team
    return None
