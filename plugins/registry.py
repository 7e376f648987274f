"""Which plugins there are: each is imported, checked and started by itself, or kept with its reason."""

from __future__ import annotations

import difflib
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pluggy

from plugins import hookspecs
from plugins.channel import Channel
from plugins.discovery import Source
from plugins.errors import PluginError, Unconfigured
from plugins.guard import Guard
from plugins.model import Fact

#: Seconds that a plugin has for its import and each of its start-up hooks.
START = 10.0


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What a plugin registered at its start."""

    channels: tuple[Channel, ...] = ()
    facts: tuple[Fact, ...] = ()


class Registry:
    """The plugins that were found, active or not."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._sources: dict[str, Source] = {}
        self._reasons: dict[str, tuple[str, str]] = {}  # name -> (failed or disabled, why)

    def add(self, source: Source, settings: Mapping[str, Any], *, on: bool, strict: bool) -> Started:
        """Take in one plugin and start it if it is `on`.

        Raises PluginError for a name that is taken, and if `strict` for anything that is wrong with it.
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
            return Started()
        try:
            return self._start(source, settings)
        except Unconfigured as error:
            self._reasons[source.name] = ("disabled", str(error))
        except PluginError as error:
            if strict:
                raise PluginError(f"{source.place}: {error}") from error.__cause__
            self._reasons[source.name] = ("failed", str(error))
            self._guard.failed(source.name, "start", str(error))
        return Started()

    def demand(self, names: Iterable[str]) -> None:
        """Raise PluginError with the reasons of all plugins of these names that are not active."""
        missing = [
            f"{name}: {self._reasons.get(name, ('', 'not installed'))[1]}"
            for name in sorted(names)
            if not self._manager.has_plugin(name)
        ]
        if missing:
            raise PluginError("required plugins are not active:\n  " + "\n  ".join(missing))

    def _start(self, source: Source, settings: Mapping[str, Any]) -> Started:
        """Import, check and register; what it registers. Raises PluginError if anything is wrong with it."""
        plugin = _demand(self._guard.start(source.load, START), "import")
        if inspect.isclass(plugin):
            plugin = _demand(self._guard.start(plugin, START), "creation")
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
            return Started(channels=_channels(channels), facts=_all(Fact, facts, "register_facts"))
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
        for implementation in self.implementations(hook):
            if implementation.plugin_name == name:
                given = [arguments[argument] for argument in implementation.argnames]
                return _demand(self._guard.start(partial(implementation.function, *given), START), hook)
        return ()

    def implementations(self, hook: str) -> Iterator[pluggy.HookImpl]:
        """The implementations of a hook, in the order in which plugins were found."""
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        return iter(caller.get_hookimpls())

    def report(self) -> list[PluginStatus]:
        """Every plugin that was found, active or not."""
        return [self._status(source) for source in self._sources.values()]

    def _status(self, source: Source) -> PluginStatus:
        name = source.name
        plugin = self._manager.get_plugin(name)
        hooks = (
            tuple(sorted(hook.name for hook in self._manager.get_hookcallers(plugin) or ())) if plugin else ()
        )
        status, reason = self._reasons.get(name, ("active", self._guard.last_failure.get(name)))
        rest = self._guard.quarantined_for(name)
        if status == "active" and rest:
            status, reason = "quarantined", f"{reason}; asked again in {rest:.0f} s"
        outcomes = [(outcome, n) for (of, _, outcome), n in self._guard.counts.items() if of == name]
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


def _channels(answer: Any) -> tuple[Channel, ...]:
    channels: tuple[Channel, ...] = _all(Channel, answer, "register_channels")
    for channel in channels:
        who = type(channel).__name__
        if not isinstance(getattr(channel, "name", None), str):
            raise PluginError(f'{who} has no name; add name = "whatsapp"')
        if not isinstance(getattr(channel, "serves", None), tuple):
            raise PluginError(f'{who} does not say what it serves; add serves = ("Channel::Whatsapp",)')
    return channels


def _all(kind: type[Any], answer: Any, hook: str) -> tuple[Any, ...]:
    items = tuple(answer or ()) if isinstance(answer, Iterable) else (answer,)
    for item in items:
        if not isinstance(item, kind):
            raise PluginError(f"{hook} gave {type(item).__name__}, not {kind.__name__}")
    return items
