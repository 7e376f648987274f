"""Reads conditions: all, any, not, and `fact: {operator: argument}`, checked against the fact registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.arguments import ArgumentReader
from rules.document import Fields, Items, Node, Scalar
from rules.fields import FieldReader
from rules.language import All, AnyOf, Comparison, Condition, Not, Resemblance
from rules.operators import DEFAULT_LIKENESS, OPERATORS, operators_for
from rules.registry import FactRegistry, FactSpec, FactType, type_of
from rules.suggestion import nearest

#: Levels of all, any and not inside each other.
MAX_NESTING = 20

_GROUPS = ("all", "any", "not")


class ConditionReader:
    """Turns the node under `when:` into a condition."""

    def __init__(
        self, fields: FieldReader, registry: FactRegistry, words: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.fields = fields
        self.registry = registry
        self.arguments = ArgumentReader(fields, words)

    def read(self, node: Node, depth: int = 0) -> Condition | None:
        """The condition, or None after noting what is wrong with it."""
        if not isinstance(node, Fields):
            self.fields.note("R103", node, "a condition must be a mapping such as {message.channel: email}")
            return None
        if depth > MAX_NESTING:
            self.fields.note("R113", node, f"more than {MAX_NESTING} levels of all, any and not")
            return None
        if not node.entries:
            self.fields.note("R110", node, "the condition is empty")
            return None
        read = [self._one(key, value, depth) for key, value in node.entries]
        if len(node.entries) > 1:
            asked = ", ".join(key.text for key, _ in node.entries)
            second = node.entries[1][0]
            self.fields.note(
                "R111",
                second,
                f"a condition asks one thing, this one asks {asked}; join them with all: or any:",
            )
            return None
        return read[0]

    def _one(self, key: Scalar, value: Node, depth: int) -> Condition | None:
        if key.text == "not":
            part = self.read(value, depth + 1)
            return part and Not(part=part, place=key.place)
        if key.text in ("all", "any"):
            items = self.fields.items(value, f"{key.text}:")
            parts = tuple(self.read(item, depth + 1) for item in items)
            if not parts or None in parts:
                return None
            known = tuple(part for part in parts if part is not None)
            return (All if key.text == "all" else AnyOf)(parts=known, place=key.place)
        return self._comparison(key, value)

    def _comparison(self, key: Scalar, value: Node) -> Comparison | None:
        spec = self.registry.get(key.text)
        if spec is None:
            hint = nearest(key.text, _GROUPS) or self.registry.suggest(key.text)
            self.fields.note("R102", key, f'"{key.text}" is not a known fact', hint)
            return None
        if isinstance(value, Scalar):
            return self._finish(key, spec, "is", value, value)
        if not isinstance(value, Fields) or not value.entries:
            self.fields.note(
                "R103", value, f"{key.text} must be followed by one value or by {{operator: argument}}"
            )
            return None
        operator, argument = value.entries[0]
        if (
            operator.text == "resembles"
            and len(value.entries) == 2
            and value.entries[1][0].text == "at_least"
        ):
            return self._resembles(key, spec, operator, argument, value.entries[1][1])
        if len(value.entries) > 1:
            self.fields.note(
                "R111",
                value.entries[1][0],
                f"{key.text} is asked two things at once; write two conditions under all:, or use between",
            )
            return None
        if operator.text == "resembles":
            return self._resembles(key, spec, operator, argument, None)
        return self._finish(key, spec, operator.text, operator, argument)

    def _operator_fits(self, spec: FactSpec, name: str, node: Node) -> bool:
        fitting = [operator.name for operator in operators_for(spec.type)]
        if name in fitting:
            return True
        takes = f"a {spec.type} fact takes {', '.join(fitting)}"
        if name in OPERATORS:
            self.fields.note("R103", node, f'"{name}" cannot be asked of {spec.name}: {takes}')
        else:
            self.fields.note("R102", node, f'"{name}" is not an operator: {takes}', nearest(name, fitting))
        return False

    def _finish(
        self, key: Scalar, spec: FactSpec, name: str, operator: Node, node: Node
    ) -> Comparison | None:
        if not self._operator_fits(spec, name, operator):
            return None
        argument = self.arguments.read(spec, name, node)
        if argument is None:
            return None
        return Comparison(
            fact=key.text,
            operator=name,
            argument=argument,
            expects=_expected(name, argument),
            written=_as_written(node),
            place=key.place,
        )

    def _resembles(
        self, key: Scalar, spec: FactSpec, operator: Scalar, examples: Node, at_least: Node | None
    ) -> Comparison | None:
        if not self._operator_fits(spec, "resembles", operator):
            return None
        phrases = self.fields.texts(examples, f"{key.text} resembles")
        likeness: float | None = DEFAULT_LIKENESS
        if at_least is not None:
            likeness = self.fields.number(at_least, "at_least")
            if likeness is not None and likeness > 1:
                self.fields.note("R112", at_least, "at_least is a likeness between 0 and 1")
                return None
        if not phrases or likeness is None:
            return None
        written = f"{_as_written(examples)} at_least {likeness:g}"
        argument = Resemblance(examples=phrases, at_least=likeness)
        return Comparison(
            fact=key.text,
            operator="resembles",
            argument=argument,
            expects=FactType.TEXT,
            written=written,
            place=key.place,
        )


def _expected(name: str, argument: Any) -> FactType:
    """The type of value that an operator with this argument can be asked of."""
    if name == "known":
        return FactType.ANY
    types = OPERATORS[name].types
    if len(types) == 1:
        return next(iter(types))
    kind = type_of(argument[0] if isinstance(argument, tuple) else argument)
    return FactType.ANY if kind is None else kind


def _as_written(node: Node) -> str:
    match node:
        case Scalar():
            return node.text
        case Items():
            return "[" + ", ".join(_as_written(item) for item in node.items) + "]"
        case Fields():
            return "{" + ", ".join(f"{key.text}: {_as_written(value)}" for key, value in node.entries) + "}"
