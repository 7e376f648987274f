"""What rules.yaml promises to customers at each priority, and the calendar in which it is reckoned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import holidays

from bot.service_level.calendar import ALWAYS, Calendar
from bot.service_level.clocks import Metric, Promise
from plugins.errors import RulesError
from plugins.model import Priority
from rules.language import BusinessHours, RuleFile

#: Without `business_hours:`, Monday to Friday, 9 to 17 (specification §6).
STANDARD = BusinessHours(days=dict.fromkeys(range(5), ((9 * 60, 17 * 60),)))
#: Years whose public holidays are known; more than a running service will see.
YEARS = range(2015, 2061)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """The promises of one rules file."""

    time_zone: ZoneInfo
    calendar: Calendar  #: Business hours.
    by_priority: Mapping[Priority, Promise]
    default: Priority

    def of(self, priority: Priority | None) -> Promise:
        """What is promised at a priority; at none yet, what the default is promised."""
        return self.by_priority[priority or self.default]

    def within(self, longest: timedelta | None) -> Promises:
        """The same for a channel that asks for an answer within `longest`: the sooner of the two counts."""
        if longest is None:
            return self
        return replace(
            self,
            by_priority={
                priority: replace(promise, targets=_sooner(promise.targets, longest))
                for priority, promise in self.by_priority.items()
            },
        )

    @classmethod
    def read(cls, file: RuleFile) -> Promises:
        """The promises of a rules file. Raises RulesError for a country or state that nobody knows.

        The next response is promised within the same time as the first: the specification (§6) knows only one
        response time for each priority.
        """
        calendar = business_calendar(file.business_hours or STANDARD, file.time_zone)
        by_priority = {
            priority: Promise(
                targets={
                    Metric.FIRST_RESPONSE: level.first_response,
                    Metric.NEXT_RESPONSE: level.first_response,
                    Metric.RESOLUTION: level.resolution,
                },
                calendar=ALWAYS if level.clock == "always" else calendar,
                priority=priority,
            )
            for priority, level in file.levels.items()
        }
        return cls(time_zone=file.time_zone, calendar=calendar, by_priority=by_priority, default=file.default)


def _sooner(targets: Mapping[Metric, timedelta], longest: timedelta) -> dict[Metric, timedelta]:
    return {
        metric: target if metric is Metric.RESOLUTION else min(target, longest)
        for metric, target in targets.items()
    }


def business_calendar(hours: BusinessHours, zone: ZoneInfo) -> Calendar:
    """The calendar of business hours in a time zone, with the public holidays of its country.

    A day under `special` keeps its hours even if it is a holiday: so a shop says which ones it works on.
    Raises RulesError for a country or a state that is unknown.
    """
    return Calendar(
        time_zone=zone, days=hours.days, special=hours.special, holidays=hours.holidays | _public(hours)
    )


def _public(hours: BusinessHours) -> frozenset[date]:
    if hours.country is None:
        return frozenset()
    try:
        return frozenset(
            holidays.country_holidays(hours.country, subdiv=hours.subdivision, years=YEARS, expand=False)
        )
    except NotImplementedError as error:
        raise RulesError(
            f"rules.yaml: business_hours: holidays: {error}; write the ISO 3166 code of a country, "
            "such as US, and of its state, such as NY, or list the dates"
        ) from None
