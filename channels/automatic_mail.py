"""Mail that no person waits to have answered: auto-replies, bounces, mailing lists.

The headers are those of RFC 3834 (Auto-Submitted), RFC 2919 (List-Id) and the older Precedence; programs that
set none are known by their address or their subject.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from plugins import Message

_ROBOT = re.compile(
    r"(?:mailer-?daemon|postmaster|no-?_?reply|do-?_?not-?_?reply|bounces?|auto-?reply|autoresponder"
    r"|newsletters?|notifications?|mailings?)"
    r"(?:[+._-].*)?@",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"""(?:\W*(?:re|aw|sv|antw|fwd?)\b)*\W*(?:
        auto(?:matic|mated)?[\s-]*(?:reply|response|answer)
      | auto(?:-|:)?\s?(?:re|reply)\s?:
      | out\sof\s(?:the\s)?office | away\sfrom\s(?:the\s)?office | on\s(?:vacation|annual\sleave|holiday)\b
      | vacation\s(?:reply|response|notice)
      | undeliver(?:able|ed) | delivery\s(?:status\snotification|failure|has\sfailed|incomplete|report)
      | mail\sdelivery\s(?:failed|failure|system) | returned\smail | failure\snotice | message\sdelayed
      | automatische\s(?:antwort|abwesenheits\w+|beantwoording)|abwesenheit\w*|abwesend\b|unzustellbar
      | réponse\sautomatique|absence\sdu\sbureau|absent\sdu\sbureau|non\sremis
      | respuesta\sautomática|fuera\sde\s(?:la\s)?oficina|no\sse\spuede\sentregar
      | risposta\sautomatica|fuori\sufficio|assente\sdall'ufficio
      | resposta\sautomática|fora\sdo\sescritório|ausência
      | automatisch\santwoord|afwezig(?:heid)?\b|niet\saanwezig
      | autosvar|automatiskt?\ssvar|frånvaro|fraværende
      | odpowiedź\sautomatyczna|autoodpowiedź|automatická\sodpověď|автоответ|автоматический\sответ
      | 自動返信|自动回复|自動回覆
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_THANKS = re.compile(
    r"\W*(?:dear|hello|hi)?\W*(?:thank you|thanks) for (?:your|the|contacting|e-?mailing)",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\bout of (?:the )?office\b|\bon (?:annual|parental|maternity|paternity|sick) leave\b"
    r"|\bthis is an automat(?:ed|ic) (?:reply|response|message)\b"
    r"|\b(?:am|is|are|currently) (?:away|on vacation|unavailable)\b",
    re.IGNORECASE,
)


def is_automatic(message: Message) -> bool:
    """True if a program wrote this mail."""
    mail = message.attributes.get("email")
    mail = mail if isinstance(mail, Mapping) else {}
    if message.automatic or mail.get("auto_reply") is True or _says_so(mail.get("headers")):
        return True
    if _ROBOT.match(message.contact.email or "") or _SUBJECT.match(message.subject or ""):
        return True
    beginning = message.content[:600]
    return bool(_THANKS.match(beginning) and _AWAY.search(beginning))


def _says_so(headers: Any) -> bool:
    if not isinstance(headers, Mapping):
        return False
    named = {str(name).lower(): str(value).strip().lower() for name, value in headers.items() if value}
    return (
        named.get("auto-submitted", "no") != "no"
        or named.get("precedence") in ("bulk", "list", "junk", "auto_reply")
        or any(name in named for name in ("list-id", "list-post", "x-autoreply", "x-autorespond", "x-loop"))
        or named.get("return-path") == "<>"
    )
