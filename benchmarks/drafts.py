"""Twenty drafts as the service writes them without a language model, each with an honest remark.

    python -m benchmarks.drafts > docs/drafts.md

The questions and the remarks, which are a person's, stand in drafts.yaml; the drafts are generated.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import yaml

from kb_index.drafter import Drafter
from kb_index.embedding import load_embedder
from kb_index.knowledge_base import KnowledgeBase
from kb_index.voice import load_voice
from plugins.model import Contact, Conversation, Draft, Message, Order, Tracking

DATA = Path(__file__).parent.parent / "data"
NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
ORDER = Order(
    name="#1042",
    source="sample",
    status="in_transit",
    placed_at=datetime(2026, 10, 29, tzinfo=UTC),
    expected_at=datetime(2026, 11, 4, tzinfo=UTC),
    tracking=(Tracking(carrier="UPS", number="1Z5E80", url="https://ups.example/1Z5E80"),),
)
HEAD = """\
# Twenty drafts

Written by `python -m benchmarks.drafts > docs/drafts.md` from data/support without a language model, and
kept as they came. The questions are put as customers put them in chats and mails, slips and all. The last
line of each is a person's: usable as it stands, after a light edit, or wrong, and why.

Of the twenty, nine can be sent as they stand and seven after a light edit (mostly: delete a paragraph that
was not asked for); four are abstentions, all of them right. None says what its source does not say.
"""


async def main() -> None:
    """Print the page."""
    print(HEAD)
    with tempfile.TemporaryDirectory() as state:
        embedder = await asyncio.to_thread(load_embedder)
        kb = await KnowledgeBase.open(DATA / "support", Path(state), embedder=embedder)
        drafter = Drafter(kb=kb, voice=load_voice(DATA / "voice.yaml"))
        rows = yaml.safe_load(Path(__file__).with_name("drafts.yaml").read_text())
        for number, row in enumerate(rows, start=1):
            question, orders = row["question"], (ORDER,) if row.get("order") else ()
            message = Message(
                id=number,
                conversation=Conversation(id=number, account_id=1),
                contact=Contact(id=1, name="Sam Lee"),
                channel="email",
                content=question,
                raw_content=question,
                received_at=NOW,
            )
            match = await kb.match(question, orders)
            draft = await drafter.draft(message, question=question, match=match, orders=orders)
            print(f"## {number}. {question}\n")
            if isinstance(draft, Draft):
                quoted = "\n".join(f"> {line}".rstrip() for line in draft.answer.splitlines())
                print(f"{quoted}\n\nConfidence {draft.confidence:.2f}. Sources:")
                print("\n".join(f"[{one.number}] {one.source}" for one in draft.citations) + "\n")
            else:
                print(f"No draft: {draft.reason} (confidence {match.confidence:.2f}).\n")
            print(f"**{row['verdict']}** {row['remark']}\n")


if __name__ == "__main__":
    asyncio.run(main())
