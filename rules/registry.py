"""Which facts a rule may ask about: name, type, source, meaning, and what stands in when it is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from plugins.errors import PluginError
from plugins.model import Facts, Money
from rules.suggestion import nearest


class FactType(StrEnum):
    """What kind of value a fact has; it decides which operators a rule may use on it."""

    TEXT = "text"  #: str.
    NUMBER = "number"  #: int, float or Decimal, never bool.
    MONEY = "money"  #: `plugins.model.Money`.
    DURATION = "duration"  #: `datetime.timedelta`.
    YES_NO = "yes/no"  #: bool.
    LIST = "list"  #: A tuple or list of str.
    ANY = "any"  #: One of the above; known only when a message comes, as with custom attributes.


#: Python types of each fact type; a bool is never a number, although Python says so.
_VALUES: dict[FactType, tuple[type, ...]] = {
    FactType.TEXT: (str,),
    FactType.NUMBER: (int, float, Decimal),
    FactType.MONEY: (Money,),
    FactType.DURATION: (timedelta,),
    FactType.YES_NO: (bool,),
    FactType.LIST: (tuple, list),
}


def type_of(value: Any) -> FactType | None:
    """The fact type of a Python value, or None for a value that no rule can ask about."""
    if isinstance(value, bool):
        return FactType.YES_NO
    return next((kind for kind, classes in _VALUES.items() if isinstance(value, classes)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSpec:
    """One fact as rule authors see it.

    A name that ends in ".*" stands for a family, such as every custom attribute of a contact.
    """

    name: str
    type: FactType
    source: str  #: Where the value comes from, in a few words: "the words of the message", "Shopify".
    description: str
    fallback: Any = None  #: Value when the source has none; None leaves the fact unknown.
    choices: tuple[str, ...] = ()  #: For a text fact with few possible values.

    def value_in(self, facts: Facts, name: str) -> Any:
        """The value of `name` in `facts`, or the fallback; None (unknown) for a value of another type."""
        value = facts[name]
        if value is None:
            return self.fallback
        kind = type_of(value)
        return value if kind is not None and self.type in (kind, FactType.ANY) else None


class FactRegistry:
    """The facts that rules may use: the standard ones and those of plugins."""

    def __init__(self, specs: Iterable[FactSpec] = ()) -> None:
        self._specs: dict[str, FactSpec] = {}
        for spec in specs:
            self.add(spec)

    def add(self, spec: FactSpec) -> None:
        """Take in one more fact.

        Raises:
            PluginError: another fact has this name, or the fallback is not of the fact's type.
        """
        if spec.name in self._specs:
            raise PluginError(
                f'fact "{spec.name}" is there twice: from {self._specs[spec.name].source} and '
                f"from {spec.source}; rename one of them"
            )
        if spec.fallback is not None and spec.type not in (type_of(spec.fallback), FactType.ANY):
            raise PluginError(f'fact "{spec.name}": the fallback {spec.fallback!r} is not a {spec.type}')
        self._specs[spec.name] = spec

    def get(self, name: str) -> FactSpec | None:
        """The spec of a fact, or of the family that it belongs to; None for an unknown name."""
        spec = self._specs.get(name)
        if spec is None and "." in name and not name.endswith((".", ".*")):
            spec = self._specs.get(name.split(".", 1)[0] + ".*")
        return spec

    def suggest(self, name: str) -> str | None:
        """The known fact whose name looks most like `name`, if one does."""
        return nearest(name, [known for known in self._specs if not known.endswith(".*")])

    def __iter__(self) -> Iterator[FactSpec]:
        return iter(self._specs.values())

    def __len__(self) -> int:
        return len(self._specs)
