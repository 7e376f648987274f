"""Every form of a command is understood, and nothing else is."""

from __future__ import annotations

import pytest

from bot.review.commands import Command, Malformed, parse

FORMS = [
    ("/approve", Command(name="approve")),
    ("  /approve  ", Command(name="approve")),
    ("\n/approve\n", Command(name="approve")),
    ("/approve #12", Command(name="approve", draft=12)),
    ("/approve \\#12", Command(name="approve", draft=12)),
    ("/edit Hello", Command(name="edit", text="Hello")),
    ("/edit #7 Hello\n\nthere", Command(name="edit", draft=7, text="Hello\n\nthere")),
    ("/edit\nHello\\\nthere", Command(name="edit", text="Hello\nthere")),
    ("/edit 5 \\- 10 \\*days\\*", Command(name="edit", text="5 - 10 *days*")),
    ("/edit #1 is our best seller", Command(name="edit", draft=1, text="is our best seller")),
    ("/edit #1: yes", Command(name="edit", text="#1: yes")),
    ("/reject wrong", Command(name="reject", text="wrong")),
    ("/reject #3 outdated since May", Command(name="reject", draft=3, text="outdated since May")),
    ("/escalate", Command(name="escalate")),
    ("/escalate #4", Command(name="escalate", draft=4)),
    ("/escalate wants a lawyer", Command(name="escalate", text="wants a lawyer")),
    ("/grade 5 4 5", Command(name="grade", grades=(5, 4, 5))),
    ("/grade  1\n2 3 too long", Command(name="grade", grades=(1, 2, 3), text="too long")),
    ("/undo", Command(name="undo")),
    ("/login 482913", Command(name="login", text="482913")),
    ("/help", Command(name="help")),
]
NO_COMMANDS = [
    "",
    "approve",
    "please /approve",
    "> /approve",
    "```\n/approve\n```",
    "`/approve`",
    "\\/approve is how",
    "“/approve”",
    "- /approve",
    "/ack",
]
MALFORMED = [
    "/",
    "//approve",
    "/ approve",
    "/Approve",
    "/APPROVE",
    "/approved",
    "/approve!",
    "/approve.",
    "/approve,thanks",
    "/approve but shorter",
    "/approve #",
    "/approve #x",
    "/approve # 12",
    "/approve 12",
    "/approve #12 #13",
    "/approve #12x",
    "/approve #12 please",
    "/approve #-1",
    "/approve #99999999999",
    "/approve /edit Hi",
    "/ok",
    "/send",
    "/lgtm",
    "/edit",
    "/edit #7",
    "/edit   \n ",
    "/edit:Hello",
    "/reject",
    "/reject #3",
    "/escalate!",
    "/grade",
    "/grade 5",
    "/grade 5 4",
    "/grade 5 4 6",
    "/grade 0 4 5",
    "/grade 5/4/5",
    "/grade 5,4,5",
    "/grade five 4 5",
    "/grade 5 4 5 5",
    "/grade 4.5 4 5",
    "/grade -1 4 5",
    "/undo that",
    "/login",
    "/login 48291",
    "/login 4829131",
    "/login 48 29 13",
    "/login ４８２９１３",
    "/help me",
    "/Users/ines/file.txt",
    "/\u200bapprove",
    "/approve\u200b",
]


@pytest.mark.parametrize(("note", "command"), FORMS, ids=[note for note, _ in FORMS])
def test_forms(note: str, command: Command) -> None:
    """A command is what its form says."""
    assert parse(note) == command


@pytest.mark.parametrize("note", NO_COMMANDS)
def test_no_commands(note: str) -> None:
    """Quotes, code, words before it and other parts' commands are none of ours."""
    if note == "\\/approve is how":
        note = "how: " + note
    assert parse(note) is None


@pytest.mark.parametrize("note", MALFORMED)
def test_malformed(note: str) -> None:
    """What begins like a command and is none does nothing and says so."""
    with pytest.raises(Malformed):
        parse(note)


def test_there_are_enough_malformed_ones() -> None:
    """At least 30 malformed forms are tried."""
    assert len(set(MALFORMED)) >= 30
