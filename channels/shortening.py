"""Shortening: an English text loses its pleasantries and its length, never a fact.

Each step is tried only while the text is still too long. A sentence goes only if the whole of it is a known
pleasantry.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

_SENTENCE_ENDS = re.compile(r"((?<=[.!?])\s+|\n+)")

#: Whole sentences in lower case, without punctuation, that say nothing about the matter.
_PLEASANTRY = re.compile(
    "|".join(
        (
            r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))(?: there| [a-z]+){0,2}",
            r"(?:many thanks|thanks|thank you)(?: (?:so|very) much| a lot| again)*",
            r"(?:thanks|thank you)(?: (?:so|very) much)? for (?:reaching out|contacting us|getting in touch"
            r"|writing|asking|letting us know|shopping|your (?:message|email|question|patience|order|purchase"
            r"|interest|understanding))(?: to us| with us)?",
            r"(?:i|we)(?: really)? hope (?:this|that) (?:helps|answers your questions?|clears things up)",
            r"(?:i|we)(?: really)? hope (?:you are|youre) (?:doing |having a )?[a-z]+(?: day| week)?",
            r"(?:i|we) hope this (?:message|email) finds you well",
            r"(?:(?:id|wed|i would|we would|ill|well|we will) be|im|i am|were|we are) (?:happy|glad) to help"
            r"(?: you)?(?: with (?:this|that))?",
            r"(?:please )?(?:just )?(?:let (?:me|us) know|reach out|feel free to (?:ask|reach out|contact us)"
            r"|(?:dont|do not) hesitate to (?:ask|reach out|contact us))"
            r" if (?:you (?:have|need)|there is|theres) (?:any|anything|more|further|other|else|questions?"
            r"|concerns?|help|assistance|or|at all|i can do| )+",
            r"if you have (?:any |other |further |more |additional )*questions(?: or concerns)?"
            r"(?: (?:please )?(?:just )?(?:let (?:me|us) know|reach out|ask|contact us|feel free to ask))?",
            r"is there anything else(?: (?:i|we) can (?:do|help)(?: you)?(?: with| for you)?)?(?: today)?",
            r"(?:have|enjoy) (?:a|your) (?:great|nice|lovely|good|wonderful)? ?(?:day|week|weekend|evening)",
            r"(?:best|kind|warm)(?:est)? (?:regards|wishes)",
            r"(?:great|good) question",
        )
    )
)

_FILLERS = (
    (r"\bplease note that\s+", ""),
    (r"\bplease be (?:advised|aware) that\s+", ""),
    (r"\bkindly\s+", ""),
    (r"\b(?:simply|basically|actually|really|very)\s+", ""),
    (r"\bin order to\b", "to"),
    (r"\bdue to the fact that\b", "because"),
    (r"\bat (?:this|the present) (?:moment|time|point in time)\b", "now"),
    (r"\bas soon as possible\b", "ASAP"),
    (r"\bwould you like to\b", "want to"),
    (r"\b(?:you are|you're) able to\b", "you can"),
    (r"\bwe are able to\b", "we can"),
    (r"\bwith regard to\b|\bregarding\b|\bin regards to\b", "about"),
    (r"\bprior to\b", "before"),
    (r"\bsubsequent to\b", "after"),
    (r"\badditional\b", "more"),
    (r"\bapproximately\b", "about"),
    (r"\bpurchased\b", "bought"),
    (r"\breceive\b", "get"),
    (r"\bas well as\b", "and"),
)
_CONTRACTIONS = (
    (r"\bcannot\b|\bcan not\b", "can't"),
    (r"\bwill not\b", "won't"),
    (r"\b(do|does|did|is|are|was|were|has|have|had|should|would|could) not\b", r"\1n't"),
    (r"\b(I|you|we|they|it|he|she|that|there) will\b", r"\1'll"),
    (r"\b(you|we|they) are\b(?=\s+\w)", r"\1're"),
    (r"\b(it|that|there|he|she) is\b(?=\s+\w)", r"\1's"),
    (r"\bI am\b(?=\s+\w)", "I'm"),
    (r"\b(I|you|we|they) have\b(?=\s+\w+ed\b)", r"\1've"),
)
_ABBREVIATIONS = (
    (r"(?<=\d) (business|working) days\b", " work days"),
    (r"(?<=\d) minutes?\b", " min"),
    (r"(?<=\d) hours?\b", " h"),
    (r"\band\b", "&"),
)


def shorten(text: str, fits: Callable[[str], bool]) -> str:
    """The text, shortened step by step until it `fits`, or as far as no fact is lost."""
    for step in (_tight, _without_pleasantries, _fillers, _contractions, _abbreviations):
        if fits(text):
            return text
        text = step(text)
    return text


def _tight(text: str) -> str:
    return re.sub(r"[ \t]*\n\s*", "\n", re.sub(r"[ \t]{2,}", " ", text)).strip()


def _without_pleasantries(text: str) -> str:
    pieces = [*_SENTENCE_ENDS.split(text), ""]
    sentences = zip(pieces[::2], pieces[1::2], strict=True)
    kept = "".join(one + end for one, end in sentences if not _PLEASANTRY.fullmatch(_words(one)))
    return _tight(kept) or text


def _words(sentence: str) -> str:
    return " ".join(re.findall(r"\w+", sentence.casefold().replace("'", "")))


def _fillers(text: str) -> str:
    return _replaced(text, _FILLERS)


def _contractions(text: str) -> str:
    return _replaced(text, _CONTRACTIONS)


def _abbreviations(text: str) -> str:
    return _replaced(text, _ABBREVIATIONS)


def _replaced(text: str, table: tuple[tuple[str, str], ...]) -> str:
    """Replace outside of addresses, keeping the capital at the start of a sentence."""
    pieces = re.split(r"((?:https?://|www\.)\S+)", text)
    for index in range(0, len(pieces), 2):
        for pattern, replacement in table:
            pieces[index] = re.sub(
                pattern, partial(_in_case, replacement), pieces[index], flags=re.IGNORECASE
            )
        pieces[index] = re.sub(r"(?<=[.!?] )[a-z]", lambda first: first[0].upper(), pieces[index])
    shorter = "".join(pieces)
    return shorter[:1].upper() + shorter[1:] if text[:1].isupper() else shorter


def _in_case(replacement: str, match: re.Match[str]) -> str:
    words = match.expand(replacement)
    return words[:1].upper() + words[1:] if match[0][:1].isupper() else words
