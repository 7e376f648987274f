"""Email: a whole letter with greeting and signature going out, the newest words alone coming in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from markdown_it import MarkdownIt

from channels.automatic_mail import is_automatic
from channels.mail_text import newest_from_html, text_of_html
from channels.quotes import forwards, newest
from plugins import Capabilities, Channel, Draft, Markup, Message, Reply, hookimpl, split

HOTDASH_API = 1

#: Greeting with and without a name, and the closing, by language (ISO 639-1).
LETTERS = {
    "en": ("Hi {name},", "Hello,", "Best regards,"),
    "de": ("Hallo {name},", "Guten Tag,", "Mit freundlichen Grüßen"),
    "fr": ("Bonjour {name},", "Bonjour,", "Cordialement,"),
    "es": ("Hola {name}:", "Hola:", "Saludos cordiales,"),
    "it": ("Ciao {name},", "Buongiorno,", "Cordiali saluti,"),
    "nl": ("Hallo {name},", "Goedendag,", "Met vriendelijke groet,"),
    "pt": ("Olá {name},", "Olá,", "Atenciosamente,"),
    "pl": ("Dzień dobry {name},", "Dzień dobry,", "Pozdrawiamy,"),
    "sv": ("Hej {name},", "Hej,", "Vänliga hälsningar,"),
}
_GREETED = re.compile(
    r"\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten tag|sehr geehrte\w*|liebe\w*"
    r"|bonjour|hola|buenos|ciao|buongiorno|gentile|goedendag|beste|olá|prezad\w|dzień dobry|hej)\b"
    r"[^\n.?]{0,60}[,:!]",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"\n\s*(?:(?:best|kind|warm)(?:est)? (?:regards|wishes)|regards|sincerely(?: yours)?|cheers"
    r"|yours (?:sincerely|truly)|mit freundlichen grüßen|viele grüße|cordialement|saludos(?: cordiales)?"
    r"|cordiali saluti|met vriendelijke groet(?:en)?|atenciosamente|pozdraw\w+|vänliga hälsningar)"
    r"\s*[,.!]?(?:\s*\n[^\n]{1,60}){0,3}\s*$",
    re.IGNORECASE,
)
#: Under this many words of one's own, a forwarded message is what the mail is about.
_FEW = 15

_MARKUP_LINE = re.compile(r"\s*(?:[#>|]|[-*+]\s|\d+[.)]\s|```|~~~|$)")
_TAG = re.compile(r"(?<!\\)<(?=[A-Za-z/!?])(?!(?:https?|mailto):)")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#])")


class Email(Channel):
    """The form of mail inboxes. Chatwoot makes HTML of the Markdown that leaves here."""

    name = "email"
    serves = ("Channel::Email",)
    capabilities: ClassVar[Capabilities] = Capabilities(
        max_characters=100_000,
        max_parts=1,
        markup=Markup.MARKDOWN,
        file_types=("application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"),
    )

    def __init__(self, *, team: str = "Customer Support", signature: str | None = None) -> None:
        self._team = team
        self._signature = signature
        self._renderer = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")

    def read(self, message: Message) -> Message:
        """Cut the quoted history, and flag what a program wrote."""
        content = _own_words(message)
        return replace(message, content=content, automatic=is_automatic(replace(message, content=content)))

    def format(self, draft: Draft, message: Message, agent: str | None) -> Reply:
        """Greeting, the answer in Markdown, closing and signature: one part."""
        named, nameless, closing = LETTERS.get(draft.language, LETTERS["en"])
        body = _hard_breaks(_TAG.sub(r"\\<", draft.answer.strip()))
        if not body:
            return Reply(channel=self.name, parts=())
        name = _first_name(message.contact.name)
        greeting = named.format(name=name) if name else nameless
        letter = body if _GREETED.match(body) else f"{greeting}\n\n{body}"
        letter = _CLOSED.sub("", letter)
        signature = self._signature or f"{closing}\n{agent or self._team}"
        signature = signature.replace("{agent}", agent or self._team).replace("{team}", self._team)
        letter = f"{letter}\n\n--\n\n{_hard_breaks(signature.strip())}"
        return Reply(channel=self.name, parts=split(letter, self.capabilities.max_characters))

    def preview(self, reply: Reply) -> str:
        """The letter as a mail program shows it; pictures are not loaded."""
        return "".join(self._renderer.render(part) for part in reply.parts)


def _own_words(message: Message) -> str:
    raw = message.raw_content
    if not raw.strip():
        html = _html(message)
        raw, own = (text_of_html(html), newest_from_html(html)) if html else ("", "")
    else:
        own = newest(raw)
    if forwards(raw) and len(own.split()) < _FEW:
        return raw.strip()
    return own or message.content


def _html(message: Message) -> str:
    mail = message.attributes.get("email")
    content = mail.get("html_content") if isinstance(mail, Mapping) else None
    full = content.get("full") if isinstance(content, Mapping) else None
    return full if isinstance(full, str) else ""


def _first_name(name: str | None) -> str:
    """The name to greet by, safe in Markdown; nothing where a "name" is an address or a number."""
    words = (name or "").split()
    if not words or re.search(r"[@\d/]|https?:", name or "") or len(words[0]) > 40:
        return ""
    return _SPECIAL.sub(r"\\\1", words[0].strip(",.;:"))


def _hard_breaks(text: str) -> str:
    """Keep the ends of lines, which Markdown would join; lists, tables and code have their own."""
    lines = text.split("\n")
    fenced = False
    kept = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        fence = line.lstrip().startswith(("```", "~~~"))
        fenced = fenced != fence
        prose = not (fenced or fence or _MARKUP_LINE.match(line) or _MARKUP_LINE.match(following))
        kept.append(f"{line.rstrip()}  " if prose else line)
    return "\n".join(kept)


@hookimpl
def register_channels(settings: Mapping[str, Any]) -> Sequence[Channel]:
    """The one channel of this plugin."""
    return [
        Email(team=settings.get("team_name") or "Customer Support", signature=settings.get("email_signature"))
    ]
