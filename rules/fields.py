"""Reads keys and values of a rules file by the expected type, and notes everything that does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import TypeVar

from rules.document import Fields, Items, Node, Scalar
from rules.findings import Finding
from rules.quantities import read_duration, read_number, read_yes_no
from rules.suggestion import nearest

T = TypeVar("T")

#: Plain scalars that YAML 1.1 programs read as yes/no, a time of day in base 60, or a shortened number.
_NORWAY = re.compile(r"(?i)yes|no|on|off|y|n|true|false|\d{1,2}(:\d\d)+|\d+\.\d*0|0\d+")


class FieldReader:
    """Takes values out of nodes; what does not fit becomes a finding and None."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.rule: str | None = None  #: Id of the rule being read, for its findings.

    def note(self, code: str, node: Node, text: str, suggestion: str | None = None) -> None:
        """Write down a finding at a node."""
        width = node.width if isinstance(node, Scalar) else 1
        self.findings.append(
            Finding(
                code=code, text=text, place=node.place, width=width, suggestion=suggestion, rule=self.rule
            )
        )

    def mapping(self, node: Node, what: str) -> dict[str, tuple[Scalar, Node]]:
        """Key → (key node, value node); a finding and an empty dict for anything but a mapping."""
        if isinstance(node, Fields):
            return {key.text: (key, value) for key, value in node.entries}
        self.note("R103", node, f"{what} must be a mapping: indented lines of `key: value`")
        return {}

    def closed(
        self, node: Node, what: str, known: Collection[str], required: Collection[str] = ()
    ) -> dict[str, tuple[Scalar, Node]]:
        """Like `mapping`, for a mapping whose keys are fixed: others are noted and left out."""
        fields = self.mapping(node, what)
        for key, _ in fields.values():
            if key.text not in known:
                self.note(
                    "R102",
                    key,
                    f'{what} has no "{key.text}"; it takes {", ".join(known)}',
                    nearest(key.text, known),
                )
        if isinstance(node, Fields):
            for name in required:
                if name not in fields:
                    self.note("R109", node, f'{what} needs "{name}:"')
        return {name: entry for name, entry in fields.items() if name in known}

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        """The items of a list; a finding for anything else and for an empty list."""
        if not isinstance(node, Items):
            self.note("R103", node, f'{what} must be a list: "[a, b]", or lines that begin with "- "')
            return ()
        if not node.items:
            self.note("R110", node, f"{what} must not be empty")
        return node.items

    def text(self, node: Node, what: str) -> str | None:
        """A text that is not empty."""
        if not isinstance(node, Scalar):
            self.note("R103", node, f"{what} must be a text")
            return None
        if node.empty or not node.text.strip():
            self.note("R110", node, f"{what} must not be empty")
            return None
        return node.text

    def value(self, node: Node, what: str) -> str | None:
        """A text that rules compare with; warns when other YAML programs would read it as another type."""
        text = self.text(node, what)
        if text is not None and isinstance(node, Scalar) and node.plain and _NORWAY.fullmatch(text):
            self.note(
                "R108",
                node,
                f'{what}: this is read as the text "{text}", but other programs may read another type; '
                f'write "{text}" in quotes',
            )
        return text

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        """A list of texts that rules compare with."""
        found = (self.value(item, f"each item of {what}") for item in self.items(node, what))
        return tuple(text for text in found if text is not None)

    def read(self, node: Node, what: str, reader: Callable[[str], T | None], form: str) -> T | None:
        """A scalar through `reader`, which gives None for a text that is not of the form described."""
        if not isinstance(node, Scalar):
            self.note("R103", node, f"{what} must be {form}")
            return None
        value = None if node.empty else reader(node.text)
        if value is None:
            self.note("R112", node, f'{what} must be {form}, not "{node.text}"')
        return value

    def yes_no(self, node: Node, what: str) -> bool | None:
        """Take true or false."""
        return self.read(node, what, read_yes_no, "true or false")

    def duration(self, node: Node, what: str) -> timedelta | None:
        """15m, 4h, 2d."""
        return self.read(node, what, read_duration, "a duration such as 15m, 4h or 2d")

    def number(self, node: Node, what: str, *, lowest: float = 0) -> float | None:
        """A number that is not below `lowest`."""
        value = self.read(node, what, read_number, "a number")
        if value is not None and value < lowest:
            self.note("R112", node, f"{what} must be at least {lowest:g}")
            return None
        return None if value is None else float(value)

    def choice(self, node: Node, what: str, choices: Mapping[str, T]) -> T | None:
        """One of a few words."""
        if not isinstance(node, Scalar):
            self.note("R103", node, f"{what} must be one of {', '.join(choices)}")
            return None
        if node.text not in choices:
            hint = nearest(node.text, choices)
            self.note("R112", node, f'{what} must be one of {", ".join(choices)}, not "{node.text}"', hint)
            return None
        return choices[node.text]
