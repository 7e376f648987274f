"""What an SMS costs: its encoding, its units and the segments that a carrier bills.

The alphabet and the lengths are those of 3GPP TS 23.038 and TS 23.040: 160 septets in one segment or 153 in
each of several, 70 or 67 UTF-16 units where a character lies outside the alphabet.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Each of these is sent as an escape and a septet.
_EXTENSION = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    """How the characters of an SMS travel."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


#: Units in a lone segment, and in each of several (a header takes the rest).
LIMITS = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The size of one SMS: units are septets in GSM-7 and UTF-16 code units in UCS-2."""

    encoding: Encoding
    units: int
    segments: int


def size(text: str) -> Size:
    """Measure a text. An empty one has no segments; a two-unit character never lies across two segments."""
    gsm = all(character in _BASIC or character in _EXTENSION for character in text)
    encoding = Encoding.GSM_7 if gsm else Encoding.UCS_2
    cost: Callable[[str], int] = _septets if gsm else _code_units
    costs = [cost(character) for character in text]
    units = sum(costs)
    single, several = LIMITS[encoding]
    if units <= single:
        return Size(encoding=encoding, units=units, segments=1 if units else 0)
    segments, filled = 1, 0
    for one in costs:
        if filled + one > several:
            segments, filled = segments + 1, 0
        filled += one
    return Size(encoding=encoding, units=units, segments=segments)


def _septets(character: str) -> int:
    return 2 if character in _EXTENSION else 1


def _code_units(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1


_LOOKALIKES = str.maketrans(
    dict.fromkeys("‘’‚‛′`´ʼ＇", "'")
    | dict.fromkeys("“”„‟″«»＂", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("•‣◦∙·", "-")
    | dict.fromkeys("\t\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))), " ")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
    | {"…": "...", "‹": "<", "›": ">", "™": "(TM)", "®": "(R)", "©": "(C)", "×": "x", "\u2028": "\n"}
)


def smart(text: str, *, strip_accents: bool = False) -> str:
    """The text with look-alikes from the GSM alphabet, if that makes all of it GSM-7; else unchanged.

    One curly quote would make three segments out of one. With `strip_accents`, letters such as ç, which the
    alphabet lacks, lose their accent too.
    """
    candidate = text.translate(_LOOKALIKES)
    if strip_accents:
        candidate = "".join(map(_without_accent, unicodedata.normalize("NFC", candidate)))
    return candidate if size(candidate).encoding is Encoding.GSM_7 else text


def _without_accent(character: str) -> str:
    if character in _BASIC or character in _EXTENSION:
        return character
    base = "".join(c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c))
    return base or character
