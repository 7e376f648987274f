"""The text of the private note that an agent reads: a draft with its sources, or why a person must act."""

from __future__ import annotations

from collections.abc import Sequence

from plugins.model import Abstention, Citation, Decision, Draft, Priority, Reply

_NAMES = {Priority.P0: "Critical", Priority.P1: "High", Priority.P2: "Normal", Priority.P3: "Low"}
_REPLACES = "♻️ Replaces the earlier draft: the customer has written again."
_LINKS = {"kb": "KB", "order": "Order"}


def draft_note(
    decision: Decision,
    draft: Draft,
    reply: Reply,
    *,
    replaces: bool = False,
    burst: int = 1,
    due: str | None = None,
    warnings: Sequence[str] = (),
    page: str | None = None,
) -> str:
    """The note for a draft, in the form of specification §4, with the priority and its reasons.

    `replaces` says that an older draft of this conversation is out of date; `burst` is how many messages
    the draft answers; `due` is the promise that is due next; `warnings` is what could not be done;
    `page` is the address at which the draft is reviewed.
    """
    head = [f"🤖 AI Draft (Confidence: {draft.confidence:.2f})"]
    if replaces:
        head.append(_REPLACES)
    if burst > 1:
        head.append(f"✉️ Answers the customer's last {burst} messages together.")
    sources = ["📚 Sources:", *dict.fromkeys(_source(citation) for citation in draft.citations)]
    doubts = [
        f"- “{sentence.text}”: {sentence.problem or 'no source says so'}"
        for sentence in draft.sentences
        if not sentence.supported
    ]
    cautions = [f"- {caution}" for caution in (*draft.warnings, *reply.warnings, *warnings)]
    actions = [f"💡 Suggested: {', '.join(draft.suggested_actions)}"] if draft.suggested_actions else []
    return _blocks(
        head,
        ["\n\n".join(reply.parts)],
        ["---", *(sources if draft.citations else ["📚 Sources: none"])],
        _why(decision),
        _due(due),
        actions,
        ["🔎 Check these sentences:", *doubts] if doubts else [],
        ["❗ Take note:", *cautions] if cautions else [],
        ["⚠️ Review before sending", *([f"[Review it here]({page}), or write `/approve`"] if page else [])],
    )


def human_note(
    decision: Decision,
    abstention: Abstention | None = None,
    *,
    replaces: bool = False,
    due: str | None = None,
    warnings: Sequence[str] = (),
) -> str:
    """The note for a message that goes to a person; with the nearest articles if a draft was tried."""
    nearest = dict.fromkeys(
        f"- KB: {passage.article_id} ({passage.title})"
        for passage in (abstention.passages[:3] if abstention else ())
    )
    return _blocks(
        [
            f"🙋 For a person: {decision.priority} {_NAMES[decision.priority]}",
            *([_REPLACES] if replaces else []),
        ],
        _why(decision),
        _due(due),
        [f"No draft: {abstention.reason}"] if abstention else [],
        ["📚 Nearest articles:", *nearest] if nearest else [],
        [f"👥 Team: {decision.team}"] if decision.team else [],
        ["❗ Take note:", *(f"- {warning}" for warning in warnings)] if warnings else [],
    )


def failure_note() -> str:
    """The note for a message whose work failed for good; details are in the service's log, not here."""
    return _blocks(
        ["🙋 For a person: the assistant could not work the customer's message"],
        ["Nothing was lost: the message is above. `hotdash events list --state dead` shows the cause."],
    )


def _why(decision: Decision) -> list[str]:
    reasons = [f"- {reason.rule}: {reason.text}" for reason in decision.reasons]
    return [
        f"🚦 Priority: {decision.priority} {_NAMES[decision.priority]}, because",
        *(reasons or ["- no rule matched; this is the default"]),
    ]


def _due(due: str | None) -> list[str]:
    return [f"⏱️ {due[0].upper()}{due[1:]}"] if due else []


def _source(citation: Citation) -> str:
    name = f"[{citation.source}]({citation.url})" if citation.url else citation.source
    return f"- {_LINKS.get(citation.kind, citation.kind)}: {name}"


def _blocks(*blocks: Sequence[str]) -> str:
    return "\n\n".join("\n".join(block) for block in blocks if block)
