"""Incidents: people are told one after the other until somebody reacts, and hear when it is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from bot.postbox import Postbox
from bot.service_level import on_call
from bot.service_level.calendar import ALWAYS, Calendar
from bot.service_level.delivery import Notifiers
from bot.service_level.terms import Terms
from bot.store.database import Transaction
from bot.store.incidents import IncidentStore, KeptIncident
from bot.store.jobs import Job, Jobs
from bot.worker import Retry
from plugins.alert import Alert, Severity, Stage
from plugins.errors import ChatwootRefused, PluginError
from rules.rota import ON_CALL, Step

log = structlog.get_logger()

TELL, NOTIFY, ACKNOWLEDGE = "tell", "notify", "acknowledge"
"""The kinds of jobs: one step of telling, one delivery to one notifier, and a press of the button."""

#: How the private notes of alerts begin.
ALERT = "⏰"
#: Without steps in rules.yaml, whoever is on call is told once.
ONCE = (Step(after=timedelta(0), to=ON_CALL),)
#: An alert that could not be delivered for so long is given up.
_STALE = timedelta(hours=6)
_GONE = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why people are told; an incident may have several, one after the other."""

    name: str  #: Unique within the incident, such as "breached:1".
    at: datetime
    severity: Severity
    title: str  #: One line, without words of the customer.
    text: str


