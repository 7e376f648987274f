"""The newest words of a mail: quoted history, signatures and phone adverts are cut away.

Cut: everything from the announcement of a quote ("On … wrote:", a block of mail headers, "--- Original
Message ---") unless the customer wrote under or between the quotes; quotes at the end; a signature under
"-- "; "Sent from my phone". Kept: a quote that the customer answers line by line, and everything in doubt.
"""

from __future__ import annotations

import html
import re

from channels.quote_words import ADVERT, DATE, FORWARDED, FROM, OPENERS, ORIGINAL, OTHER, WROTE

_QUOTED = re.compile(r"\s*[A-Z]{0,3}>")
_QUOTE_MARKS = re.compile(r"(?:\s*[A-Z]{0,3}>)?[\s>]*")
_MAIL = re.compile(r"[\w.+%'=-]+@[\w.-]+")
_MOMENT = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d{2}\b|\d{4}年")
_VERB = re.compile(rf"(?:^|[\s>\"')\]，,])(?:{WROTE})(?=\W|$)", re.IGNORECASE)
_VERB_LAST = re.compile(rf"(?:{WROTE})\s*$", re.IGNORECASE)
#: How the announcement of a quote begins: a word such as "On", a date, or a name with its address.
_OPENS = re.compile(rf"(?:{OPENERS})\b|[在於于]|\d|\w+[.,]?\s+\d|\w+,\s", re.IGNORECASE)
_NAMED = re.compile(rf"[^<>]*\w[^<>]*<?{_MAIL.pattern}", re.IGNORECASE)
_SHARED_LINE = re.compile(r"(.*\S)[ \t]*(?=(?<=[\s-])On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,.{5,150}wrote:$)")
_HEADER = re.compile(rf"(?P<opens>{FROM}|{DATE})\s?[:：]|(?:{OTHER})\s?[:：]", re.IGNORECASE)
_RULE = re.compile(r"[-_=*\s]{5,}")
#: Lines after which nothing is the sender's own.
_ENDS = re.compile(
    rf"""[-_*\s]{{2,}}(?:{ORIGINAL.replace(" ", r"[ ]")})[-_*\s:]*
      | -{{4,}}\s?[^-\n]{{3,60}}?\s?-{{4,}}
      | [-_*\s]*(?:{FORWARDED.replace(" ", r"[ ]")})\s?[-_*\s:：]*
      | \W*(?:please\s)?(?:type|write|enter)?\s?(?:your\s)?reply\s(?:above|over)\sthis\sline\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_FORWARD = re.compile(rf"[-_*\s]*(?:{FORWARDED})\s?[-_*\s:：]*", re.IGNORECASE)
_SIGNATURE = re.compile(r"(?:--+|__+|==+)\s*")
#: What a mail program leaves of an address that it wrapped.
_WRAPPED = re.compile(r"\s*(?:[^\w\s>]|_)|.*://")
#: "On … wrote:" is wrapped by mail programs; more lines or characters than this were not seen.
_LINES, _LONGEST = 4, 400
#: Characters; Chatwoot keeps no longer message.
_MOST = 150_000


def newest(text: str) -> str:
    """The part of a mail's text that its sender wrote just now; empty if all of it is quoted."""
    text = re.sub(r"\r\n?", "\n", text[:_MOST]).replace("\u200b", "")
    lines = [part for line in text.strip("\n").split("\n") for part in _parted(line.rstrip())]
    lines = _without_history(_requoted(lines))
    while (shorter := _without_trailing_quote(_without_signature(lines))) != lines:
        lines = shorter
    return "\n".join(lines).strip()


def forwards(text: str) -> bool:
    """True if the text carries a forwarded message, which is then what the mail is about."""
    return any(_FORWARD.fullmatch(_bare(line)) for line in text.split("\n"))


def _bare(line: str) -> str:
    """A line without quote marks, emphasis and escapes."""
    return html.unescape(_QUOTE_MARKS.sub("", line, count=1)).replace("*", "").strip()


def _parted(line: str) -> list[str]:
    """Two lines where "On … wrote:" stands behind the sender's own words."""
    shared = _SHARED_LINE.match(line) if line.endswith("wrote:") and not _QUOTED.match(line) else None
    return [shared[1].rstrip("- "), line[shared.end() :]] if shared else [line]


def _requoted(lines: list[str]) -> list[str]:
    """Mark again what was wrapped out of a quote: the rest of an address between two quoted lines."""
    return [
        f"> {line}"
        if 0 < number < len(lines) - 1
        and _WRAPPED.match(line)
        and _QUOTED.match(lines[number - 1])
        and _QUOTED.match(lines[number + 1])
        else line
        for number, line in enumerate(lines)
    ]


def _without_history(lines: list[str]) -> list[str]:
    for start, line in enumerate(lines):
        if _ENDS.fullmatch(_bare(line)) or _is_header_block(lines, start):
            return _trimmed(lines[:start])
        end = _attribution(lines, start)
        if end is not None:
            below = lines[end:]
            return [*lines[:start], *_answer(below)] if _answer(below) else _trimmed(lines[:start])
    return lines


def _answer(below: list[str]) -> list[str]:
    """What the customer wrote under the announced quotes; between them, with the quotes; else nothing."""
    written = [line for line in below if line.strip()]
    if not written or not _QUOTED.match(written[0]):
        return []  # The quote is not marked; it reaches to the end.
    if _is_interleaved(written):
        return _without_trailing_quote(_without_signature(below))
    last = max(number for number, line in enumerate(below) if _QUOTED.match(line))
    after = below[last + 1 :]
    if any(_attribution(after, number) or _is_header_block(after, number) for number in range(len(after))):
        return []
    first = next((number for number, line in enumerate(after) if line.strip()), len(after))
    return after[first:]


def _is_interleaved(lines: list[str]) -> bool:
    """Quote, own words, quote."""
    kinds = [bool(_QUOTED.match(line)) for line in lines]
    turns = [kind for number, kind in enumerate(kinds) if number == 0 or kinds[number - 1] != kind]
    return turns[:3] == [True, False, True]


def _attribution(lines: list[str], start: int) -> int | None:
    """The line after an "On … wrote:" that begins in line `start`; None if none begins there."""
    for end in range(start + 1, min(start + _LINES, len(lines)) + 1):
        last = _bare(lines[end - 1])
        if not last:
            return None
        if (last.endswith((":", "：", "-")) or _VERB_LAST.search(last[-_LONGEST:])) and _is_attribution(
            _joined(lines[start:end])
        ):
            later = any(_is_attribution(_joined(lines[begin:end])) for begin in range(start + 1, end))
            return None if later else end
    return None


def _joined(lines: list[str]) -> str:
    return " ".join(_bare(line) for line in lines).strip(" -")


def _is_attribution(line: str) -> bool:
    """Whether a line is like "On 3 May 2026 at 10:15, Ann <ann@example.com> wrote:"."""
    if len(line) > _LONGEST or line.count("<") != line.count(">"):
        return False
    moment, mail, verb = _MOMENT.search(line), _MAIL.search(line), _VERB.search(line)
    ends = line.endswith((":", "："))
    if verb and moment and (ends or _VERB_LAST.search(line)) and _OPENS.match(line):
        return True
    if verb and mail and ends and _NAMED.match(line):
        return True
    return bool(mail and moment and ends and _OPENS.match(line))


def _is_header_block(lines: list[str], start: int) -> bool:
    """From, date, to, subject: three of them, or two with an address."""
    first = _HEADER.match(_bare(lines[start]))
    if first is None or not first["opens"]:
        return False
    block = [bare for line in lines[start : start + 12] if (bare := _bare(line))][:6]
    names = {match[0].lower() for line in block if (match := _HEADER.match(line))}
    return len(names) >= 3 or (len(names) == 2 and any("@" in line for line in block))


def _trimmed(lines: list[str]) -> list[str]:
    """Without blank lines and rules at the end."""
    end = len(lines)
    while end and (not _bare(lines[end - 1]) or _RULE.fullmatch(_bare(lines[end - 1]))):
        end -= 1
    return lines[:end]


def _without_trailing_quote(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or _QUOTED.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _without_signature(lines: list[str]) -> list[str]:
    fenced = False
    for number, line in enumerate(lines):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        if number and not fenced and _SIGNATURE.fullmatch(line):
            lines = lines[:number]
            break
    end = len(lines)
    while end > 1:
        line = lines[end - 1].strip()
        if line and (len(line) > 100 or not ADVERT.fullmatch(line)):
            break
        end -= 1
    return lines[:end]
