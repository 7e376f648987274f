"""What tests of the rules share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from rules.book import RuleBook
from rules.facts import standard_registry

_LEVEL = "{{name: {0}, first_response: 1h, resolution: 4h, route: {1}, clock: always}}"


@pytest.fixture
def rules_text() -> Callable[[str], str]:
    """Makes a whole rules.yaml of some sections: the priorities and the default are written before them."""

    def make(sections: str) -> str:
        levels = ", ".join(
            f"{name}: {_LEVEL.format(name, 'human' if name == 'P0' else 'draft')}"
            for name in ("P0", "P1", "P2", "P3")
        )
        return f"version: 1\ntime_zone: UTC\npriorities: {{{levels}}}\ndefault: {{priority: P2}}\n{sections}"

    return make


@pytest.fixture
def parse() -> Iterator[Callable[[str], RuleBook]]:
    """Makes a rule book of a whole rules.yaml; closes it after the test."""
    books: list[RuleBook] = []

    def make(text: str) -> RuleBook:
        books.append(RuleBook.parse(text, registry=standard_registry()))
        return books[-1]

    yield make
    for book in books:
        book.close()


@pytest.fixture
def make_book(
    rules_text: Callable[[str], str], parse: Callable[[str], RuleBook]
) -> Callable[[str], RuleBook]:
    """Makes a rule book of some sections."""
    return lambda sections: parse(rules_text(sections))
