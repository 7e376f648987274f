"""Alerts as e-mail.

    mail://user:password@smtp.example.com:587?from=hotdash@example.com&to=olive@example.com
    mails://…      TLS from the first byte, port 465

With `mail`, the connection is encrypted where the server offers it (STARTTLS); it must be where a password is
given. Percent-encode @, : and / in user and password.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import unquote

import aiosmtplib

from bot.service_level.notifiers import address as addresses
from plugins import Alert, PluginError, Stage, hookimpl

HOTDASH_API = 1

_WITHIN = 15.0  # seconds
_MARKS = {Stage.ACKNOWLEDGE: "Acknowledged: ", Stage.RESOLVE: "Over: ", Stage.TRIGGER: ""}


@hookimpl
async def notify(address: str, alert: Alert) -> bool | None:
    """Send one mail; those of one incident form a thread."""
    parts = addresses.parse(address, "mail", "mails")
    if parts is None:
        return None
    sender, receiver = addresses.option(parts, "from"), addresses.option(parts, "to")
    if not (parts.hostname and sender and receiver):
        raise PluginError("a mail address looks like mail://smtp.example.com?from=…&to=…")
    password = unquote(parts.password) if parts.password else None
    try:
        await aiosmtplib.send(
            _mail(alert, sender, receiver),
            hostname=parts.hostname,
            port=parts.port,
            username=unquote(parts.username) if parts.username else None,
            password=password,
            use_tls=parts.scheme == "mails",
            start_tls=False if parts.scheme == "mails" else True if password else None,
            timeout=_WITHIN,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        raise PluginError(f"{parts.hostname}: {type(error).__name__}: {error}") from None
    return True


def _mail(alert: Alert, sender: str, receiver: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, receiver
    mail["Subject"] = " ".join(f"{_MARKS[alert.stage]}{alert.title}".split())
    mail["Date"] = format_datetime(alert.at)
    thread = f"<{sha256(alert.key.encode()).hexdigest()[:32]}@hotdash>"
    stamp = f"{alert.key}:{alert.stage}:{alert.at.isoformat()}"
    mail["Message-ID"] = f"<{sha256(stamp.encode()).hexdigest()[:32]}@hotdash>"
    mail["References"] = mail["In-Reply-To"] = thread
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's machine should answer
    mail.set_content("\n\n".join(filter(None, (alert.text, alert.url))) + "\n")
    return mail
