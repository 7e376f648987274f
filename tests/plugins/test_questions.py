"""What plugins know reaches the service: facts, orders of the right customer, sentiment."""

from __future__ import annotations

import pytest

from plugins.manager import Plugins
from plugins.model import Contact, Order, OwnedOrder
from plugins.ownership import belongs_to

SHOP = """
    from datetime import UTC, datetime
    from plugins import *
    HOTDASH_API = 1
    def order(name, day, email, phone=None):
        placed = datetime(2026, 11, day, tzinfo=UTC) if day else None
        order = Order(name=name, source="acme", status="delivered", placed_at=placed)
        return OwnedOrder(order=order, email=email, phone=phone)
    @hookimpl
    async def find_orders(contact, hints):
        return [
            order("#1", 1, "ada@example.com"),
            order("#2", 3, "ADA@example.com "),
            order("#3", None, "ada@example.com"),
            order("#4", 4, "eve@example.com"),
            order("#5", 5, None),
            order("#6", 6, None, "0044 20 79460000"),
        ]
"""


async def test_orders_are_the_contacts_own(install, message) -> None:
    """Orders of others never come through, whatever a source gives; the newest is first."""
    install("acme", SHOP)
    orders = await Plugins.load().orders(message.contact, ["#4"])
    assert [order.name for order in orders] == ["#6", "#2", "#1", "#3"]


async def test_nobody_in_particular_has_no_orders(install) -> None:
    """A contact without email and phone is shown no order."""
    install("acme", SHOP)
    assert await Plugins.load().orders(Contact(id=1), ["#1"]) == ()


async def test_a_failing_source_does_not_hide_another(install, message) -> None:
    """Orders of one shop are there while another shop is down."""
    install("acme", SHOP)
    install(
        "burnt", "from plugins import *\nHOTDASH_API = 1\n@hookimpl\ndef find_orders(): raise OSError('down')"
    )
    assert len(await Plugins.load().orders(message.contact, [])) == 4


@pytest.mark.parametrize(
    ("email", "phone", "own"),
    [
        ("ada@example.com", None, True),
        ("Ada@Example.com ", None, True),
        (None, "+442079460000", True),
        (None, "0044 (20) 7946-0000", True),
        (None, "020 7946 0000", False),
        (None, "7946 0000", False),
        ("", "", False),
        (None, None, False),
        ("ada@example.com.evil.example", None, False),
    ],
)
def test_whose_order(email, phone, own) -> None:
    """An order is the contact's by the same email or the same full phone number, never by less."""
    contact = Contact(id=1, email="ada@example.com", phone="+44 20 7946 0000")
    order = OwnedOrder(order=Order(name="#1", source="x", status="unknown"), email=email, phone=phone)
    assert belongs_to(order, contact) is own


@pytest.mark.parametrize(
    ("answer", "anger"), [("0.9", 0.9), ("1", 1.0), ("None", None), ("7", None), ("'no'", None)]
)
async def test_sentiment(answer, anger, install) -> None:
    """The first number from 0 to 1 counts; anything else is nothing."""
    install(
        "mood", f"from plugins import *\nHOTDASH_API = 1\n@hookimpl\ndef sentiment(text): return {answer}"
    )
    assert await Plugins.load().sentiment("Why?!") == anger


async def test_diagnosis_and_goodbye(install) -> None:
    """Plugins tell what is wrong around them, and are told when the service stops."""
    install(
        "acme",
        """
        from plugins import *
        HOTDASH_API = 1
        closed = []
        @hookimpl
        async def diagnose():
            return ["the shop is closed"]
        @hookimpl
        async def close():
            closed.append(True)
        """,
    )
    plugins = Plugins.load()
    assert (await plugins.diagnose())["acme"] == ("the shop is closed",)
    await plugins.close()
    import acme

    assert acme.closed == [True]


async def test_a_class_is_a_plugin_of_its_own(install) -> None:
    """An entry point to a class makes one object for each start, configured with the settings."""
    install(
        "acme",
        """
        from plugins import *
        HOTDASH_API = 1
        class Mood:
            @hookimpl
            def configure(self, settings):
                self.level = settings["mood_level"]
            @hookimpl
            def sentiment(self, text):
                return self.level
        """,
        target="acme:Mood",
    )
    calm, furious = Plugins.load(settings={"mood_level": 0.1}), Plugins.load(settings={"mood_level": 0.9})
    assert (await calm.sentiment("x"), await furious.sentiment("x")) == (0.1, 0.9)
