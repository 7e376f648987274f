"""What Chatwoot makes of an incoming e-mail: the `content_attributes.email` of its message."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.chatwoot.sandbox.markdown import html_of

_QUOTE_STARTS = re.compile(
    r"^(>|On .{1,200} wrote:\s*$|-{3,} ?Original Message ?-{3,}|_{10,}\s*$)", re.MULTILINE | re.IGNORECASE
)


def trimmed(text: str) -> str:
    """The new words of a mail, without the quoted history below them; the whole text if nothing is left."""
    quote = _QUOTE_STARTS.search(text)
    return (text[: quote.start()].rstrip() if quote else text.rstrip()) or text.rstrip()


def mail_attributes(
    text: str,
    *,
    sender: str,
    to: str,
    subject: str | None,
    message_id: str,
    in_reply_to: str | None,
    written_at: datetime,
    attachments: int,
    automatic: bool,
    reply: str | None,
    cc: Sequence[str] = (),
) -> dict[str, Any]:
    """Content attributes of a mail (app/presenters/mail_presenter.rb).

    `reply` is the text without quoted history; when None it is cut out here. Despite its name, the field
    `quoted` holds that trimmed reply, while `reply` and `full` hold the whole body.
    """
    reply = trimmed(text) if reply is None else reply
    body = html.escape(text, quote=False).replace("\n", "<br>")
    return {
        "email": {
            "bcc": None,
            "cc": list(cc) or None,
            "content_type": "multipart/mixed" if attachments else "text/plain; charset=UTF-8",
            "date": written_at.isoformat(timespec="milliseconds"),
            "from": [sender],
            "headers": None,
            "html_content": {"full": f'<div dir="ltr">{body}</div>', "reply": text, "quoted": reply},
            "in_reply_to": in_reply_to,
            "message_id": message_id,
            "multipart": attachments > 0,
            "number_of_attachments": attachments,
            "references": [in_reply_to] if in_reply_to else [],
            "subject": subject,
            "text_content": {"full": text, "reply": text, "quoted": reply},
            "to": [to],
            "auto_reply": automatic,
        },
        "cc_email": list(cc) or None,
        "bcc_email": None,
    }


def reply_attributes(content: str) -> dict[str, Any]:
    """Content attributes of an outgoing mail reply; those that the caller gives replace them."""
    body, text = str(html_of(content)), content
    return {
        "cc_emails": [],
        "bcc_emails": [],
        "to_emails": [],
        "email": {
            "html_content": {"full": body, "reply": body},
            "text_content": {"full": text, "reply": text},
        },
    }
