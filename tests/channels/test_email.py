"""Email: letters go out whole; what comes in is cut to the newest words."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email import Email
from channels.mail_text import mail_of, newest_from_html
from channels.quotes import newest
from plugins.model import Contact, Message

EMAIL = Email(team="Kettle Shop")


def newest_of(row: dict[str, str], message) -> str:
    """The newest reply of a row of the shared data, whatever its kind."""
    if row["kind"] == "html":
        return newest_from_html(row["input"])
    if row["kind"] == "eml":
        return EMAIL.read(message(mail_of(row["input"].encode()).text)).content
    return newest(row["input"])


def read_through(raw: bytes, message) -> Message:
    """A raw mail, read by the channel as the service would."""
    mail = mail_of(raw)
    attributes = {"email": {"html_content": {"full": mail.html}, "headers": mail.headers}}
    contact = Contact(id=1, email=mail.sender)
    return EMAIL.read(message(mail.text, subject=mail.subject, contact=contact, attributes=attributes))


def agrees(row: dict[str, str], answer: str) -> bool:
    """Whether an answer is what the row expects, compared as the row says."""
    expected = row["expected_reply"].strip()
    if row["match"] == "startswith_stripped":
        return answer.strip().startswith(expected)
    if row["match"] == "ignore_whitespace":
        return "".join(answer.split()) == "".join(expected.split())
    return answer.strip() == expected


def test_newest_replies(shared_data: Path, message) -> None:
    """At least nine of ten real replies are cut exactly (the best library alone: 0.47)."""
    lines = (shared_data / "email_replies.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    right = sum(agrees(row, newest_of(row, message)) for row in rows)
    assert right / len(rows) >= 0.9


def test_odd_mails_crash_nothing(shared_data: Path, message) -> None:
    """Every malformed mail yields some text or none, never an error."""
    for line in (shared_data / "odd_mime.jsonl").read_text(encoding="utf-8").splitlines():
        read_through(base64.b64decode(json.loads(line)["bytes_b64"]), message)


@given(st.binary(max_size=500))
def test_any_bytes_crash_nothing(raw: bytes) -> None:
    """Bytes that are no mail at all, or HTML that is none, yield a text."""
    mail = mail_of(b"Content-Type: text/html; charset=x-odd\nSubject: =?utf-8?b?" + raw)
    assert isinstance(newest_from_html(mail.html), str)
    assert isinstance(newest_from_html(raw.decode("latin-1")), str)


@given(st.text(max_size=300))
def test_cutting_invents_nothing(text: str) -> None:
    """Every line that is kept was there, and cutting twice cuts no further."""
    kept = newest(text)
    assert all(line.strip() in text.replace("\u200b", "") for line in kept.split("\n"))


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes.\n\nOn Mon, 15 Jun 2026 at 08:02, Shop <s@shop.example> wrote:\n> Blue or red?", "Yes."),
        ("On Mon, 15 Jun 2026 at 08:02, Shop <s@shop.example> wrote:\n> Blue or red?\n\nBlue.", "Blue."),
        ("Am 15.06.2026 um 08:02 schrieb Shop <s@shop.example>:\n> Rot?\n> Blau?\n\nBlau.", "Blau."),
        ("W dniu 15.06.2026 o 08:02, Sklep pisze:\n> Tak?", ""),
        ("Sí.\n\nEl lun, 15 jun 2026 a las 8:02, Tienda (<s@t.example>) escribió:\n\n> ¿Azul?", "Sí."),
        (
            "Oui\n\nDe : Boutique <s@b.example>\nEnvoyé : lundi\nÀ : Ada\n\nBleu ?",
            "Oui",
        ),
        ("Hello\n\n-- \nAda Lovelace\nAnalyst", "Hello"),
        ("Hello\n\nSent from my iPhone", "Hello"),
        ("On Monday I wrote:\nplease send it back", "On Monday I wrote:\nplease send it back"),
        ("Ship it\nFrom: Berlin\nTo: Munich", "Ship it\nFrom: Berlin\nTo: Munich"),
        ("> Is it blue?\n\nNo, red.", "> Is it blue?\n\nNo, red."),
    ],
)
def test_forms_of_quoting(text: str, own: str) -> None:
    """Quotes go, answers under them stay, and what only looks like a quote stays."""
    assert newest(text) == own


def test_answers_between_quotes_keep_them() -> None:
    """An answer line by line is nothing without its questions."""
    text = (
        "On Mon, 15 Jun 2026 at 08:02, Shop <s@shop.example> wrote:\n"
        "> Which colour?\n\nBlue.\n\n> Which size?\n\nLarge."
    )
    assert newest(text) == "> Which colour?\n\nBlue.\n\n> Which size?\n\nLarge."


def test_a_forward_is_read_whole(message) -> None:
    """A forwarded message is what the mail is about."""
    text = "FYI\n\nBegin forwarded message:\n\nFrom: x@y.example\nSubject: Order 1042\n\nIt broke."
    assert "It broke." in EMAIL.read(message(text)).content


def test_html_alone_is_read(message) -> None:
    """A mail without plain text is read from its HTML, without the quote."""
    html = "<p>It broke.</p><blockquote><p>Your order shipped.</p></blockquote>"
    mail = {"email": {"html_content": {"full": html}}}
    assert EMAIL.read(message("", attributes=mail)).content == "It broke."


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "Automatic reply: Order 1042"},
        {"subject": "Re: AW: Abwesenheitsnotiz"},
        {"subject": "Undeliverable: your order"},
        {"contact": Contact(id=1, email="MAILER-DAEMON@mx.example")},
        {"contact": Contact(id=1, email="no-reply@shop.example")},
        {"attributes": {"email": {"auto_reply": True}}},
        {"attributes": {"email": {"headers": {"List-Id": "<users.example>"}}}},
        {"attributes": {"email": {"headers": {"Auto-Submitted": "auto-replied"}}}},
        {"content": "Thank you for your email. I am out of office until Monday."},
    ],
)
def test_programs_are_recognised(fields, message) -> None:
    """Auto-replies, bounces and lists are flagged, so that nobody drafts an answer."""
    assert EMAIL.read(message(**fields)).automatic


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "Order 1042"},
        {"subject": "Automatic kettle does not switch off"},
        {"content": "I will be out of office until Friday, can you deliver on Monday?"},
        {"contact": Contact(id=1, email="norah.plym@example.com")},
        {"attributes": {"email": {"headers": {"Auto-Submitted": "no"}}}},
    ],
)
def test_people_are_not_programs(fields, message) -> None:
    """A person's mail is never flagged for a word in it."""
    assert not EMAIL.read(message(**fields)).automatic


