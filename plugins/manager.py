"""The plugins of this process: found, checked and asked; a broken one is named and left out."""

from __future__ import annotations

import asyncio
import difflib
import inspect
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from types import NoneType
from typing import Any

import pluggy

from plugins import discovery, hookspecs
from plugins.alert import Alert
from plugins.channel import Channel
from plugins.channels import Channels
from plugins.errors import PluginError, Unconfigured
from plugins.facts import Catalog
from plugins.guard import Guard
from plugins.model import Contact, Fact, Message, Order, OwnedOrder
from plugins.ownership import belongs_to

#: Seconds that a plugin has for its import and each of its start-up hooks.
START = 10.0
#: Seconds that a plugin has for an answer while a customer's message waits.
ANSWER = 3.0
#: Mail servers and paging services may be slow, and an alert is worth the wait.
NOTIFY = 20.0
#: Shops answer over the network, and may ask to wait.
ORDERS = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginStatus:
    """What `hotdash plugins list` shows of one plugin."""

    name: str
    version: str
    kind: str  #: What it adds, such as "channel" or "orders, facts".
    status: str  #: One of: active, disabled, failed, quarantined.
    hooks: tuple[str, ...]
    place: str
    reason: str | None = None  #: Why it is not active, or its latest failure.
    calls: int = 0
    failures: int = 0


_KINDS = {
    "register_channels": "channel",
    "register_facts": "facts",
    "find_orders": "orders",
    "sentiment": "sentiment",
    "notify": "notifier",
}


class Plugins:
    """All plugins, and the questions that the service puts to them."""

    def __init__(self, guard: Guard | None = None) -> None:
        self.guard = guard or Guard()
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._sources: dict[str, discovery.Source] = {}
        self._reasons: dict[str, tuple[str, str]] = {}  # name -> (failed or disabled, why)
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
        missing = [
            f"{name}: {plugins._reasons.get(name, ('', 'not installed'))[1]}"
            for name in sorted(required)
            if not plugins._manager.has_plugin(name)
        ]
        if missing:
            raise PluginError("required plugins are not active:\n  " + "\n  ".join(missing))
        return plugins

    def add(
        self, source: discovery.Source, settings: Mapping[str, Any], *, on: bool = True, strict: bool = False
    ) -> None:
        """Take in one plugin; one that is broken is recorded with its reason, or raised if `strict`.

        PluginError: see `load`.
        """
        if source.name in self._sources:
            first = self._sources[source.name]
            raise PluginError(
                f'two plugins are called "{source.name}": {first.place} and {source.place}; '
                "uninstall or rename one"
            )
        self._sources[source.name] = source
        if not on:
            self._reasons[source.name] = ("disabled", "switched off")
            return
        try:
            channels, facts = self._start(source, settings)
        except PluginError as error:
            if strict:
                raise PluginError(f"{source.place}: {error}") from error.__cause__
            if isinstance(error, Unconfigured):
                self._reasons[source.name] = ("disabled", str(error))
                return
            self._reasons[source.name] = ("failed", str(error))
            self.guard.failed(source.name, "start", str(error))
            return
        self.channels.add(source.name, channels)
        self._catalog.add(source.name, facts)

    def _start(
        self, source: discovery.Source, settings: Mapping[str, Any]
    ) -> tuple[list[Channel], list[Fact]]:
        """Import, check and register; what it registers. Raises PluginError if anything is wrong with it."""
        plugin = _demand(self.guard.start(source.load, START), "import")
        if inspect.isclass(plugin):
            plugin = _demand(self.guard.start(plugin, START), "creation")
        _check_api(plugin)
        try:
            self._manager.register(plugin, source.name)
        except (pluggy.PluginValidationError, ValueError) as error:
            self._manager.unregister(name=source.name)
            raise PluginError(" ".join(str(error).split())) from None
        try:
            self._check_hooks(source.name)
            self._start_hook(source.name, "configure", settings=settings)
            channels = self._start_hook(source.name, "register_channels", settings=settings)
            facts = self._start_hook(source.name, "register_facts")
            return _channels(channels), _all(Fact, facts, "register_facts")
        except PluginError:
            self._manager.unregister(name=source.name)
            raise

    def _check_hooks(self, name: str) -> None:
        """A misspelt hook would never be called; say so instead."""
        known = [hook for hook in vars(hookspecs) if getattr(self._manager.hook, hook, None) is not None]
        for hook in self._manager.get_hookcallers(self._manager.get_plugin(name)) or ():
            if not hook.has_spec():
                near = difflib.get_close_matches(hook.name, known, n=1)
                raise PluginError(
                    f'there is no hook "{hook.name}"' + (f'; did you mean "{near[0]}"?' if near else "")
                )

    def _start_hook(self, name: str, hook: str, **arguments: Any) -> Any:
        for implementation in self._implementations(hook):
            if implementation.plugin_name == name:
                given = [arguments[argument] for argument in implementation.argnames]
                return _demand(self.guard.start(partial(implementation.function, *given), START), hook)
        return ()

    def _implementations(self, hook: str) -> Iterator[pluggy.HookImpl]:
        """The implementations of a hook, in the order in which plugins were found."""
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        return iter(caller.get_hookimpls())

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
        implementations = list(self._implementations(hook))
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
        for implementation in self._implementations("notify"):
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
        return [self._status(source) for source in self._sources.values()]

    def _status(self, source: discovery.Source) -> PluginStatus:
        name = source.name
        plugin = self._manager.get_plugin(name)
        hooks = (
            tuple(sorted(hook.name for hook in self._manager.get_hookcallers(plugin) or ())) if plugin else ()
        )
        status, reason = self._reasons.get(name, ("active", self.guard.last_failure.get(name)))
        rest = self.guard.quarantined_for(name)
        if status == "active" and rest:
            status, reason = "quarantined", f"{reason}; asked again in {rest:.0f} s"
        outcomes = [(outcome, n) for (of, _, outcome), n in self.guard.counts.items() if of == name]
        return PluginStatus(
            name=name,
            version=source.version,
            kind=", ".join(kind for hook, kind in _KINDS.items() if hook in hooks) or "-",
            status=status,
            hooks=hooks,
            place=source.place,
            reason=reason,
            calls=sum(n for outcome, n in outcomes if outcome != "skipped"),
            failures=sum(n for outcome, n in outcomes if outcome in ("error", "timeout")),
        )


