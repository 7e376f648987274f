"""Matching rules → what happens: the one evaluation order of the rule language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from plugins.model import Priority, Route
from rules.language import Rule, RuleFile, Section
from rules.reference import Truth

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


_BY_TRUTH = {True: State.MATCHED, False: State.NOT_MATCHED, None: State.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the matching rules amount to."""

    priority: Priority
    route: Route
    team: str | None
    labels: tuple[str, ...]
    causes: tuple[Rule, ...]  #: Rules that matched, and draft conditions that kept the draft from being made.
    shadow: tuple[Rule, ...]
    states: Mapping[str, State]  #: By rule id, in file order.


def judge(file: RuleFile, truths: Mapping[str, Truth], at: datetime) -> Judgement:
    """Apply `ORDER` to the truth of each rule's condition at a moment (aware)."""
    states = _states(file.rules, truths, at)
    matched = {
        section: [r for r in file.rules if r.section is section and states[r.id] is State.MATCHED]
        for section in (Section.TRIAGE, Section.ESCALATION)
    }
    triage, escalation = matched[Section.TRIAGE], matched[Section.ESCALATION]
    level = min((rule.priority for rule in triage if rule.priority), default=file.default)
    priority = min([level, *(rule.priority for rule in escalation if rule.priority)])
    route = Route.HUMAN if escalation else file.levels[priority].route
    blocking: list[Rule] = []
    if route is Route.DRAFT:
        blocking = [
            rule
            for rule in file.rules
            if rule.section is Section.DRAFT
            and states[rule.id] in (State.NOT_MATCHED, State.UNKNOWN)
            and not rule.shadow
        ]
        route = Route.HUMAN if blocking else Route.DRAFT
    return Judgement(
        priority=priority,
        route=route,
        team=_team(triage, escalation, level),
        labels=tuple(dict.fromkeys(label for rule in (*triage, *escalation) for label in rule.labels)),
        causes=(*triage, *escalation, *blocking),
        shadow=tuple(rule for rule in file.rules if states[rule.id] is State.SHADOW),
        states=states,
    )


def _states(rules: Iterable[Rule], truths: Mapping[str, Truth], at: datetime) -> dict[str, State]:
    states: dict[str, State] = {}
    stopped: set[Section] = set()
    for rule in rules:
        if not rule.enabled:
            state = State.DISABLED
        elif not rule.in_force(at):
            state = State.OUT_OF_DATE
        elif rule.section in stopped:
            state = State.STOPPED
        else:
            state = _BY_TRUTH[truths[rule.id]]
            if state is State.MATCHED and rule.shadow:
                state = State.SHADOW
            elif state is State.MATCHED and rule.stop:
                stopped.add(rule.section)
        states[rule.id] = state
    return states


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
