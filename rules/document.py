"""YAML text → nodes that know their line and column; only the plain YAML that rules are written in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from rules.findings import Finding
from rules.language import Place

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it is written, without the quotes."""

    text: str
    place: Place
    plain: bool = False  #: Written without quotes.
    width: int = 1

    @property
    def empty(self) -> bool:
        """Whether nothing, `~` or `null` is written here."""
        return self.plain and self.text in ("", "~", "null")


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping; its keys are scalars and stand once each."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place


Node: TypeAlias = Scalar | Items | Fields


class _Refused(Exception):
    """The rest of the file cannot be read."""


def read_document(text: str) -> tuple[Node | None, list[Finding]]:
    """The root node of a YAML text and what is wrong with its form.

    The node is None when the text is empty or cannot be read to its end.
    """
    findings: list[Finding] = []
    if len(text) > MAX_CHARACTERS:
        found = f"the file has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read"
        return None, [Finding(code="R113", text=found, place=Place(1, 1))]
    try:
        return _Composer(text, findings).compose(), findings
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        problem = " ".join(filter(None, (error.context, error.problem)))
        findings.append(
            Finding(code="R101", text=f"{problem}; check brackets, quotes and indentation", place=place)
        )
    except yaml.reader.ReaderError as error:
        where = text[: error.position]
        place = Place(where.count("\n") + 1, error.position - where.rfind("\n"))
        findings.append(
            Finding(code="R101", text="a control character that YAML does not allow", place=place)
        )
    except _Refused:
        pass  # the finding that says why is already in the list
    return None, findings


class _Composer:
    def __init__(self, text: str, findings: list[Finding]) -> None:
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.findings = findings

    def compose(self) -> Node | None:
        next(self.events)  # start of stream
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        root = self._node(next(self.events), depth=0)
        next(self.events)  # end of document
        if not isinstance(after := next(self.events), yaml.StreamEndEvent):
            self._note(after, 'a second document begins here ("---"); rules are one document')
        return root

    def _note(self, event: yaml.Event, text: str, code: str = "R101") -> None:
        self.findings.append(Finding(code=code, text=text, place=_place(event)))

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self._note(event, f"more than {MAX_DEPTH} levels inside each other", "R113")
            raise _Refused
        assert isinstance(event, yaml.NodeEvent)
        if isinstance(event, yaml.AliasEvent):
            self._note(event, f'the alias "*{event.anchor}" is not part of the rule language; write it out')
            raise _Refused
        if event.anchor is not None:
            self._note(event, f'the anchor "&{event.anchor}" is not part of the rule language; use `words:`')
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if event.tag is not None and event.tag != "!":
            self._note(event, f'the tag "{event.tag}" is not part of the rule language; delete it')
        if isinstance(event, yaml.ScalarEvent):
            place, end = _place(event), event.end_mark
            width = end.column + 1 - place.column if end and end.line + 1 == place.line else 1
            return Scalar(event.value, place, plain=not event.style, width=max(1, width))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, depth)
        return self._fields(event, depth)

    def _items(self, start: yaml.Event, depth: int) -> Items:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Items(tuple(items), _place(start))

    def _fields(self, start: yaml.Event, depth: int) -> Fields:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                self._note(event, "a key must be one word, not a list or a mapping")
            elif key.text in entries:
                first = entries[key.text][0].place.line
                self.findings.append(
                    Finding(
                        code="R105",
                        text=f'"{key.text}" is there twice, first in line {first}; keep one',
                        place=key.place,
                        width=key.width,
                    )
                )
            else:
                entries[key.text] = (key, value)
        return Fields(tuple(entries.values()), _place(start))


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    assert mark is not None  # only events made by hand have none
    return Place(mark.line + 1, mark.column + 1)
