"""The service level of all conversations: what the rest of the service tells it, and its jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from bot.chatwoot.client import Chatwoot
from bot.chatwoot.payloads import ConversationEvent, MessageEvent
from bot.postbox import Postbox
from bot.service_level.after_hours import REPLY, AfterHours
from bot.service_level.approvals import REMIND, Approvals
from bot.service_level.delivery import Notifiers
from bot.service_level.incidents import ACKNOWLEDGE, NOTIFY, TELL, Incidents
from bot.service_level.poller import POLL, Poller
from bot.service_level.registration import Registration
from bot.service_level.surroundings import DRAFTER, KNOWLEDGE, Surroundings
from bot.service_level.terms import Terms
from bot.service_level.timekeeper import CLOCK, Timekeeper
from bot.store.clocks import Clocks
from bot.store.database import Database, Transaction
from bot.store.events import Events
from bot.store.incidents import IncidentStore
from bot.store.jobs import Jobs
from bot.store.lookout import Lookout
from bot.store.posts import Posts
from bot.worker import Handler
from plugins.manager import Plugins
from plugins.model import Abstention, Decision, Draft, Match, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """Each field is a doer; everything that it is told may be told again."""

    timekeeper: Timekeeper
    after_hours: AfterHours
    approvals: Approvals
    incidents: Incidents
    clocks: Clocks
    surroundings: Surroundings
    poller: Poller

    @classmethod
    def build(
        cls,
        database: Database,
        jobs: Jobs,
        events: Events,
        chatwoot: Chatwoot,
        postbox: Postbox,
        plugins: Plugins,
        terms: Terms,
        *,
        account_id: int,
        chatwoot_url: str,
        notifiers: Mapping[str, str],
        registration: Registration | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> ServiceLevel:
        """All doers of service levels.

        `notifiers` are addresses by name, `chatwoot_url` is where agents open conversations, and
        `registration` is the webhook to look after.
        """
        clocks, store = Clocks(database), IncidentStore(database)
        incidents = Incidents(
            store,
            jobs,
            postbox,
            Notifiers(notifiers, plugins),
            terms,
            account_id=account_id,
            chatwoot_url=chatwoot_url,
            now=now,
        )
        lookout = Lookout(database)
        surroundings = Surroundings(
            database=database,
            jobs=jobs,
            lookout=lookout,
            incidents=incidents,
            terms=terms,
            account_id=account_id,
            now=now,
        )
        timekeeper = Timekeeper(
            database=database,
            clocks=clocks,
            posts=Posts(database),
            jobs=jobs,
            incidents=incidents,
            terms=terms,
            answer_within=lambda channel: plugins.channels.capabilities(channel).answer_within,
            now=now,
        )
        return cls(
            timekeeper=timekeeper,
            after_hours=AfterHours(
                database=database,
                jobs=jobs,
                clocks=clocks,
                chatwoot=chatwoot,
                postbox=postbox,
                incidents=incidents,
                terms=terms,
                channels=plugins.channels,
                now=now,
            ),
            approvals=Approvals(
                database=database,
                jobs=jobs,
                store=store,
                clocks=clocks,
                incidents=incidents,
                terms=terms,
                now=now,
            ),
            incidents=incidents,
            clocks=clocks,
            surroundings=surroundings,
            poller=Poller(
                events=events,
                jobs=jobs,
                lookout=lookout,
                chatwoot=chatwoot,
                registration=registration,
                surroundings=surroundings,
                timekeeper=timekeeper,
                account_id=account_id,
                now=now,
            ),
        )

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What does the jobs, by their kind."""
        return {
            CLOCK: self.timekeeper.look,
            REPLY: self.after_hours.reply,
            REMIND: self.approvals.remind,
            TELL: self.incidents.tell,
            NOTIFY: self.incidents.notify,
            ACKNOWLEDGE: self.incidents.take,
            POLL: self.poller.poll,
        }

    async def hear(
        self, conversation_id: UUID, news: MessageEvent | ConversationEvent, *, on: Transaction
    ) -> None:
        """What Chatwoot told, in the transaction that records it."""
        await self.timekeeper.hear(conversation_id, news, on=on)

    async def disregard(self, conversation_id: UUID, message: int) -> None:
        """A message turned out to be automatic: nobody waits for an answer to it."""
        await self.timekeeper.disregard(conversation_id, message)

    async def decided(
        self, conversation_id: UUID, message: Message, decision: Decision, *, language: str | None
    ) -> None:
        """The rules decided about a message. The priority that agents see is never lowered, nor is this."""
        present = message.conversation.priority
        priority = decision.priority if present is None else min(decision.priority, present)
        await self.timekeeper.prioritise(conversation_id, priority)
        await self.after_hours.decided(conversation_id, message, priority, language=language)

    async def due(self, conversation_id: UUID) -> str | None:
        """Which promise is due next, for the note: "first response due by Monday 10:00 AM Eastern"."""
        return await self.timekeeper.due(conversation_id)

    async def weighed(self, match: Match) -> None:
        """The knowledge base was asked; a match may be weaker than it should be."""
        await self.surroundings.report(KNOWLEDGE, match.degraded)

    async def tried(self, draft: Draft | Abstention) -> None:
        """A draft was tried; that nothing fits is no failure."""
        if isinstance(draft, Draft):
            await self.surroundings.worked(DRAFTER)
        elif draft.failed:
            await self.surroundings.failed(DRAFTER, draft.reason)

    async def drafted(self, conversation_id: UUID, message: Message, decision: Decision, draft: int) -> None:
        """A draft waits for a person."""
        await self.approvals.drafted(conversation_id, message.conversation, draft, decision.priority)
