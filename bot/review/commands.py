r"""The commands that agents write as private notes, such as /approve; what they mean is decided elsewhere.

A command is the first word of a note, begins with a slash and has no other names: `/approve but …` is an
error and never an approval. Chatwoot's editor escapes Markdown (`\-`, `\` at a line's end), which is undone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Command → what comes after it, as people read it.
FORMS = {
    "approve": "/approve [#draft]",
    "edit": "/edit [#draft] the whole reply",
    "reject": "/reject [#draft] why",
    "escalate": "/escalate [#draft] [why]",
    "grade": "/grade tone accuracy policy [comment], 1 to 5 each",
    "undo": "/undo",
    "login": "/login code",
    "help": "/help",
}
#: Commands that other parts of the service listen to.
FOREIGN = frozenset({"ack"})

HELP = "Write one of these as a private note: " + " · ".join(f"`{form}`" for form in FORMS.values())

_HEAD = re.compile(r"\s*/(?P<name>\S*)(?P<rest>.*)\Z", re.DOTALL)
_DRAFT = re.compile(r"\s*#(?P<number>\d{1,10})(?!\S)(?P<rest>.*)\Z", re.DOTALL)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


class Malformed(Exception):
    """A note that begins like a command and is none; its text is for the agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What an agent asked for."""

    name: str
    draft: int | None = None  #: None: the conversation's newest.
    text: str = ""  #: The reply, the reason, the comment or the code.
    grades: tuple[int, int, int] | None = None


def parse(note: str) -> Command | None:
    """The command of a note; None for a note that is none, or another part's. Raises Malformed."""
    head = _HEAD.match(_ESCAPED.sub(r"\1", note.replace("\r\n", "\n").replace("\\\n", "\n")))
    if head is None or head["name"] in FOREIGN:
        return None
    name, rest = head["name"], head["rest"]
    if name not in FORMS:
        raise Malformed(f"`/{name[:30]}` is no command. {HELP}")
    draft = None
    if name in ("approve", "edit", "reject", "escalate"):
        numbered = _DRAFT.match(rest)
        if numbered is not None:
            draft, rest = int(numbered["number"]), numbered["rest"]
    text = rest.strip()
    if name == "grade":
        return _grade(text)
    if name in ("approve", "undo", "help") and text:
        raise Malformed(f"`/{name}` takes nothing more; nothing was done. Use `{FORMS[name]}`.")
    if name in ("edit", "reject") and not text:
        raise Malformed(f"`/{name}` needs more; nothing was done. Use `{FORMS[name]}`.")
    if name == "login" and not re.fullmatch(r"[0-9]{6}", text):
        raise Malformed("`/login` needs the six digits that the page shows.")
    return Command(name=name, draft=draft, text=text)


def _grade(text: str) -> Command:
    words = text.split(maxsplit=3)
    if len(words) < 3 or any(re.fullmatch(r"[1-5]", word) is None for word in words[:3]):
        raise Malformed(f"Grades are three numbers from 1 to 5; nothing was kept. Use `{FORMS['grade']}`.")
    tone, accuracy, policy = (int(word) for word in words[:3])
    comment = words[3] if len(words) > 3 else ""
    if re.fullmatch(r"[\d.,/\s]+", comment):
        raise Malformed(f"Three grades, not more; nothing was kept. Use `{FORMS['grade']}`.")
    return Command(name="grade", text=comment, grades=(tone, accuracy, policy))
