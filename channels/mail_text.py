"""The readable text of a mail, from its bytes or its HTML; never fails on a malformed one."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from bs4 import BeautifulSoup
from bs4.element import PreformattedString

from channels.quotes import newest

#: What mail programs wrap around quoted history.
_HISTORY = (
    "blockquote, .gmail_quote, .gmail_extra, .yahoo_quoted, .moz-cite-prefix, .moz-email-headers-table,"
    ".protonmail_quote, .zmail_extra, .OutlookMessageHeader, #OLK_SRC_BODY_SECTION, #isForwardContent"
)
#: From one of these on, all that follows is history.
_BORDERS = (
    "#divRplyFwdMsg, #appendonsend, #stopSpelling, #EC_stopSpelling,"
    "#mail-editor-reference-message-container,"
    'div[style*="border-top:solid #B5C4DF 1.0pt"], div[style*="border-top:solid #E1E1E1 1.0pt"],'
    'div[style*="border:none;border-top:solid"], div[style*="border-top-color: rgb(229, 229, 229)"],'
    'div[style*="border-top:1px solid #C8D1D9"]'
)
_BLOCKS = ["p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "ul", "ol"]


def newest_from_html(source: str) -> str:
    """What the sender of an HTML mail wrote just now, as plain text."""
    soup = BeautifulSoup(source, "html.parser")
    for border in soup.select(_BORDERS):
        for after in [*border.find_all_next(), *border.find_all_next(string=True)]:
            after.extract()
        border.extract()
    for quote in soup.select(_HISTORY):
        quote.extract()
    return newest(_text(soup))


def text_of_html(source: str) -> str:
    """The plain text of an HTML mail, history included."""
    return _text(BeautifulSoup(source, "html.parser"))


def _text(soup: BeautifulSoup) -> str:
    for hidden in soup(["style", "script", "head", "title", "meta"]):
        hidden.extract()
    for string in soup.find_all(string=True):
        if isinstance(string, PreformattedString):  # Comments, declarations.
            string.extract()
        elif string.find_parent("pre") is None:
            string.replace_with(re.sub(r"\s+", " ", string))
    for line_break in soup("br"):
        line_break.replace_with("\n")
    for block in soup(_BLOCKS):
        block.append("\n")
    lines = "\n".join(" ".join(line.split()) for line in soup.get_text().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What matters of a raw mail; everything that it lacks or garbles is empty."""

    sender: str  #: The address alone.
    subject: str
    headers: Mapping[str, str]
    text: str  #: The first plain part.
    html: str  #: The first HTML part.


def mail_of(raw: bytes) -> Mail:
    """Read a mail (RFC 5322) however malformed it is; never fails."""
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    headers = {name: _decoded(value) for name, value in message.items()}
    named = {name.lower(): value for name, value in headers.items()}
    return Mail(
        sender=parseaddr(named.get("from", ""))[1],
        subject=named.get("subject", ""),
        headers=headers,
        text=_body(message, "text/plain"),
        html=_body(message, "text/html"),
    )


def _decoded(value: object) -> str:
    """A header with its encoded words (RFC 2047) read."""
    try:
        return str(make_header(decode_header(str(value))))
    except (HeaderParseError, LookupError, ValueError):
        return str(value)


def _body(message: Message, wanted: str) -> str:
    """The first part of a type, decoded as well as can be; empty if there is none."""
    for part in message.walk():
        if part.is_multipart() or part.get_content_type() != wanted:
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        try:
            return payload.decode(str(part.get_content_charset("utf-8")), "replace")
        except (LookupError, ValueError):
            return payload.decode("utf-8", "replace")
    return ""
