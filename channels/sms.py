"""SMS: plain text, one segment when possible; STOP is honoured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from channels import opt_out, segments
from channels.shortening import shorten
from plugins import Capabilities, Channel, Draft, Fact, Message, Reply, body, hookimpl, plain, split

HOTDASH_API = 1

#: "Fewer than 160": one unit below the length of a segment (specification, Channel-Specific Handling).
AIM = 159
#: Twilio refuses a longer message (error 21617).
LONGEST = 1600
#: More segments than this read badly and cost more than a call back.
MANY = 3
#: Contact attribute in Chatwoot; true for a customer who sent STOP.
OPTED_OUT = "sms_opt_out"
STOPPING = "the customer seems to want no more messages; let a person decide before anything is sent"


class Sms(Channel):
    """The form of Twilio and other SMS inboxes."""

    name = "sms"
    serves = ("Channel::TwilioSms", "Channel::Sms")
    capabilities: ClassVar[Capabilities] = Capabilities(
        max_characters=LONGEST, max_parts=1, short_links=True, answer_within=timedelta(minutes=15)
    )

    def __init__(self, *, strip_accents: bool = False) -> None:
        self._strip_accents = strip_accents

    def read(self, message: Message) -> Message:
        """Heed a lone STOP or START: it is noted with the contact, and the carrier alone answers it."""
        word = opt_out.keyword(message.content)
        stops = word is opt_out.Keyword.OPT_OUT
        starts = word is opt_out.Keyword.OPT_IN and message.content.strip().casefold() != "yes"
        if not stops and not starts:
            return message
        attributes = {**message.contact.attributes, OPTED_OUT: stops}
        return replace(message, automatic=True, contact=replace(message.contact, attributes=attributes))

    def format(self, draft: Draft, message: Message, agent: str | None) -> Reply:
        """Plain text of at most 159 units if that is possible without losing a fact."""
        text = self._smart(plain(body(draft)))
        if draft.language == "en":
            text = shorten(text, lambda candidate: _fits(self._smart(candidate)))
        text = self._smart(text)
        parts = split(text, LONGEST)
        sizes = [segments.size(part) for part in parts]
        return Reply(
            channel=self.name,
            parts=parts,
            warnings=(STOPPING,) if opt_out.asks_to_stop(message.content) else (),
            details={
                "encoding": (sizes[0].encoding if sizes else segments.Encoding.GSM_7).value,
                "units": sum(size.units for size in sizes),
                "segments": sum(size.segments for size in sizes),
            },
            refusal="the contact has opted out of SMS" if message.contact.attributes.get(OPTED_OUT) else None,
        )

    def check(self, reply: Reply) -> tuple[str, ...]:
        """Also: what a long or an oddly encoded text costs."""
        found = list(super().check(reply))
        sizes = [segments.size(part) for part in reply.parts]
        count = sum(size.segments for size in sizes)
        if count > 1:
            units = sum(size.units for size in sizes)
            found.append(f"goes out as {count} segments ({units} units; one segment has {AIM + 1} at most)")
        if count > MANY:
            found.append(f"more than {MANY} segments; a shorter answer or another channel would be better")
        for part, one in zip(reply.parts, sizes, strict=True):
            if one.encoding is segments.Encoding.UCS_2 and one.segments > 1:
                odd = sorted({c for c in part if segments.size(c).encoding is segments.Encoding.UCS_2})
                found.append(f"characters outside the SMS alphabet shorten each segment: {' '.join(odd[:5])}")
        return tuple(found)

    def _smart(self, text: str) -> str:
        return segments.smart(text, strip_accents=self._strip_accents)


def _fits(text: str) -> bool:
    size = segments.size(text)
    return size.segments <= 1 and size.units <= AIM


@hookimpl
def register_channels(settings: Mapping[str, Any]) -> Sequence[Channel]:
    """The one channel of this plugin."""
    return [Sms(strip_accents=bool(settings.get("sms_strip_accents")))]


@hookimpl
def register_facts() -> Sequence[Fact]:
    """What rules may ask about opting out."""
    return [
        Fact(
            name="sms.keyword",
            type="text",
            description="An SMS that is nothing but a carrier word asks for this: opt_out, opt_in or help.",
        ),
        Fact(
            name="sms.asks_to_stop",
            type="yes_no",
            description="The customer says in a sentence that they want no more text messages.",
            fallback=False,
        ),
    ]


@hookimpl
def gather_facts(message: Message) -> Mapping[str, Any]:
    """The values for one message; other channels than SMS have none."""
    if message.channel != Sms.name:
        return {}
    word = opt_out.keyword(message.content)
    return {
        "sms.keyword": word.value if word else None,
        "sms.asks_to_stop": word is None and opt_out.asks_to_stop(message.content),
    }