def _demand(attempted: tuple[Any, Exception | None], what: str) -> Any:
    answer, error = attempted
    if isinstance(error, PluginError):
        raise error
    if error is not None:
        raise PluginError(f"{what}: {type(error).__name__}: {error}")
    return answer


def _check_api(plugin: object) -> None:
    home = sys.modules.get(getattr(type(plugin), "__module__", ""))
    wanted = getattr(plugin, "HOTDASH_API", getattr(home, "HOTDASH_API", None))
    if wanted is None:
        raise PluginError(f"it does not say for which API it is written; add HOTDASH_API = {hookspecs.API}")
    if wanted != hookspecs.API:
        raise PluginError(f"it needs plugin API {wanted}; this service has {hookspecs.API}")


def _channels(answer: Any) -> list[Channel]:
    channels: list[Channel] = _all(Channel, answer, "register_channels")
    for channel in channels:
        who = type(channel).__name__
        if not isinstance(getattr(channel, "name", None), str):
            raise PluginError(f'{who} has no name; add name = "whatsapp"')
        if not isinstance(getattr(channel, "serves", None), tuple):
            raise PluginError(f'{who} does not say what it serves; add serves = ("Channel::Whatsapp",)')
    return channels


def _all(kind: type[Any], answer: Any, hook: str) -> list[Any]:
    items = list(answer or ()) if isinstance(answer, Iterable) else [answer]
    for item in items:
        if not isinstance(item, kind):
            raise PluginError(f"{hook} gave {type(item).__name__}, not {kind.__name__}")
    return items
