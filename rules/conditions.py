"""Reads conditions: all, any, not, and `fact: {operator: argument}`, checked against the fact registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import re2

from rules.document import Fields, Items, Node, Scalar
from rules.expressions import expand, lists_in
from rules.fields import FieldReader
from rules.folding import fold, fold_pattern
from rules.language import All, AnyOf, Comparison, Condition, Not, Resemblance
from rules.operators import DEFAULT_LIKENESS, OPERATORS, Argument, operators_for
from rules.quantities import read_duration, read_money, read_number, read_yes_no
from rules.registry import FactRegistry, FactSpec, FactType, type_of
from rules.suggestion import nearest

#: Levels of all, any and not inside each other.
MAX_NESTING = 20

_GROUPS = ("all", "any", "not")
_FORMS: dict[FactType, tuple[Callable[[str], Any], str]] = {
    FactType.NUMBER: (read_number, "a number"),
    FactType.MONEY: (read_money, "money with its currency, such as 500 USD"),
    FactType.DURATION: (read_duration, "a duration such as 15m, 4h or 2d"),
    FactType.YES_NO: (read_yes_no, "true or false"),
}


def compile_pattern(pattern: str) -> Any:
    """A compiled google-re2 expression for folded text; re2.error when it cannot be read."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(fold_pattern(pattern), options)


class ConditionReader:
    """Turns the node under `when:` into a condition."""

    def __init__(
        self, fields: FieldReader, registry: FactRegistry, words: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.fields = fields
        self.registry = registry
        self.words = words
        self.used_words: set[str] = set()  #: Names of the word lists that conditions refer to.

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
        argument = self._argument(spec, name, f"{key.text} {name}", node)
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

    def _argument(self, spec: FactSpec, name: str, what: str, node: Node) -> Any:
        match OPERATORS[name].argument:
            case Argument.FLAG:
                return self.fields.yes_no(node, what)
            case Argument.WORD:
                word = self.fields.text(node, what)
                return word and self._phrases(node, what, (word,))
            case Argument.WORDS:
                return self._words(node, what)
            case Argument.PATTERN:
                return self._pattern(node, what)
            case Argument.VALUES:
                return tuple(fold(text) for text in self.fields.texts(node, what)) or None
            case Argument.RANGE:
                return self._range(spec, what, node)
            case _:
                kind = FactType.TEXT if name == "contains" else spec.type
                return self._value(spec, kind, what, node, ordered=name not in ("is", "is_not", "contains"))

    def _value(self, spec: FactSpec, kind: FactType, what: str, node: Node, *, ordered: bool = False) -> Any:
        if kind is FactType.ANY:
            kind = _kind_of(node, ordered=ordered)
        if kind in _FORMS:
            return self.fields.read(node, what, *_FORMS[kind])
        if kind is FactType.LIST:
            self.fields.note("R103", node, f"{what} cannot be asked of a list; use contains")
            return None
        text = self.fields.value(node, what)
        if text is not None and spec.choices and fold(text) not in map(fold, spec.choices):
            choices = ", ".join(spec.choices)
            self.fields.note(
                "R112",
                node,
                f'{spec.name} is never "{text}"; it is one of {choices}',
                nearest(text, spec.choices),
            )
            return None
        return text and fold(text)

    def _range(self, spec: FactSpec, what: str, node: Node) -> Any:
        items = self.fields.items(node, what)
        if not items:
            return None
        if len(items) != 2:
            self.fields.note("R103", node, f"{what} takes two values: [lowest, highest]")
            return None
        low, high = (self._value(spec, spec.type, what, item, ordered=True) for item in items)
        if low is None or high is None:
            return None
        if type(low) is not type(high) or getattr(low, "currency", "") != getattr(high, "currency", ""):
            self.fields.note("R103", node, f"{what}: both ends must be of the same kind and currency")
            return None
        if getattr(low, "amount", low) > getattr(high, "amount", high):
            self.fields.note("R112", node, f"{what}: the first value must be the lower one")
            return None
        return (low, high)

    def _words(self, node: Node, what: str) -> tuple[str, ...] | None:
        if isinstance(node, Scalar):
            name = node.text
            if name in self.words:
                self.used_words.add(name)
                return self.words[name]
            self.fields.note(
                "R107",
                node,
                f'there is no word list "{name}" under words:; for one word or phrase use has',
                nearest(name, self.words),
            )
            return None
        texts = tuple(
            text
            for item in self.fields.items(node, what)
            if (text := self.fields.text(item, f"each item of {what}")) is not None
        )
        return self._phrases(node, what, texts) if texts else None

    def _phrases(self, node: Node, what: str, phrases: tuple[str, ...]) -> tuple[str, ...] | None:
        return check_phrases(self.fields, node, what, phrases)

    def _pattern(self, node: Node, what: str) -> str | None:
        pattern = self.fields.text(node, what)
        if pattern is None:
            return None
        for name in lists_in(pattern):
            if name not in self.words:
                self.fields.note(
                    "R107", node, f'there is no word list "{name}" under words:', nearest(name, self.words)
                )
                return None
            self.used_words.add(name)
        pattern = expand(pattern, self.words)
        try:
            compiled = compile_pattern(pattern)
        except re2.error as error:
            reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
            self.fields.note("R104", node, f"{what}: {reason}")
            return None
        if compiled.search("") is not None:
            self.fields.note("R104", node, f"{what}: the expression matches every text, even an empty one")
            return None
        return pattern


def check_phrases(
    fields: FieldReader, node: Node, what: str, phrases: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The phrases, or None after noting one that is nothing but a star or invisible."""
    for phrase in phrases:
        if not fold(phrase.removesuffix("*")):
            fields.note("R110", node, f'{what}: "{phrase}" has nothing to look for')
            return None
    return phrases


def _kind_of(node: Node, *, ordered: bool) -> FactType:
    """The type that an argument for a fact of any type looks like."""
    if isinstance(node, Scalar) and (node.plain or ordered):
        for kind in (FactType.NUMBER, FactType.MONEY, FactType.DURATION, FactType.YES_NO):
            if _FORMS[kind][0](node.text) is not None:
                return kind
    return FactType.NUMBER if ordered else FactType.TEXT


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