class Incidents:
    """Opens, acknowledges and closes incidents, and works the jobs of kinds "tell" and "notify"."""

    def __init__(
        self,
        store: IncidentStore,
        jobs: Jobs,
        postbox: Postbox,
        notifiers: Notifiers,
        terms: Terms,
        *,
        account_id: int,
        chatwoot_url: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`chatwoot_url` is where agents open conversations; `now` is the clock."""
        self._store = store
        self._jobs = jobs
        self._postbox = postbox
        self._notifiers = notifiers
        self._terms = terms
        self._account_id = account_id
        self._chatwoot_url = chatwoot_url.rstrip("/")
        self._now = now

    async def open(
        self,
        key: str,
        cause: Cause,
        *,
        conversation_id: UUID | None = None,
        steps: Sequence[Step] = ONCE,
        calendar: Calendar = ALWAYS,
        on: Transaction,
    ) -> None:
        """Open an incident for a cause, or add a cause to one that is open; a cause counts once.

        `calendar` is what the waits of `steps` are counted in.
        """
        number = await self._store.open(key, conversation_id, cause.at, on=on)
        for telling in on_call.tellings(tuple(steps), cause.at, calendar):
            payload = {"incident": number, "step": telling.step, "to": telling.to, "cause": _written(cause)}
            await self._jobs.put(
                TELL,
                payload,
                run_at=telling.at,
                dedup=f"{TELL}:{number}:{cause.name}:{cause.at.isoformat()}:{telling.step}",
                on=on,
            )

    async def close(self, key: str, *, text: str, on: Transaction) -> None:
        """Note that an incident is over, and let those hear of it who were told of it."""
        number = await self._store.close(key, self._now(), on=on)
        if number is not None:
            await self._tell_all(number, key, Stage.RESOLVE, text, on)

    async def close_drafts(self, conversation_id: UUID, *, on: Transaction) -> None:
        """Close the incidents about drafts of a conversation that a person answered."""
        for key in await self._store.drafts_of(conversation_id, on=on):
            await self.close(key, text="A person answered.", on=on)

    async def acknowledge(self, conversation_id: UUID, by: str, *, on: Transaction) -> int:
        """Note that somebody takes care of a conversation: nobody else is told. Gives how many incidents."""
        numbers = await self._store.acknowledge(conversation_id, by, self._now(), on=on)
        await self._tell_acknowledged(numbers, by, on)
        return len(numbers)

    async def take(self, job: Job) -> None:
        """Somebody pressed the button: as `acknowledge`, for one incident. Safe to repeat."""
        by = str(job.payload["by"])
        async with self._store.transaction() as on:
            numbers = await self._store.take(int(job.payload["incident"]), by, self._now(), on=on)
            await self._tell_acknowledged(numbers, by, on)

    async def _tell_acknowledged(self, numbers: list[int], by: str, on: Transaction) -> None:
        for number in numbers:
            incident = await self._store.incident(number)
            if incident is not None:
                await self._tell_all(number, incident.key, Stage.ACKNOWLEDGE, f"{by} takes care of it.", on)

    async def tell(self, job: Job) -> None:
        """Take one step of telling, unless it is over or taken on since its cause. Safe to repeat."""
        incident = await self._store.incident(job.payload["incident"])
        cause, step = _read(job.payload["cause"]), int(job.payload["step"])
        if incident is None or not _wanted(incident, cause):
            return
        rota = self._terms.rota
        to = str(job.payload["to"])
        names = on_call.routes(rota, to, self._now(), self._terms.zone) if rota else ()
        mentions = [mention for name in names if (mention := self._notifiers.mention(name))]
        for name in names:
            if self._notifiers.mention(name) is None:
                await self._jobs.put(
                    NOTIFY,
                    {"incident": incident.id, "notifier": name, "alert": self._alert(incident, cause)},
                    dedup=f"{NOTIFY}:{incident.id}:{cause.name}:{cause.at.isoformat()}:{step}:{name}",
                )
        if incident.conversation is not None:
            told = self._person(to)
            text = note(cause, step=step, told=told, mentions=mentions)
            await self._note(f"alert:{incident.id}:{cause.name}:{step}", incident.conversation, text)

    async def notify(self, job: Job) -> None:
        """Deliver one alert to one notifier; tried again for hours if the other side is down."""
        alert = _alert(job.payload["alert"])
        name, number = str(job.payload["notifier"]), int(job.payload["incident"])
        if alert.stage is Stage.TRIGGER:
            incident = await self._store.incident(number)
            if incident is None or incident.closed_at is not None:
                return
        try:
            await self._notifiers.deliver(name, alert)
        except PluginError as error:
            if self._now() - alert.at < _STALE:
                raise Retry(str(error)) from error
            raise
        log.info("alert.delivered", notifier=name, key=alert.key, stage=alert.stage)
        if alert.stage is Stage.TRIGGER:
            await self._store.told(number, name)

    def _person(self, to: str) -> str | None:
        """The name of whom a step tells; None if the rules name nobody."""
        rota = self._terms.rota
        if rota is None:
            return None
        return on_call.on_call(rota, self._now(), self._terms.zone) if to == ON_CALL else to

    async def _note(self, cause: str, conversation: int, text: str) -> None:
        try:
            await self._postbox.note(cause, conversation, text, after=0)
        except ChatwootRefused as error:
            if error.status != _GONE:
                raise
            log.warning("conversation.gone", conversation=conversation)

    async def _tell_all(self, number: int, key: str, stage: Stage, text: str, on: Transaction) -> None:
        """Queue a word to every notifier that was told of the incident."""
        at = self._now()
        alert = {
            "key": key,
            "stage": stage,
            "severity": Severity.INFO,
            "title": text,
            "text": "",
            "at": at.isoformat(),
            "account_id": self._account_id,
        }
        for name in await self._store.notifiers(number, on=on):
            await self._jobs.put(
                NOTIFY,
                {"incident": number, "notifier": name, "alert": alert},
                dedup=f"{NOTIFY}:{number}:{stage}:{at.isoformat()}:{name}",
                on=on,
            )

    def _alert(self, incident: KeptIncident, cause: Cause) -> dict[str, Any]:
        place = f"{self._chatwoot_url}/app/accounts/{self._account_id}/conversations/{incident.conversation}"
        return {
            "key": incident.key,
            "stage": Stage.TRIGGER,
            "severity": cause.severity,
            "title": cause.title,
            "text": cause.text,
            "at": cause.at.isoformat(),
            "account_id": self._account_id,
            "conversation_id": incident.conversation,
            "url": place if incident.conversation is not None else None,
        }


def incident_key(account_id: int, conversation: int, metric: str, number: int) -> str:
    """The one key of everything that people are told about a clock of a conversation (Chatwoot's number)."""
    return f"hotdash-{account_id}-{conversation}-{metric}-{number}"


def note(cause: Cause, *, step: int, told: str | None, mentions: Sequence[str]) -> str:
    """The private note that an alert leaves in its conversation."""
    whom = ", ".join(mentions) or told
    lines = [f"{ALERT} **{cause.title}**", cause.text]
    if step:
        lines.append("Nobody has reacted yet.")
    lines.append(f"Told: {whom}. Write /ack in a private note to take care of it." if whom else "")
    return "\n\n".join(line for line in lines if line)


def _wanted(incident: KeptIncident, cause: Cause) -> bool:
    taken = incident.acknowledged_at
    return incident.closed_at is None and (taken is None or taken < cause.at)


def _written(cause: Cause) -> dict[str, Any]:
    return {**asdict(cause), "at": cause.at.isoformat()}


def _read(written: dict[str, Any]) -> Cause:
    return Cause(
        **{**written, "at": datetime.fromisoformat(written["at"]), "severity": Severity(written["severity"])}
    )


def _alert(written: dict[str, Any]) -> Alert:
    return Alert(
        **{
            **written,
            "at": datetime.fromisoformat(written["at"]),
            "stage": Stage(written["stage"]),
            "severity": Severity(written["severity"]),
        }
    )
