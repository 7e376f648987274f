"""The plugins of this process: found, checked and asked; a broken one is named and left out."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import NoneType
from typing import Any

from plugins import discovery
from plugins.alert import Alert
from plugins.channels import Channels
from plugins.errors import PluginError
from plugins.facts import Catalog
from plugins.guard import Guard
from plugins.model import Contact, Fact, Message, Order, OwnedOrder
from plugins.ownership import belongs_to
from plugins.registry import START, PluginStatus, Registry

#: Seconds that a plugin has for an answer while a customer's message waits.
ANSWER = 3.0
#: Mail servers and paging services may be slow, and an alert is worth the wait.
NOTIFY = 20.0
#: Shops answer over the network, and may ask to wait.
ORDERS = 8.0


class Plugins:
    """All plugins, and the questions that the service puts to them."""

    def __init__(self, guard: Guard | None = None) -> None:
        self.guard = guard or Guard()
        self._registry = Registry(self.guard)
        self._catalog = Catalog()
        self.channels = Channels(self.guard)

    @classmethod
    def load(
        cls,
        enabled: bool = True,
        folder: Path | None = None,
        settings: Mapping[str, Any] | None = None,
        required: Collection[str] = (),
        off: Collection[str] = (),
        guard: Guard | None = None,
    ) -> Plugins:
        """Find, import and check all plugins.

        Args:
            enabled: False leaves out every plugin that does not come with the service.
            folder: where single-file plugins are, if anywhere.
            settings: what plugins may read, by the setting's name in lower case.
            required: names of plugins without which the service must not start.
            off: names of plugins to leave out.
            guard: for tests with a clock or a patience of their own.

        Raises:
            PluginError: two plugins serve one inbox type or name one fact, a required plugin is not active,
                or the folder does not exist.
        """
        plugins = cls(guard)
        sources = chain(
            discovery.built_in(),
            discovery.installed(),
            discovery.in_folder(folder) if folder is not None else (),
        )
        for source in sources:
            plugins.add(source, settings or {}, on=(enabled or source.ours) and source.name not in off)
        plugins._registry.demand(required)
        return plugins

    def add(
        self, source: discovery.Source, settings: Mapping[str, Any], *, on: bool = True, strict: bool = False
    ) -> None:
        """Take in one plugin; one that is broken is recorded with its reason, or raised if `strict`.

        PluginError: see `load`.
        """
        started = self._registry.add(source, settings, on=on, strict=strict)
        self.channels.add(source.name, started.channels)
        self._catalog.add(source.name, started.facts)

    async def _ask(
        self,
        hook: str,
        kind: type | tuple[type, ...],
        *,
        deadline: float = ANSWER,
        default: Any = (),
        **arguments: Any,
    ) -> list[tuple[str, Any]]:
        """Put a question to all plugins at once: (plugin, its answer or the default)."""
        implementations = list(self._registry.implementations(hook))
        answers = await asyncio.gather(
            *(
                self.guard.call(
                    implementation.plugin_name,
                    hook,
                    implementation.function,
                    *(arguments[name] for name in implementation.argnames),
                    kind=kind,
                    default=default,
                    deadline=deadline,
                )
                for implementation in implementations
            )
        )
        return [
            (implementation.plugin_name, answer)
            for implementation, answer in zip(implementations, answers, strict=True)
        ]

    def fact_specs(self, plugin: str | None = None) -> tuple[Fact, ...]:
        """The facts that plugins, or one plugin, add to the built-in ones."""
        return self._catalog.all(plugin)

    async def facts(self, message: Message) -> dict[str, Any]:
        """The value of every fact that plugins add; the fallback where a plugin failed."""
        values = self._catalog.fallbacks()
        for plugin, answer in await self._ask("gather_facts", Mapping, default={}, message=message):
            good, problem = self._catalog.checked(plugin, answer)
            values.update(good)
            if problem:
                self.guard.failed(plugin, "gather_facts", problem)
        return values

    async def orders(self, contact: Contact, hints: Sequence[str]) -> tuple[Order, ...]:
        """The contact's orders from all sources; never an order of somebody else.

        Those that the customer mentioned come first, then the newest.

        Args:
            contact: whose orders; without email and phone there are none.
            hints: order names that the customer mentioned, such as "#1042".
        """
        if not contact.email and not contact.phone:
            return ()
        found: list[Order] = []
        for plugin, answer in await self._ask(
            "find_orders", (list, tuple), deadline=ORDERS, contact=contact, hints=tuple(hints)
        ):
            for owned in answer:
                if not isinstance(owned, OwnedOrder):
                    self.guard.failed(plugin, "find_orders", f"gave {type(owned).__name__}, not OwnedOrder")
                elif belongs_to(owned, contact):
                    found.append(owned.order)
        mentioned = {hint.lstrip("#").casefold() for hint in hints}
        found.sort(key=lambda order: order.placed_at or datetime.min.replace(tzinfo=UTC), reverse=True)
        found.sort(key=lambda order: order.name.lstrip("#").casefold() not in mentioned)
        return tuple(found)

    async def sentiment(self, text: str) -> float | None:
        """How angry a text sounds, 0 to 1, by the first plugin that can say; None if none can."""
        answers = await self._ask("sentiment", (int, float, NoneType), default=None, text=text)
        for plugin, answer in answers:
            if answer is not None and 0 <= answer <= 1:
                return float(answer)
            if answer is not None:
                self.guard.failed(plugin, "sentiment", f"gave {answer!r}, not a number from 0 to 1")
        return None

    async def notify(self, address: str, alert: Alert) -> None:
        """Deliver an alert by the first plugin that knows the address. PluginError: it was not delivered."""
        failed: Any = False
        for implementation in self._registry.implementations("notify"):
            plugin, given = implementation.plugin_name, {"address": address, "alert": alert}
            answer = await self.guard.call(
                plugin,
                "notify",
                implementation.function,
                *(given[name] for name in implementation.argnames),
                kind=(bool, NoneType),
                default=failed,
                deadline=NOTIFY,
            )
            if answer is False:
                why = self.guard.last_failure.get(plugin, "it said that it did not deliver")
                raise PluginError(f"the notifier {plugin} failed: {why}")
            if answer:
                return
        scheme = address.partition(":")[0]
        raise PluginError(f'no plugin delivers to "{scheme}:…"; correct HOTDASH_NOTIFIERS or install one')

    async def diagnose(self) -> dict[str, tuple[str, ...]]:
        """What plugins find wrong with their surroundings, by plugin."""
        answers = await self._ask(
            "diagnose", (list, tuple), deadline=START, default=("it did not answer; see the log",)
        )
        return {plugin: tuple(str(line) for line in answer) for plugin, answer in answers}

    async def close(self) -> None:
        """Let every plugin give back what it holds."""
        await self._ask("close", object, deadline=START, default=None)

    def report(self) -> list[PluginStatus]:
        """Every plugin that was found, active or not."""
        return self._registry.report()
