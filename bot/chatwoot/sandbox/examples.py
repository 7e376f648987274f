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
        subject="Kettle arrived broken",
        text=(
            "Hello,\n\nmy kettle arrived broken, the glass is cracked. Can you send a new one?\n\n"
            "Thanks\nMarta\n\n"
            "On Mon, 16 Nov 2026 at 08:02, Hearth & Kettle <support@hearth-kettle.example> wrote:\n"
            "> Your order #1042 has shipped.\n"
        ),
    ),
    Example(
        channel="chat",
        title="How long to return?",
        contact="tom@harbourlights.example",
        name="Tom Okafor",
        text="Hi! How long do I have to return something I bought?",
    ),
    Example(
        channel="sms",
        title="How long is shipping?",
        contact="+447700900461",
        name="+44 7700 900461",
        text="How long does standard shipping take?",
    ),
    Example(
        channel="email",
        title="Charged twice",
        contact="d.moreau@ateliers.example",
        name="Denise Moreau",
        subject="Double charge, refund please",
        text=(
            "Hi,\n\nyou charged my card twice for the same order, 340.00 USD each. "
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
        title="Shipping to Canada",
        contact="noor@haddad.example",
        name="Noor Haddad",
        text="Do you ship to Canada, and what does it cost? I found {{ nothing }} on <your site>",
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
        title="A person, please",
        contact="+447700900377",
        name="+44 7700 900377",
        text="I want to talk to a real person",
    ),
)
