"""The nouns of rules.yaml once it is read: conditions, rules, service levels, the whole file.

Everything is checked when it is read (`rules/reader.py`); whoever holds a `RuleFile` need not check again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from plugins.model import Priority, Route
from rules.registry import FactType
from rules.rota import OnCall


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the file; both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One question about one fact: `order.value: {above: 500 USD}`.

    `argument` is hashable and of the operator's type: str, Decimal, Money, timedelta, bool, a tuple of
    those, or `Resemblance`. Two comparisons that ask the same are equal wherever they stand.
    """

    fact: str
    operator: str
    argument: Any
    expects: FactType  #: Type that the value must have for an answer; ANY for `known`.
    written: str = field(compare=False)  #: As the author wrote the argument; a word list by its name.
    place: Place = field(compare=False)

    def __str__(self) -> str:
        return f"{self.fact} {self.operator} {self.written}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resemblance:
    """Example phrases and how close in meaning (cosine, 0–1) a text must come to one of them."""

    examples: tuple[str, ...]
    at_least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Holds when every part holds."""

    parts: tuple[Condition, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """Holds when at least one part holds."""

    parts: tuple[Condition, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """Holds when the part is known not to hold; an unknown part leaves it unknown."""

    part: Condition
    place: Place = field(compare=False)


Condition: TypeAlias = Comparison | All | AnyOf | Not


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Every comparison in a condition, from top to bottom."""
    match condition:
        case Comparison():
            yield condition
        case Not(part=part):
            yield from comparisons(part)
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from comparisons(part)


class Section(StrEnum):
    """The three lists of rules, in the order in which they are evaluated."""

    TRIAGE = "triage"
    ESCALATION = "escalation"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: when which condition holds, then what."""

    id: str
    section: Section
    when: Condition
    place: Place
    priority: Priority | None = None
    team: str | None = None
    labels: tuple[str, ...] = ()
    why: str = ""
    description: str = ""
    owner: str = ""
    enabled: bool = True
    starts: datetime | None = None  #: In force from this moment on (aware).
    ends: datetime | None = None  #: In force until just before this moment (aware).
    shadow: bool = False  #: Evaluated and recorded, but without effect.
    stop: bool = False  #: Later rules of the section are not considered when this one matches.
    examples: tuple[str, ...] = ()  #: Messages that must match; `rules check` tries them.

    def in_force(self, at: datetime) -> bool:
        """Whether the rule is enabled and `at` (aware) lies between its `from` and `until`."""
        return (
            self.enabled
            and (self.starts is None or self.starts <= at)
            and (self.ends is None or at < self.ends)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """What customers are promised at one priority, and who acts first."""

    name: str
    first_response: timedelta
    resolution: timedelta
    route: Route
    clock: str  #: "always", or "business_hours" when the clock stands still outside them.


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessHours:
    """When the team works, in local time of the file's zone; spans are minutes [start, end) of the day."""

    days: Mapping[int, tuple[tuple[int, int], ...]]  #: Weekday (Monday is 0) → spans; absent means closed.
    special: Mapping[date, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    country: str | None = None  #: ISO 3166 code whose public holidays are closed too.
    subdivision: str | None = None  #: State or province within the country.


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """How much a new version may change before `rules publish` asks for consent."""

    max_new_p0_per_day: float | None = None
    max_changed_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """A rules.yaml that was read without errors."""

    levels: Mapping[Priority, ServiceLevel]
    default: Priority
    time_zone: ZoneInfo
    rules: tuple[Rule, ...]  #: Triage, then escalation, then draft; within each as in the file.
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    business_hours: BusinessHours | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    guards: Guards = Guards()
    on_call: OnCall | None = None
    draft_conditions: tuple[Rule, ...] = field(init=False)  #: The rules of the draft section.

    def __post_init__(self) -> None:
        draft = tuple(rule for rule in self.rules if rule.section is Section.DRAFT)
        object.__setattr__(self, "draft_conditions", draft)
