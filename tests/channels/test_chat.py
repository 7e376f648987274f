"""Chat replies come in a few natural parts."""

from __future__ import annotations

from channels.chat import COMFORTABLE, Chat


def test_a_short_answer_is_one_message(message, draft) -> None:
    """A short answer is sent as it is: no greeting, no signature."""
    assert Chat().format(draft("Yes, within 30 days."), message(channel="chat"), "Sam").parts == (
        "Yes, within 30 days.",
    )


def test_a_long_answer_is_split_at_paragraphs(message, draft) -> None:
    """Each paragraph that fits a message becomes one."""
    paragraphs = ["First. " * 40, "Second. " * 40]
    parts = Chat().format(draft("\n\n".join(paragraphs)), message(channel="chat"), None).parts
    assert parts == tuple(paragraph.strip() for paragraph in paragraphs)
    assert all(len(part) <= COMFORTABLE for part in parts)
