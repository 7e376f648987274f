"""Every hook that a plugin may implement: when it is called, what it gets, what it gives back.

Write the hooks you need as functions of one module (or methods of one class), mark them with `hookimpl` and
say `HOTDASH_API = 1`. A hook may ask for fewer arguments than stand here, by name. Where "awaited" is said,
the hook may be an `async def`; a plain function is then run in a thread of its own. Whatever raises, hangs or
answers nonsense is named in `hotdash plugins list`, and the message goes on without it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any

import pluggy

from plugins.alert import Alert
from plugins.channel import Channel
from plugins.model import Contact, Fact, Message, OwnedOrder

#: The version of this page. A plugin for another version is not loaded, and is told so.
API = 1

PROJECT = "hotdash"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def configure(settings: Mapping[str, Any]) -> None:
    """Take what the plugin needs from the settings. Called once, at start, before every other hook.

    `settings` has the service's settings by their name in lower case without the prefix:
    `HOTDASH_SHOPIFY_DOMAIN` is `settings["shopify_domain"]`. Raise `PluginError` when something is missing.
    """


@hookspec
def register_channels(settings: Mapping[str, Any]) -> Sequence[Channel]:  # type: ignore[empty-body]  # a specification
    """Return the channels that this plugin can read and write for. Called once, at start."""


@hookspec
def register_facts() -> Sequence[Fact]:  # type: ignore[empty-body]  # a specification
    """Return what rules may ask about a message beyond the built-in facts. Called once, at start."""


@hookspec
def gather_facts(message: Message) -> Mapping[str, Any] | Awaitable[Mapping[str, Any]]:  # type: ignore[empty-body]  # a specification
    """Return the values of the facts that this plugin registered. Awaited, for every customer message.

    A fact that is missing or of the wrong type gets the fallback that it was registered with.
    """


@hookspec
def find_orders(  # type: ignore[empty-body]  # a specification
    contact: Contact, hints: Sequence[str]
) -> Sequence[OwnedOrder] | Awaitable[Sequence[OwnedOrder]]:
    """Return orders of this contact, newest first. Awaited, for every customer message.

    `hints` are order names as the customer wrote them, such as "#1042": untrusted text. Return each order
    with the email and phone that the shop has for it; only orders whose owner is the contact are used.
    """


@hookspec
def sentiment(text: str) -> float | Awaitable[float | None] | None:
    """Return how angry a text sounds, 0 (calm) to 1 (furious), or None to leave it to others. Awaited.

    The first plugin with an answer replaces the built-in fact.
    """


@hookspec
def notify(address: str, alert: Alert) -> bool | Awaitable[bool | None] | None:
    """Deliver an alert to an address such as "slack://…", one of HOTDASH_NOTIFIERS. Awaited.

    Return True once it is delivered, None if the address is not of your kind. Raise when it could not be
    delivered: it is then tried again later. An address may hold secrets: keep it out of logs and errors.
    """


@hookspec
def diagnose() -> Iterable[str] | Awaitable[Iterable[str]]:  # type: ignore[empty-body]  # a specification
    """Return what is wrong with the plugin's surroundings, one sentence each. Awaited by `plugins doctor`."""


@hookspec
def close() -> Awaitable[None] | None:
    """Give back connections and files. Awaited once, when the service stops."""
