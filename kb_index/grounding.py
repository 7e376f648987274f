"""The grounding check: does each sentence of a draft stand on what it cites?

It is the same for every drafter. Embeddings cannot do it ("30 days" and "90 days" are nearly the same to
them), so numbers, amounts, dates, links and negations are compared as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from kb_index.embedding import Embedder
from kb_index.sentences import sentences, telling_words, words
from kb_index.wording import stem
from plugins.errors import KnowledgeBaseError
from plugins.model import Sentence

SUPPORT = 0.5  #: Share of a sentence's telling words that its source must have.
ALIKE = 0.65  #: Cosine from which two sentences are taken to mean the same.
_MARK = re.compile(r"\s*\[(\d{1,2})\]")
_NUMBER = re.compile(r"\d")
_UNITS = {
    written: unit
    for unit, spellings in {
        "minute": "minute minutes min",
        "hour": "hour hours",
        "day": "day days",
        "week": "week weeks",
        "month": "month months",
        "year": "year years",
        "%": "% percent",
        "$": "$ usd dollar dollars",
        "€": "€ eur euro euros",
        "£": "£ gbp pound pounds",
    }.items()
    for written in spellings.split()
}
_QUANTITY = re.compile(
    r"(?P<sign>[$€£])?\s?(?<![\w.])(?P<number>\d[\d,]*(?:\.\d+)?)"
    r"(?:\s?(?:-|–|to)\s?[$€£]?(?P<upper>\d[\d,]*(?:\.\d+)?))?"
    r"(?:[\s-]?(?:business|working|calendar|full)?\s?(?P<unit>%|"
    + "|".join(sorted((re.escape(unit) for unit in _UNITS if unit.isalpha()), key=len, reverse=True))
    + r")(?![a-z]))?",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\bhttps?://[^\s<>()\"'\]]+|\bwww\.[^\s<>()\"'\]]+|[\w.+-]+@[\w-]+\.[\w.-]+|"
    r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|co|shop|store|info|biz|example|test|eu|uk|de|fr|us|ru|cn|me|app|dev|ly|xyz)"
    r"\b(?:/[^\s<>()\"'\]]*)?",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|no|never|cannot|without|nor|none|unable)\b|n['’]t\b", re.IGNORECASE)
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SPELT = {word: str(value) for value, word in enumerate(_NUMBERS, start=2)}
#: Sentences that state nothing: they need no source.
_COURTESY = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b.{0,40}$"
    r"|^(?:kind|best|warm|many)? ?(?:regards|wishes|thanks)\b|^(?:sincerely|cheers|yours)\b"
    r"|^(?:thank(?:s| you)|(?:i|we)(?:['’]m| am|['’]re| are)? (?:so |very |really )?(?:sorry|"
    r"apologi[sz]e|understand|hope|"
    r"appreciate)|sorry|apologies|please (?:let|feel free|don['’]t hesitate|reply|accept)|let (?:me|us) know|"
    r"if (?:you have|anything|there is|there['’]s|you need|that)|feel free|(?:i|we)(?:['’]d|"
    r" would) be (?:happy|glad)|"
    r"(?:i|we)(?:['’]re| are) here|happy to help|to help you|have a (?:nice|great|good)|looking forward)\b",
    re.IGNORECASE,
)
_MONEY = (
    r"(?:refund|reimburs|credit|compensat|money|payment back|voucher|gift card|discount|"
    r"free (?:replacement|shipping)|"
    r"[$€£]\s?\d|\d+(?:\.\d\d)? ?(?:usd|eur|gbp|dollars|euros|pounds))"
)
#: A sentence in which the company binds itself to pay this customer.
_PROMISE = re.compile(
    rf"\b(?:i|we)(?:['’](?:ll|ve|m|re)| will| have| am| are| can|"
    rf" shall)?\b(?: \w+){{0,3}}? (?:\w*refund\w*|reimburs\w*|"
    rf"credit\w*|compensat\w*|pay(?:ing)? you|send(?:ing)? you .{{0,30}}(?:money|[$€£]|gift card|"
    rf"voucher|credit)|"
    rf"(?:issu|process|initiat|approv|arrang|grant|offer|giv)\w* .{{0,40}}{_MONEY})"
    rf"|\byou(?:['’]ll| will| are going to| shall) (?:\w+ )?(?:get|receive|have|be)\b"
    rf"(?! an? (?:e-?mail|confirmation|message)).{{0,60}}{_MONEY}"
    rf"|\b(?:your|a|the|full|an?) (?:\w+ ){{0,3}}refund (?:of .{{0,20}})?(?:has been|is being|will be|was) "
    r"(?:issu|process|approv|initiat|sent|made|credit)"
    r"|\b(?:guarantee|promise)\b.{0,40}" + _MONEY,
    re.IGNORECASE,
)


def check(
    answer: str,
    evidence: Mapping[int, str],
    *,
    verbatim: frozenset[str] = frozenset(),
    courtesy: Iterable[str] = (),
    embedder: Embedder | None = None,
) -> tuple[Sentence, ...]:
    """Each sentence of an answer with what it cites and whether that supports it.

    `evidence` holds the text of each citation by its number. `verbatim` are sentences that a program copied
    from the evidence, `courtesy` lines of the brand voice: neither is doubted. With an `embedder`, a
    sentence in other words than its source is supported when it means the same; that takes milliseconds.
    """
    known = frozenset(" ".join(line.split()) for line in courtesy)
    return tuple(_checked(sentence, evidence, verbatim | known, embedder) for sentence in split(answer))


def split(answer: str) -> tuple[Sentence, ...]:
    """The sentences of an answer with their [n] marks taken off and read."""
    told: list[Sentence] = []
    for line in answer.splitlines():
        # A mark after the full stop belongs to the sentence before it.
        joined = re.sub(r"([.!?])((?:\s*\[\d{1,2}\])+)", r"\2\1", line)
        for piece in sentences(joined):
            numbers = tuple(dict.fromkeys(int(found) for found in _MARK.findall(piece)))
            text = _MARK.sub("", piece).strip()
            if telling_words(text) or re.search(r"\w", text):
                told.append(Sentence(text=text, citations=numbers))
            elif numbers and told:
                told[-1] = replace(told[-1], citations=(*told[-1].citations, *numbers))
    return tuple(told)


def _checked(
    sentence: Sentence, evidence: Mapping[int, str], known: frozenset[str], embedder: Embedder | None
) -> Sentence:
    text = re.sub(r"^[-*•]\s+|^\d{1,2}[.)]\s+", "", sentence.text)
    unknown = [number for number in sentence.citations if number not in evidence]
    if unknown:
        return _unsupported(sentence, f"there is no source [{unknown[0]}]")
    if text in known:
        return sentence
    if not sentence.citations:
        stated = _NUMBER.search(text) or foreign_links(text, ()) or _PROMISE.search(text)
        if not stated and (text.endswith("?") or _COURTESY.match(text) or len(telling_words(text)) <= 1):
            return sentence
        return _unsupported(sentence, "it names no source")
    source = "\n".join(evidence[number] for number in sentence.citations)
    problem = _missing_number(text, source) or _missing_link(text, source) or _turned_round(text, source)
    if problem is None and not _shares_words(text, source) and not _alike(text, source, embedder):
        problem = "its source does not say this"
    return _unsupported(sentence, problem) if problem else sentence


def _unsupported(sentence: Sentence, problem: str) -> Sentence:
    return replace(sentence, supported=False, problem=problem)


def _missing_number(text: str, source: str) -> str | None:
    there = set(quantities(source))
    numbers = {number for number, unit in there if not unit}
    for number, unit in quantities(_LINK.sub(" ", text)):
        bare = not unit and any(number == other for other, _ in there)
        if not bare and (number, unit) not in there and number not in numbers:
            return f'"{f"{number} {unit}".strip()}" does not occur in its source'
    return None


def quantities(text: str) -> tuple[tuple[str, str], ...]:
    """The numbers of a text with their units, each in one spelling; the unit is empty without one.

    "3 to 5 business days" gives (3, day) and (5, day); "$1,000.00" gives (1000, $); "two weeks" gives
    (2, week).
    """
    digits = re.sub(
        r"\b(?:" + "|".join(_SPELT) + r")\b",
        lambda found: _SPELT[found.group().lower()],
        text,
        flags=re.IGNORECASE,
    )
    found: list[tuple[str, str]] = []
    for match in _QUANTITY.finditer(digits):
        unit = match["sign"] or match["unit"] or ""
        numbers = [match["number"], match["upper"]]
        found += [(_number(one), _UNITS.get(unit.casefold(), "")) for one in numbers if one]
    return tuple(found)


def _number(written: str) -> str:
    number = written.replace(",", "").strip(".")
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return number.lstrip("0") or "0"


def _missing_link(text: str, source: str) -> str | None:
    foreign = foreign_links(text, (source,))
    return f"the link {foreign[0]} does not occur in its source" if foreign else None


def _shares_words(text: str, source: str) -> bool:
    asked = {stem(word) for word in telling_words(_LINK.sub(" ", text)) if not word.isdigit()}
    there = {stem(word) for word in words(source)}
    return not asked or len(asked & there) / len(asked) >= SUPPORT


def _alike(text: str, source: str, embedder: Embedder | None) -> bool:
    """Whether one sentence of the source means the same; numbers and negations are compared elsewhere."""
    if embedder is None:
        return False
    try:
        own, *others = embedder([text, *sentences(source)])
    except KnowledgeBaseError:
        return False
    return any(float(own @ other) >= ALIKE for other in others)


def _turned_round(text: str, source: str) -> str | None:
    """A sentence that denies what the nearest sentence of its source affirms, or the other way round."""
    own = {stem(word) for word in telling_words(text)}
    shares: list[tuple[float, str]] = []
    for sentence in sentences(source):
        other = {stem(word) for word in telling_words(sentence)}
        if own and other:
            shares.append((len(own & other) / len(own | other), sentence))
    share, nearest = max(shares, default=(0.0, ""))
    if share >= 0.5 and bool(_NOT.search(text)) != bool(_NOT.search(nearest)):
        return f'its source says the opposite: "{nearest.strip()}"'
    return None


def foreign_links(text: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """Links and addresses in a text whose host occurs in none of the allowed texts."""
    permitted = " ".join(allowed).casefold()
    return tuple(
        link
        for link in (found.rstrip(".,;:") for found in _LINK.findall(text))
        if _host(link) not in permitted
    )


def _host(link: str) -> str:
    address = link.casefold()
    if "@" in address and not address.startswith("http"):
        return address.rpartition("@")[2]
    host = urlsplit(address if "//" in address else f"//{address}").hostname or address
    return host.removeprefix("www.")


def promises_money(
    text: str, evidence: Iterable[str], *, verbatim: frozenset[str] = frozenset()
) -> str | None:
    """The first sentence that binds the company to pay this customer; None without one.

    A policy that the evidence states in the same words is no promise, nor are the `verbatim` sentences,
    which a program copied from it.
    """
    sources = " ".join(" ".join(words(source)) for source in evidence)
    for sentence in split(text):
        if sentence.text in verbatim:
            continue
        if _PROMISE.search(sentence.text) and " ".join(words(sentence.text)) not in sources:
            return sentence.text
    return None
