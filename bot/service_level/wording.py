"""How service levels are put into words, for customers and for agents."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.service_level.clocks import Metric

#: What Americans call their zones; others are named after their city.
_ZONES = {
    "America/New_York": "Eastern",
    "America/Detroit": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
    "UTC": "UTC",
    "Etc/UTC": "UTC",
}
NAMES = {
    Metric.FIRST_RESPONSE: "first response",
    Metric.NEXT_RESPONSE: "next response",
    Metric.RESOLUTION: "resolution",
}


def spoken(at: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """A moment as people say it: "Monday 10:00 AM Eastern"; with its date when it is a week away."""
    local = at.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    day = f"{local:%A}" if 0 <= days < 7 else f"{local:%A}, {local:%B} {local.day},"
    hour = local.hour % 12 or 12
    place = _ZONES.get(zone.key) or f"{zone.key.rpartition('/')[2].replace('_', ' ')} time"
    return f"{day} {hour}:{local:%M} {'AM' if local.hour < 12 else 'PM'} {place}"


def lasting(time: timedelta) -> str:
    """A length of time for people: "2 d 3 h", "4 h 5 min", "15 min", "less than a minute"."""
    minutes = int(time.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number]
    return " ".join(parts[:2]) or "less than a minute"