def test_a_letter(message, draft) -> None:
    """Greeting, answer and signature stand in one part, each once."""
    reply = EMAIL.format(draft("You can return it within **30 days**."), message(), "Sam")
    assert reply.parts == ("Hi Ada,\n\nYou can return it within **30 days**.\n\n--\n\nBest regards,  \nSam",)


def test_a_draft_with_greeting_and_closing_gets_no_second(message, draft) -> None:
    """A model that writes its own greeting and closing does not double ours."""
    reply = EMAIL.format(draft("Hello Ada,\n\nYes.\n\nKind regards,\nThe bot"), message(), None)
    assert reply.parts == ("Hello Ada,\n\nYes.\n\n--\n\nBest regards,  \nKettle Shop",)


def test_a_letter_in_the_customers_language(message, draft) -> None:
    """Greeting and closing follow the draft's language; unknown ones are English."""
    assert EMAIL.format(draft("Ja.", language="de"), message(), None).parts[0].startswith("Hallo Ada,")
    assert "Mit freundlichen Grüßen" in EMAIL.format(draft("Ja.", language="de"), message(), None).parts[0]
    assert EMAIL.format(draft("Jo.", language="xx"), message(), None).parts[0].startswith("Hi Ada,")


@pytest.mark.parametrize("name", [None, "", "ada@example.com", "+4915112345678", "https://evil.example"])
def test_no_name_no_greeting_by_name(name: str | None, message, draft) -> None:
    """What is no name is not greeted."""
    letter = EMAIL.format(draft("Yes."), message(contact=Contact(id=1, name=name)), None).parts[0]
    assert letter.startswith("Hello,")


def test_markup_in_a_name_is_text(message, draft) -> None:
    """A name cannot bring a link or a tag into the letter."""
    reply = EMAIL.format(draft("Yes."), message(contact=Contact(id=1, name="[x](http<b>")), None)
    html = EMAIL.preview(reply)
    assert "<a" not in html
    assert "<b>" not in html


def test_own_signature(message, draft) -> None:
    """The signature of the settings replaces ours."""
    letter = Email(team="Kettle Shop", signature="Yours, {agent}\n{team}").format(
        draft("Yes."), message(), "Sam"
    )
    assert letter.parts[0].endswith("--\n\nYours, Sam  \nKettle Shop")


def test_lines_stay_lines(message, draft) -> None:
    """Ends of lines survive Markdown; lists and code are left alone."""
    html = EMAIL.preview(EMAIL.format(draft("One\nTwo\n\n- a\n- b\n\n```\nx\ny\n```"), message(), None))
    assert "One<br />\nTwo" in html
    assert "<li>a</li>\n<li>b</li>" in html
    assert "<code>x\ny\n</code>" in html


@pytest.mark.timeout(60)  # what grows with the square of the length would take hours
def test_a_large_mail_is_read() -> None:
    """A megabyte of quotes, lines or one line is cut without anything being added."""
    for text in (
        "> a\n" * 250_000,
        ">" * 1_000_000,
        "- " * 500_000,
        "hello\n" * 200_000,
        "From: a@b\n" * 100_000,
    ):
        assert len(newest(text)) <= len(text)
