"""The operators of the rule language: what each asks, of which types of fact, and with what argument."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rules.registry import FactType


class Argument(StrEnum):
    """The shape of what follows an operator."""

    VALUE = "one value of the fact's type"
    VALUES = "a list of values"
    RANGE = "a list of two values, the lowest and the highest that count"
    WORD = "one word or phrase"
    WORDS = "the name of a word list, or a list of words and phrases"
    PATTERN = "a regular expression"
    EXAMPLES = "a list of example phrases"
    FLAG = "true or false"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator as rule authors see it."""

    name: str
    types: frozenset[FactType]
    argument: Argument
    asks: str  #: Continues "the fact …": "is more than".

    def fits(self, kind: FactType) -> bool:
        """Whether a fact of this type can be asked so; a fact of any type can be asked anything."""
        return kind is FactType.ANY or kind in self.types


_TEXT = frozenset({FactType.TEXT})
_LIST = frozenset({FactType.LIST})
_AMOUNT = frozenset({FactType.NUMBER, FactType.MONEY, FactType.DURATION})

OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("is", _TEXT | _AMOUNT | {FactType.YES_NO}, Argument.VALUE, "is exactly"),
        Operator("is_not", _TEXT | _AMOUNT, Argument.VALUE, "is known and is not"),
        Operator("one_of", _TEXT, Argument.VALUES, "is one of"),
        Operator("has", _TEXT, Argument.WORD, "has the word or phrase"),
        Operator("has_any", _TEXT, Argument.WORDS, "has at least one of the words"),
        Operator("has_all", _TEXT, Argument.WORDS, "has every one of the words"),
        Operator("has_none", _TEXT, Argument.WORDS, "has none of the words"),
        Operator("matches", _TEXT, Argument.PATTERN, "matches the regular expression"),
        Operator("resembles", _TEXT, Argument.EXAMPLES, "is close in meaning to one of"),
        Operator("above", _AMOUNT, Argument.VALUE, "is more than"),
        Operator("at_least", _AMOUNT, Argument.VALUE, "is at least"),
        Operator("below", _AMOUNT, Argument.VALUE, "is less than"),
        Operator("at_most", _AMOUNT, Argument.VALUE, "is at most"),
        Operator("between", _AMOUNT, Argument.RANGE, "lies in the range"),
        Operator("contains", _LIST, Argument.VALUE, "contains"),
        Operator("contains_any", _LIST, Argument.VALUES, "contains at least one of"),
        Operator("contains_all", _LIST, Argument.VALUES, "contains every one of"),
        Operator("is_empty", _LIST, Argument.FLAG, "is empty"),
        Operator("known", frozenset(FactType), Argument.FLAG, "is known at all"),
    )
}

#: Closeness that `resembles` asks for unless `at_least` says otherwise (cosine of sentence vectors).
DEFAULT_LIKENESS = 0.6


def operators_for(kind: FactType) -> list[Operator]:
    """The operators that a fact of this type can be asked with, in the order of the guide."""
    return [operator for operator in OPERATORS.values() if operator.fits(kind)]
