"""Ready-made customer messages for the page and the demonstration, several for each channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One message with its sender."""

    channel: str  #: email, chat or sms.
    title: str  #: What it shows, for the button.
    contact: str  #: E-mail address, or number for SMS.
    name: str
    text: str
    subject: str | None = None


EXAMPLES = (
    Example(
        channel="email",
        title="Damaged on arrival",
        contact="marta.kowalska@design.example",
        name="Marta Kowalska",
        subject="Order #1042 arrived damaged",
        text=(
            "Hello,\n\nmy order #1042 arrived today and one pole of the tent is snapped. "
            "Can you send a replacement before Friday? We leave on Saturday.\n\nThanks\nMarta\n\n"
            "On Mon, 16 Nov 2026 at 08:02, HotDash Outfitters <support@outfitters.example> wrote:\n"
            "> Your order #1042 has shipped.\n"
        ),
    ),
    Example(
        channel="email",
        title="Charged twice",
        contact="d.moreau@ateliers.example",
        name="Denise Moreau",
        subject="Double charge, refund please",
        text=(
            "Hi,\n\nyou charged my card twice for the same order, 340.00 EUR each. "
            "I want one of them refunded today.\n\nDenise Moreau"
        ),
    ),
    Example(
        channel="email",
        title="Furious customer",
        contact="peter.hall@mailbox.example",
        name="Peter Hall",
        subject="Third and last time I ask",
        text=(
            "This is the third time I write and nobody answers. Terrible service. "
            "I want to speak to a manager, or my lawyer will write next."
        ),
    ),
    Example(
        channel="chat",
        title="How long is shipping?",
        contact="tom@harbourlights.example",
        name="Tom Okafor",
        text="hi, how long does standard shipping to Germany take?",
    ),
    Example(
        channel="chat",
        title="Return label",
        contact="aiko@lanterns.example",
        name="Aiko Mori",
        text="Where do I find the return label? I looked in {{ my account }} & <orders> twice",
    ),
    Example(
        channel="chat",
        title="Account taken over",
        contact="sven@fjordmail.example",
        name="Sven Dahl",
        text="Someone changed the email of my account and I can't log in any more. Please help fast!",
    ),
    Example(
        channel="sms",
        title="Where is my order?",
        contact="+447700900461",
        name="+44 7700 900461",
        text="Where is order #1057? It should be here by now",
    ),
    Example(
        channel="sms",
        title="Can I return shoes?",
        contact="+447700900122",
        name="+44 7700 900122",
        text="Can I return shoes I wore once?",
    ),
    Example(
        channel="sms",
        title="A person, please",
        contact="+447700900377",
        name="+44 7700 900377",
        text="I want to talk to a real person",
    ),
)
