"""The facts that plugins add for rules: declared once, their values checked every time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from plugins.errors import PluginError
from plugins.model import Fact, Money

_NAME = re.compile(r"[a-z][a-z0-9]*([._][a-z0-9]+)*")

_FITS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "money": lambda value: isinstance(value, Money),
    "duration": lambda value: isinstance(value, timedelta),
    "list": lambda value: isinstance(value, (tuple, list)) and all(isinstance(item, str) for item in value),
    "yes_no": lambda value: isinstance(value, bool),
}


class Catalog:
    """Which plugin declares which fact."""

    def __init__(self) -> None:
        self._facts: dict[str, tuple[str, Fact]] = {}

    def add(self, plugin: str, facts: Iterable[Fact]) -> None:
        """Take in a plugin's facts. PluginError: a bad name or type, or a name that another plugin has."""
        for fact in facts:
            if not _NAME.fullmatch(fact.name):
                raise PluginError(f'{plugin}: "{fact.name}" is no name for a fact; write it like.this_one')
            if fact.type not in _FITS:
                raise PluginError(
                    f'{plugin}: fact {fact.name} has the type "{fact.type}"; '
                    f"it must be one of {', '.join(_FITS)}"
                )
            if fact.name in self._facts:
                raise PluginError(
                    f"two plugins have a fact {fact.name}: {self._facts[fact.name][0]} and {plugin}; "
                    "switch one off with HOTDASH_PLUGINS_OFF"
                )
            self._facts[fact.name] = (plugin, fact)

    def all(self, plugin: str | None = None) -> tuple[Fact, ...]:
        """Every declared fact, or those of one plugin."""
        return tuple(fact for owner, fact in self._facts.values() if plugin in (None, owner))

    def fallbacks(self) -> dict[str, Any]:
        """Every declared fact with the value it has when its plugin is silent."""
        return {fact.name: fact.fallback for fact in self.all()}

    def checked(self, plugin: str, answer: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
        """The values that this plugin may set and that fit; and what is wrong with the others, if any."""
        good: dict[str, Any] = {}
        problem = None
        for name, value in answer.items():
            owner, fact = self._facts.get(name, (None, None))
            if fact is None or owner != plugin:
                problem = f"gave {name}, which it did not register"
            elif value is not None and not _FITS[fact.type](value):
                problem = f"{name} is {value!r}, not of type {fact.type}"
            elif value is not None:
                good[name] = tuple(value) if fact.type == "list" else value
        return good, problem
