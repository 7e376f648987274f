"""Reads what follows an operator (words, expressions, amounts, ranges) by operator and type of fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import re2

from rules.document import Node, Scalar
from rules.expressions import expand, lists_in
from rules.fields import FieldReader
from rules.folding import fold, fold_pattern
from rules.operators import OPERATORS, Argument
from rules.quantities import read_duration, read_money, read_number, read_yes_no
from rules.registry import FactSpec, FactType
from rules.suggestion import nearest

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


class ArgumentReader:
    """Turns the node after an operator into the value that a `Comparison` holds."""

    def __init__(self, fields: FieldReader, words: Mapping[str, tuple[str, ...]]) -> None:
        self.fields = fields
        self.words = words
        self.used_words: set[str] = set()  #: Names of the word lists that arguments refer to.

    def read(self, spec: FactSpec, name: str, node: Node) -> Any:
        """The argument of operator `name` asked of a fact, or None after noting what is wrong with it."""
        what = f"{spec.name} {name}"
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
