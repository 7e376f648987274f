"""Does what agents write as commands in private notes, and answers each with a short note."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.chatwoot import payloads
from bot.chatwoot.payloads import MessageEvent
from bot.postbox import Postbox
from bot.review.commands import HELP, Command, Malformed, parse
from bot.review.desk import REASONS, Desk
from bot.review.people import People, Person
from bot.store.events import Events
from bot.store.jobs import Job
from bot.store.reviews import Card, Reviews
from plugins.errors import BadRequest, ReviewConflict

COMMAND = "command"
"""The kind of the jobs that do a command; their payload is {"event": id of the stored event}."""

SignIn = Callable[[str, Person], Awaitable[bool]]


def is_command(message: MessageEvent) -> bool:
    """True for a new private note of an agent that begins with a slash; never for a change of one."""
    return (
        message.created
        and message.private
        and message.author == "user"
        and message.marker is None
        and not message.deleted
        and message.content.lstrip().startswith("/")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Works the jobs of kind "command": each once, because its answer is written down once."""

    events: Events
    reviews: Reviews
    desk: Desk
    people: People
    postbox: Postbox
    sign_in: SignIn  #: Pairs a code with a person; False for a code that no browser waits for.
    account_id: int

    async def work(self, job: Job) -> None:
        """Do a command and say what came of it."""
        event = await self.events.event(int(job.payload["event"]))
        if event is None:
            return
        message = payloads.read(json.loads(event.body), account_id=self.account_id)
        assert isinstance(message, MessageEvent), "only notes are commands"
        answer = await self._answer(message, job.created_at)
        if answer is not None:
            cause = f"command:{message.id}"
            await self.postbox.note(cause, message.conversation.id, answer, after=message.id)

    async def _answer(self, message: MessageEvent, since: datetime) -> str | None:
        try:
            command = parse(message.content)
            if command is None:
                return None
            person = await self.people.find(message.author_id or 0)
            if person is None:
                return "❗ Only agents of this account can use commands."
            return await self._do(command, person, message, since)
        except (Malformed, ReviewConflict, BadRequest) as refused:
            return f"❗ {refused}"

    async def _do(self, command: Command, person: Person, message: MessageEvent, since: datetime) -> str:
        match command.name:
            case "help":
                return HELP
            case "login":
                known = await self.sign_in(command.text, person)
                return "✅ Go back to the page and on." if known else "❗ No page waits for this code."
            case "undo":
                return await self._undo(person, message)
            case "grade":
                return await self._grade(command, person, message)
            case _:
                return await self._decide(command, person, message, since)

    async def _decide(self, command: Command, person: Person, message: MessageEvent, since: datetime) -> str:
        card = await self._card(command, message)
        if card.note is None or card.note > message.id:
            raise ReviewConflict(
                f"draft #{card.id} came after your note; read it first", state="newer", draft=card.id
            )
        before = await self.reviews.standing(card.id)
        if before is not None and before.by_id == person.id and before.at >= since:
            # This very command, before a crash.
            return f"✅ Draft #{card.id}: {before.kind} by {before.by_name}"
        match command.name:
            case "approve":
                await self.desk.approve(card.id, card.version, person, "note")
                return f"✅ Draft #{card.id} approved; it leaves in a moment. `/undo` stops it."
            case "edit":
                await self.desk.approve(card.id, card.version, person, "note", text=command.text)
                return f"✅ Your reply for draft #{card.id} leaves in a moment. `/undo` stops it."
            case "reject":
                reason, note = _reason(command.text)
                await self.desk.reject(card.id, card.version, person, "note", reason=reason, note=note)
                return f"✅ Draft #{card.id} rejected: it {REASONS[reason]}."
            case _:
                note = command.text or None
                verdict = await self.desk.escalate(card.id, card.version, person, "note", note=note)
                return f"✅ Draft #{card.id} escalated to {verdict.team}."

    async def _card(self, command: Command, message: MessageEvent) -> Card:
        if command.draft is not None:
            card = await self.reviews.card(command.draft)
        else:
            card = await self.reviews.latest(message.conversation.id)
        if card is None or card.conversation != message.conversation.id:
            raise BadRequest("there is no such draft in this conversation")
        return card

    async def _undo(self, person: Person, message: MessageEvent) -> str:
        verdict = await self.reviews.newest_of(message.conversation.id)
        if verdict is None:
            raise BadRequest("there is nothing to undo in this conversation")
        waits = await self.desk.undo(verdict.id, person)
        tail = "it waits again." if waits else "a newer draft waits."
        return f"✅ Draft #{verdict.draft_id} is not {verdict.kind} any more; {tail}"

    async def _grade(self, command: Command, person: Person, message: MessageEvent) -> str:
        verdict = await self.reviews.newest_of(message.conversation.id)
        if verdict is None or command.grades is None:
            raise BadRequest("nothing was sent in this conversation that could be graded")
        await self.desk.grade(verdict.id, command.grades, person, command.text or None)
        tone, accuracy, policy = command.grades
        return f"✅ Thank you: tone {tone}, accuracy {accuracy}, policy {policy}."


def _reason(text: str) -> tuple[str, str | None]:
    """The code that a reason begins with, and the rest; "other" for words of one's own."""
    first, *rest = text.split(maxsplit=1)
    if first in REASONS:
        return first, rest[0] if rest else None
    return "other", text
