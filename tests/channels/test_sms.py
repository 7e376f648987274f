"""SMS replies are short and plain, keep their facts, and honour STOP."""

from __future__ import annotations

import re

import pytest

from channels.opt_out import asks_to_stop
from channels.segments import size
from channels.sms import Sms, gather_facts
from plugins.model import Contact

WORDY = (
    "Hi Ada! Thank you so much for reaching out to us. Your order **#1042** was shipped on 20 November and "
    "you will receive it within 5 business days. Please note that we cannot change the address now. "
    "I hope this helps! Please let us know if you have any other questions. Have a great day!"
)


def test_a_wordy_answer_fits_one_segment(message, draft) -> None:
    """Pleasantries go, facts stay, and the text is under 160 units."""
    reply = Sms().format(draft(WORDY), message(channel="sms"), None)
    assert reply.parts == (
        "Your order #1042 was shipped on 20 November and you will receive it within 5 business days. "
        "Please note that we cannot change the address now.",
    )
    assert reply.details == {"encoding": "GSM-7", "units": 142, "segments": 1}


def test_a_long_answer_keeps_every_fact(message, draft) -> None:
    """What cannot be shortened goes out whole, with a warning of its segments."""
    answer = "It is not refundable after 30 days. " + "Send item 12345 to Dock 7, 80331 Munich. " * 6
    sms = Sms()
    reply = sms.format(draft(answer), message(channel="sms"), None)
    for fact in re.findall(r"\d+", answer):
        assert fact in reply.parts[0]
    assert "n't refundable" in reply.parts[0] or "not refundable" in reply.parts[0]
    assert any("segments" in warning for warning in sms.check(reply))


def test_a_fitting_answer_stays_as_it_is(message, draft) -> None:
    """A text that fits is not touched, not even its pleasantries."""
    reply = Sms().format(draft("Thank you! Have a great day!"), message(channel="sms"), None)
    assert reply.parts == ("Thank you! Have a great day!",)


@pytest.mark.parametrize(
    "sentence",
    [
        "Let me know which size you want.",
        "If you have any questions, call 555-0100.",
        "Thank you for returning order #1042, your refund of $20 is on its way.",
        "Have a look at https://shop.example/returns.",
    ],
)
def test_sentences_that_say_something_stay(sentence: str, message, draft) -> None:
    """A sentence that looks polite but says something is never dropped."""
    reply = Sms().format(draft("x" * 150 + ". " + sentence), message(channel="sms"), None)
    assert sentence in reply.parts[0]


def test_addresses_are_not_rewritten(message, draft) -> None:
    """Shortening replaces words of a text, never those of a link."""
    link = "https://shop.example/please-receive-and-additional"
    answer = f"{'You will receive additional goods. ' * 5}{link}"
    assert link in Sms().format(draft(answer), message(channel="sms"), None).parts[0]


def test_other_languages_are_not_shortened(message, draft) -> None:
    """English phrases are looked for in English answers only."""
    answer = "Thank you! " + "Ihre Bestellung 1042 ist unterwegs. " * 6
    reply = Sms().format(draft(answer, language="de"), message(channel="sms"), None)
    assert reply.parts[0].startswith("Thank you!")


@pytest.mark.parametrize("text", ["STOP", "stop.", "Opt out", "UNSTOP"])
def test_carrier_words_wait_for_nobody(text: str, message) -> None:
    """The carrier answers a lone STOP or START, so no draft is made."""
    assert Sms().read(message(text, channel="sms")).automatic


@pytest.mark.parametrize(("text", "out"), [("STOP", True), ("start", False)])
def test_an_opt_out_is_noted_with_the_contact(text: str, out: bool, message) -> None:
    """What the contact wants is an attribute of theirs from then on."""
    assert Sms().read(message(text, channel="sms")).contact.attributes["sms_opt_out"] is out


@pytest.mark.parametrize("text", ["yes", "help", "Please stop sending me the wrong size"])
def test_words_for_a_person_reach_one(text: str, message) -> None:
    """A yes or a cry for help may be meant for us."""
    assert not Sms().read(message(text, channel="sms")).automatic


def test_who_opted_out_gets_nothing(message, draft) -> None:
    """A reply to a contact who opted out says that it must not be sent."""
    contact = Contact(id=1, phone="+15550100", attributes={"sms_opt_out": True})
    reply = Sms().format(draft("Hello"), message(channel="sms", contact=contact), None)
    assert reply.refusal == "the contact has opted out of SMS"


def test_the_reviewer_is_told_of_an_opt_out(message, draft) -> None:
    """A draft for a customer who wants no more messages says so first."""
    reply = Sms().format(draft("It ships today."), message("Stop texting me!", channel="sms"), None)
    assert "want no more messages" in reply.warnings[0]


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me",
        "Don't text me again!",
        "I don’t want any more messages from you",
        "take me off your list",
        "remove my number",
        "no more texts",
        "I revoke my consent",
        "Unsubscribe me please",
        "leave me alone",
    ],
)
def test_free_text_opt_out(text: str, message) -> None:
    """Saying it in a sentence is heard, and rules can send it to a person."""
    assert gather_facts(message(text, channel="sms"))["sms.asks_to_stop"] is True


@pytest.mark.parametrize(
    "text",
    [
        "Please stop sending me the wrong size",
        "I want to cancel my order",
        "don't stop",
        "Can you text me the tracking number?",
        "I never got your message",
        "When does the sale end?",
    ],
)
def test_ordinary_sentences_are_no_opt_out(text: str) -> None:
    """Stopping or ending something else is not an opt-out."""
    assert not asks_to_stop(text)


def test_a_text_beyond_the_limit_is_split(message, draft) -> None:
    """What a carrier would refuse goes out in several messages, none above its limit."""
    reply = Sms().format(draft("Number 17 is ready. " * 200, language="xx"), message(channel="sms"), None)
    assert len(reply.parts) > 1
    assert all(len(part) <= 1600 for part in reply.parts)
    assert reply.details["segments"] == sum(size(part).segments for part in reply.parts)
