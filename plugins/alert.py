"""An alert: something that a person must hear of now, on its way to a phone, a mailbox or another service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """Where an incident stands; its key stays the same from the first alert to the last."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"  #: Somebody takes care of it.
    RESOLVE = "resolve"  #: It is over.


class Severity(StrEnum):
    """How bad it is."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a notifier delivers. Titles and texts hold no words of customers."""

    key: str  #: One incident, one key: what is sent twice under it is one alert, not two.
    stage: Stage
    severity: Severity
    title: str  #: One line.
    text: str
    at: datetime
    url: str | None = None  #: Where to act.
    account_id: int | None = None
    conversation_id: int | None = None  #: Chatwoot's number of it.
