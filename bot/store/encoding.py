"""Facts, drafts and replies as JSON and back, without losing what kind of value each was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from plugins.model import Citation, Draft, Facts, Money, Reason, Reply, Sentence


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """The facts with tagged values: {"$money": ["600", "USD"]}, {"$seconds": 900}, {"$time": "2026-…"}."""
    return {name: _plain(value) for name, value in facts.values.items()}


def facts_from_json(stored: Mapping[str, Any]) -> Facts:
    """What `facts_to_json` made, as facts again; lists become tuples."""
    return Facts({name: _typed(value) for name, value in stored.items()})


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """A draft with its citations and sentences as plain lists."""
    return asdict(draft)


def draft_from_json(stored: Mapping[str, Any]) -> Draft:
    """What `draft_to_json` made, as a draft again."""
    return Draft(
        **{
            **stored,
            "citations": tuple(Citation(**citation) for citation in stored["citations"]),
            "sentences": tuple(
                Sentence(**{**sentence, "citations": tuple(sentence["citations"])})
                for sentence in stored["sentences"]
            ),
            "suggested_actions": tuple(stored["suggested_actions"]),
            "warnings": tuple(stored["warnings"]),
        }
    )


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """A reply as its parts, warnings and details."""
    return asdict(reply)


def reply_from_json(stored: Mapping[str, Any]) -> Reply:
    """What `reply_to_json` made, as a reply again."""
    return Reply(**{**stored, "parts": tuple(stored["parts"]), "warnings": tuple(stored["warnings"])})


def reasons_from_json(stored: list[dict[str, Any]]) -> tuple[Reason, ...]:
    """Stored reasons as nouns again."""
    return tuple(Reason(**reason) for reason in stored)


def _plain(value: Any) -> Any:
    match value:
        case Money():
            return {"$money": [str(value.amount), value.currency]}
        case timedelta():
            return {"$seconds": value.total_seconds()}
        case datetime():
            return {"$time": value.isoformat()}
        case Decimal():
            return {"$number": str(value)}
        case tuple() | list() | set() | frozenset():
            return [_plain(item) for item in value]
        case _:
            return value


def _typed(value: Any) -> Any:
    match value:
        case {"$money": [amount, currency]}:
            return Money(amount=Decimal(amount), currency=currency)
        case {"$seconds": seconds}:
            return timedelta(seconds=seconds)
        case {"$time": moment}:
            return datetime.fromisoformat(moment)
        case {"$number": number}:
            return Decimal(number)
        case list():
            return tuple(_typed(item) for item in value)
        case _:
            return value
