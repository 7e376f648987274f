"""A bad plugin is named and left out; the service starts and drafts go on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from plugins.errors import PluginError
from plugins.guard import QUARANTINE, Guard
from plugins.manager import Plugins
from plugins.registry import PluginStatus

#: A guard that waits for a tenth of the usual time.
HURRIED = partial(Guard, patience=0.1)

HEAD = """
    from plugins import *
    HOTDASH_API = 1
"""

CHANNEL = (
    HEAD
    + """
    class Acme(Channel):
        name = "acme"
        serves = ("Channel::Line",)
        def format(self, draft, message, agent):
            {body}
    @hookimpl
    def register_channels():
        return [Acme()]
"""
)

FACTS = (
    HEAD
    + """
    import asyncio, time
    @hookimpl
    def register_facts():
        return [Fact(name="moon", type="number", description="Phase of the moon.", fallback=0.5)]
    @hookimpl
    {kind} gather_facts(message):
        {body}
"""
)


def status_of(plugins: Plugins, name: str) -> PluginStatus:
    """The status of one plugin."""
    return next(status for status in plugins.report() if status.name == name)


BROKEN = {
    "an import that fails": ("import nothing_of_this_name", "No module named 'nothing_of_this_name'"),
    "an import that exits": ("raise SystemExit(3)", "SystemExit"),
    "a syntax error": ("def", "SyntaxError"),
    "no API": ("from plugins import hookimpl", "add HOTDASH_API = 1"),
    "a newer API": ("HOTDASH_API = 2", "it needs plugin API 2; this service has 1"),
    "a misspelt hook": (
        HEAD + "    @hookimpl\n    def find_order(contact): ...",
        'there is no hook "find_order"; did you mean "find_orders"?',
    ),
    "an unknown argument": (HEAD + "    @hookimpl\n    def find_orders(customer): ...", "customer"),
    "a configuration that raises": (
        HEAD + "    @hookimpl\n    def configure(settings):\n        raise PluginError('set ACME_KEY')",
        "set ACME_KEY",
    ),
    "a channel without a name": (
        HEAD + "    @hookimpl\n    def register_channels():\n        return [Channel()]",
        "has no name",
    ),
    "no channel at all": (
        HEAD + "    @hookimpl\n    def register_channels():\n        return ['sms']",
        "register_channels gave str, not Channel",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
async def test_a_broken_package_is_named_and_left_out(fault, install, message, draft) -> None:
    """Whatever is wrong with an installed package, it is shown with its reason, and drafts go on."""
    source, reason = BROKEN[fault]
    install("acme_broken", source)
    plugins = Plugins.load()
    status = status_of(plugins, "acme_broken")
    assert (status.status, status.version, status.place) == ("failed", "1.2", "acme_broken")
    assert reason in status.reason
    assert (await plugins.channels.format(draft, message)).parts == ("On its way.",)
    await plugins.facts(message)


async def test_a_broken_entry_point_is_named(install) -> None:
    """An entry point to something that does not exist is shown, not raised."""
    install("acme_gone", "x = 1", target="acme_gone:Plugin")
    assert "Plugin" in status_of(Plugins.load(), "acme_gone").reason


def test_a_plugin_that_hangs_at_start_is_left_behind(install) -> None:
    """An import that never ends costs its deadline once."""
    install("acme_sleepy", "import threading; threading.Event().wait()")
    assert "no answer within 10 s" in status_of(Plugins.load(guard=HURRIED()), "acme_sleepy").reason


def test_a_required_plugin_stops_the_service(install) -> None:
    """A plugin that the settings require must be active, or the service says why it does not start."""
    install("acme_broken", "HOTDASH_API = 2")
    with pytest.raises(PluginError, match="acme_broken: it needs plugin API 2"):
        Plugins.load(required=["acme_broken"])
    with pytest.raises(PluginError, match="acme_absent: not installed"):
        Plugins.load(required=["acme_absent"])


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ("raise KeyError('template')", "KeyError"),
        ("raise SystemExit(1)", "SystemExit"),
        ("return 'a text'", "answered with str"),
        ("return None", "answered with NoneType"),
        ("import threading; threading.Event().wait()", "no answer within"),
    ],
)
async def test_a_failing_channel_gets_the_plain_form(body, failure, install, message, draft) -> None:
    """A channel that raises, hangs or answers nonsense: the reviewer gets the plain text and a warning."""
    install("acme", CHANNEL.format(body=body))
    plugins = Plugins.load(guard=HURRIED())
    reply = await plugins.channels.format(draft, _by(message, "acme"))
    assert reply.parts == ("On its way.",)
    assert "the channel plugin acme failed; this is the plain form" in reply.warnings
    assert failure in status_of(plugins, "acme").reason


@pytest.mark.parametrize(
    ("kind", "body", "failure"),
    [
        ("def", "raise ValueError('no moon')", "ValueError: no moon"),
        ("async def", "raise ValueError('no moon')", "ValueError: no moon"),
        ("async def", "await asyncio.Event().wait()", "no answer within"),
        ("def", "time.sleep(60)", "no answer within"),
        ("def", "return 7", "answered with int"),
        ("def", "return {'moon': 'full'}", "moon is 'full', not of type number"),
        ("def", "return {'sun': 1}", "gave sun, which it did not register"),
        ("async def", "raise asyncio.CancelledError()", "CancelledError"),
    ],
)
async def test_a_failing_fact_gets_its_fallback(kind, body, failure, install, message) -> None:
    """A hook that raises, hangs or answers nonsense is named, and its fact has the declared fallback."""
    install("acme", FACTS.format(kind=kind, body=body))
    plugins = Plugins.load(guard=HURRIED())
    facts = await plugins.facts(message)
    assert facts["moon"] == 0.5
    assert facts["sms.asks_to_stop"] is False
    status = status_of(plugins, "acme")
    assert failure in status.reason
    assert status.failures == 1


async def test_repeat_offenders_are_quarantined(install, message, clock) -> None:
    """Five failures within a minute rest a plugin for five minutes; then it is asked again."""
    install("acme", FACTS.format(kind="def", body="raise ValueError('no moon')"))
    plugins = Plugins.load(guard=Guard(clock))
    for _ in range(5):
        await plugins.facts(message)
    assert status_of(plugins, "acme").status == "quarantined"
    await plugins.facts(message)
    assert status_of(plugins, "acme").failures == 5
    assert plugins.guard.counts["acme", "gather_facts", "skipped"] == 1
    clock.now += QUARANTINE
    assert status_of(plugins, "acme").status == "active"
    await plugins.facts(message)
    assert status_of(plugins, "acme").failures == 6


async def test_rare_failures_are_no_offence(install, message, clock) -> None:
    """Failures that lie more than a minute apart never lead to quarantine."""
    install("acme", FACTS.format(kind="def", body="raise ValueError('no moon')"))
    plugins = Plugins.load(guard=Guard(clock))
    for _ in range(20):
        await plugins.facts(message)
        clock.now += 16
    assert status_of(plugins, "acme").status == "active"


def test_two_plugins_for_one_inbox_type(install) -> None:
    """It is an error at start that names both and says what to do; switching one off is enough."""
    install("acme", CHANNEL.format(body="...").replace("Channel::Line", "Channel::TwilioSms"))
    with pytest.raises(PluginError, match='inbox type "Channel::TwilioSms": sms and acme; switch one off'):
        Plugins.load()
    assert Plugins.load(off=["sms"]).channels.name_for("Channel::TwilioSms") == "acme"


def test_two_plugins_for_one_fact(install) -> None:
    """Two plugins that register one fact are named."""
    install("acme", FACTS.format(kind="def", body="return {}").replace('"moon"', '"sms.keyword"'))
    with pytest.raises(PluginError, match=r"a fact sms\.keyword: sms and acme"):
        Plugins.load()


def test_no_plugins(install) -> None:
    """With plugins off, only what comes with the service is active; nothing else is even imported."""
    install("acme", "raise RuntimeError('imported')")
    plugins = Plugins.load(enabled=False)
    assert (status_of(plugins, "acme").status, status_of(plugins, "acme").reason) == (
        "disabled",
        "switched off",
    )
    assert status_of(plugins, "email").status == "active"


def test_single_files(tmp_path: Path) -> None:
    """A file of the plugins folder is a plugin; one with an underscore in front is not."""
    (tmp_path / "line.py").write_text(CHANNEL.format(body="...").replace("\n    ", "\n"), encoding="utf-8")
    (tmp_path / "_draft.py").write_text("raise RuntimeError", encoding="utf-8")
    plugins = Plugins.load(folder=tmp_path)
    assert plugins.channels.name_for("Channel::Line") == "acme"
    assert status_of(plugins, "line").place == str(tmp_path / "line.py")
    assert "_draft" not in [status.name for status in plugins.report()]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """A plugins folder that is not there is an error that names the setting."""
    with pytest.raises(PluginError, match="HOTDASH_PLUGINS_FOLDER"):
        Plugins.load(folder=tmp_path / "absent")


def test_an_inbox_that_nobody_serves() -> None:
    """It gets the chat form."""
    assert Plugins.load().channels.name_for("Channel::Telegraph") == "chat"


async def test_the_reviewer_is_told_of_the_stand_in(message, draft) -> None:
    """A reply in the chat form for want of a channel says so."""
    plugins = Plugins.load()
    odd = _by(message, plugins.channels.name_for("Channel::Telegraph"), inbox_type="Channel::Telegraph")
    reply = await plugins.channels.format(draft, odd)
    assert "no plugin serves Channel::Telegraph; this is the chat form" in reply.warnings


def _by(message, channel: str, inbox_type: str = "Channel::Line"):
    """The same message by another channel."""
    return replace(
        message, channel=channel, conversation=replace(message.conversation, inbox_type=inbox_type)
    )
