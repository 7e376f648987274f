"""What a rule book would have decided about past messages, on the facts as they were then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from plugins.model import Decision, Facts, Priority, Route
from rules.book import RuleBook
from rules.language import Guards

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a decision comes to, without its reasons' wording."""

    priority: Priority
    route: Route
    team: str | None
    labels: tuple[str, ...]
    rules: tuple[str, ...]  #: Ids of the rules that took part.

    @classmethod
    def of(cls, decision: Decision) -> Outcome:
        """The outcome of a decision."""
        return cls(
            priority=decision.priority,
            route=decision.route,
            team=decision.team,
            labels=decision.labels,
            rules=tuple(reason.rule for reason in decision.reasons if reason.rule != "default"),
        )

    @property
    def acts(self) -> tuple[object, ...]:
        """What customers and agents would notice: everything but which rules took part."""
        return (self.priority, self.route, self.team, frozenset(self.labels))


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A message that was decided, with the facts as they were."""

    conversation: int  #: Chatwoot's number.
    message: int  #: Chatwoot's number.
    text: str
    facts: Facts
    decided_at: datetime
    outcome: Outcome  #: What was decided then.


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A past message that would be decided differently."""

    past: Past
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What changes between two rule books over past messages."""

    messages: int
    days: float  #: Between the first and the last message, at least one.
    before: Mapping[Priority, int]
    after: Mapping[Priority, int]
    fired_before: Mapping[str, int]  #: By rule id: messages in which it took part.
    fired_after: Mapping[str, int]
    newly_to_person: int
    no_longer_to_person: int
    cases: tuple[Case, ...]  #: All changed messages, the most serious first.

    @property
    def changed_percent(self) -> float:
        """Share of messages that would be decided differently, 0–100."""
        return 100 * len(self.cases) / self.messages if self.messages else 0.0

    @property
    def new_p0_per_day(self) -> float:
        """Messages a day that become P0 and were not."""
        new = sum(case.after.priority is Priority.P0 is not case.before.priority for case in self.cases)
        return new / self.days


def replay(pasts: Iterable[Past], after: RuleBook, before: RuleBook | None = None) -> Impact:
    """Decide every past message again with `after`, and compare with `before` or with what was decided.

    Each message is decided as of its own moment, so that rules in force only for a time count then.
    """
    pasts = list(pasts)
    cases: list[Case] = []
    counts_before: Counter[Priority] = Counter()
    counts_after: Counter[Priority] = Counter()
    fired_before: Counter[str] = Counter()
    fired_after: Counter[str] = Counter()
    for past in pasts:
        old = Outcome.of(before.decide(past.facts, at=past.decided_at)) if before else past.outcome
        new = Outcome.of(after.decide(past.facts, at=past.decided_at))
        counts_before[old.priority] += 1
        counts_after[new.priority] += 1
        fired_before.update(old.rules)
        fired_after.update(new.rules)
        if old.acts != new.acts:
            cases.append(Case(past=past, before=old, after=new))
    moments = [past.decided_at for past in pasts]
    span = max(moments) - min(moments) if moments else timedelta()
    return Impact(
        messages=len(pasts),
        days=max(span / _DAY, 1.0),
        before={priority: counts_before[priority] for priority in Priority},
        after={priority: counts_after[priority] for priority in Priority},
        fired_before=fired_before,
        fired_after=fired_after,
        newly_to_person=sum(case.after.route is Route.HUMAN is not case.before.route for case in cases),
        no_longer_to_person=sum(case.before.route is Route.HUMAN is not case.after.route for case in cases),
        cases=tuple(sorted(cases, key=_seriousness)),
    )


def broken_guards(impact: Impact, guards: Guards) -> list[str]:
    """One sentence for each guard that the change breaks."""
    broken: list[str] = []
    if guards.max_new_p0_per_day is not None and impact.new_p0_per_day > guards.max_new_p0_per_day:
        broken.append(
            f"{impact.new_p0_per_day:.3g} new P0 a day, "
            f"and max_new_p0_per_day is {guards.max_new_p0_per_day:g}"
        )
    if guards.max_changed_percent is not None and impact.changed_percent > guards.max_changed_percent:
        broken.append(
            f"{impact.changed_percent:.1f} % of decisions change, "
            f"and max_changed_percent is {guards.max_changed_percent:g}"
        )
    return broken


def _seriousness(case: Case) -> tuple[int, str, datetime]:
    """Sorts the largest step in priority first, then what becomes more urgent, then the newest."""
    step = abs(int(case.after.priority[1]) - int(case.before.priority[1]))
    return (-step, case.after.priority.value, case.past.decided_at)
