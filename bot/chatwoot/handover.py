"""Puts a decision into effect in Chatwoot: priority, labels, team. May be done again without harm."""

from __future__ import annotations

from bot.chatwoot.client import Chatwoot
from plugins.errors import ChatwootForbidden, ChatwootRefused
from plugins.model import Conversation, Decision

ATTRIBUTE = "triage"
"""The conversation attribute that shows agents the priority in our words and the rules behind it."""


async def apply(chatwoot: Chatwoot, conversation: Conversation, decision: Decision) -> tuple[str, ...]:
    """Set what the decision asks for, on top of what is there; the priority is never lowered.

    Returns what could not be done, one sentence each for the note. Raises ChatwootUnavailable.
    """
    if conversation.priority is None or decision.priority < conversation.priority:
        await chatwoot.set_priority(conversation.id, decision.priority)
    if set(decision.labels) - set(conversation.labels):
        await chatwoot.add_labels(conversation.id, decision.labels)
    rules = ", ".join(reason.rule for reason in decision.reasons) or "default"
    shown = {ATTRIBUTE: f"{decision.priority} · {rules}"}
    await chatwoot.merge_attributes(conversation, shown)
    return await _assign(chatwoot, conversation, decision)


async def _assign(chatwoot: Chatwoot, conversation: Conversation, decision: Decision) -> tuple[str, ...]:
    team = decision.team
    # An agent who has taken the conversation keeps it.
    if team is None or conversation.assignee_id is not None:
        return ()
    try:
        found = await chatwoot.assign_team(conversation.id, team)
    except (ChatwootForbidden, ChatwootRefused) as error:
        return (f"the team {team} could not be assigned: {error}",)
    return () if found else (f"the team {team} could not be assigned: Chatwoot has no team of that name",)
