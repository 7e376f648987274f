"""Opt-out: the words that stop an SMS subscription, and the sentences that mean the same.

The words are Twilio's, which answers them itself. A customer may also say it in a sentence of their own, and
that has to be honoured too (FCC, 47 CFR 64.1200(a)(10), "any reasonable means"): a person looks at those.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Keyword(StrEnum):
    """What a message that is nothing but one of the words asks for."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"


_WORDS = {
    **dict.fromkeys(
        ("stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"), Keyword.OPT_OUT
    ),
    **dict.fromkeys(("start", "unstop", "yes"), Keyword.OPT_IN),
    **dict.fromkeys(("help", "info"), Keyword.HELP),
}

_MESSAGES = r"(?:texts?|texting|messages?|messaging|msgs?|sms|notifications?|alerts?|spam\w*)"
_ASKS = re.compile(
    "|".join(
        (
            rf"\b(?:stop|quit|cease|no longer|halt)\b[^.!?\n]{{0,25}}\b{_MESSAGES}\b",
            r"\b(?:stop|quit)\s+(?:contacting|bothering|spamming|harassing)\b",
            r"\b(?:do\s?n[o']?t|do not|never)\s+(?:ever\s+)?(?:text|message|contact|sms)\s+(?:me|us|this)\b",
            rf"\bno\s+more\s+{_MESSAGES}\b",
            rf"\b(?:do\s?n[o']?t|do not|no longer)\s+(?:want|wish|like)\b[^.!?\n]{{0,30}}\b{_MESSAGES}\b",
            r"\bunsubscribe\b",
            r"\bopt(?:\s+me|\s+us)?[\s-]*out\b",
            r"\b(?:take|get|remove|delete)\s+(?:me|us|my\s+(?:number|phone))\s+(?:off|from|out)\b",
            r"\b(?:remove|delete|lose|forget)\s+(?:my|this)\s+(?:phone\s+)?number\b",
            r"\bleave\s+me\s+alone\b",
            r"\b(?:withdraw|revoke)\b[^.!?\n]{0,20}\bconsent\b",
        )
    )
)


def keyword(text: str) -> Keyword | None:
    """The word that a message consists of, apart from blanks, case and punctuation; None for all others."""
    return _WORDS.get(re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold()))


def asks_to_stop(text: str) -> bool:
    """True if a sentence says that no more messages are wanted; made to find too many rather than too few."""
    return bool(_ASKS.search(unicodedata.normalize("NFKC", text).replace("’", "'").casefold()))
