"""The facts of a made-up message, for trying and testing rules without Chatwoot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from plugins.errors import RulesError
from plugins.model import Facts
from rules.facts import facts_in
from rules.quantities import read_duration, read_money, read_number, read_yes_no
from rules.registry import FactRegistry, FactType

#: Currency of an amount that is written without one.
CURRENCY = "USD"


def specimen(
    text: str, registry: FactRegistry, *, channel: str, subject: str | None = None, known: Mapping[str, str]
) -> Facts:
    """Facts of a message with this text; `known` gives further facts by name, as written in rules.yaml.

    Raises:
        RulesError: an unknown fact, or a value that is not of the fact's type.
    """
    whole = f"{subject}\n{text}" if subject else text
    facts: dict[str, Any] = facts_in(whole)
    facts |= {"message.channel": channel, "message.subject": subject, "message.attachments": 0}
    facts |= {name: read_fact(name, value, registry) for name, value in known.items()}
    return Facts(facts)


def read_fact(name: str, text: str, registry: FactRegistry) -> Any:
    """The value of a fact from its text; a list is written a,b and an amount may lack its currency.

    Raises:
        RulesError: as `specimen`.
    """
    spec = registry.get(name)
    if spec is None:
        near = registry.suggest(name)
        raise RulesError(f'"{name}" is not a known fact' + (f'; did you mean "{near}"?' if near else ""))
    if text in ("", "unknown"):
        return None
    if spec.type is FactType.ANY:
        found = (read(text) for read in (_number, read_money, read_duration, read_yes_no))
        return next((value for value in found if value is not None), text)
    value = _READERS[spec.type](text)
    if value is None:
        raise RulesError(f'{name}: "{text}" is no {spec.type} fact; {_FORMS[spec.type]}')
    return value


def _number(text: str) -> float | int | None:
    number = read_number(text)
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.strip("[]").split(",") if part.strip())


_READERS: dict[FactType, Callable[[str], Any]] = {
    FactType.TEXT: str,
    FactType.NUMBER: _number,
    FactType.MONEY: lambda text: read_money(text) or read_money(f"{text} {CURRENCY}"),
    FactType.DURATION: read_duration,
    FactType.YES_NO: read_yes_no,
    FactType.LIST: _list,
}
_FORMS = {
    FactType.NUMBER: "write 3 or 0.7",
    FactType.MONEY: f"write 500 {CURRENCY}",
    FactType.DURATION: "write 15m, 4h or 2d",
    FactType.YES_NO: "write true or false",
}
