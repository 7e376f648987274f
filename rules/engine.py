"""The one door to durable-rules: truths of atoms in, the rules whose patterns are met out.

durable-rules 2.0.28 is kept to the part of it that was found safe: one boolean pattern per rule; small sets
of rules; one permanent session; assert, drain, retract; no host, no threads, no text, no numbers, no null.
Only true and false under names of our own ever enter it.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import durable_rules_engine
import numpy as np

from plugins.errors import RulesError
from rules.patterns import Leaf, Pattern, alternatives, fitted, leaves, met
from rules.truth import FALSE, TRUE

#: Leaves and `or` groups in one set of rules; the engine gives up at 64 conditions that are true at once.
SHARD_SIZE = 60

_OK, _NO_RULE = 0, 1  # results of assert_fact; 2 says that an earlier fact was not retracted
_WARM = '{"id":"e","warm":true}'
_names = itertools.count(1)


class EngineFault(RulesError):
    """The rule engine failed; the reference evaluator decides in its place."""


@dataclass(slots=True)
class _Shard:
    """A set of rules that the engine knows under one handle."""

    rules: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    handle: int = -1


class Engine:
    """Rules compiled into durable-rules. One lock: calls may come from any thread."""

    def __init__(self, patterns: Sequence[Pattern], atoms: int) -> None:
        """Compile.

        Args:
            patterns: one for each rule, over the atoms 0 … atoms - 1.
            atoms: how many truths `matching` will be given.

        Raises:
            EngineFault: durable-rules refused.
        """
        self._atoms = atoms
        self._hoisted: list[Pattern] = []  # atom `atoms + n` is true when hoisted[n] is met
        self._shards: list[_Shard] = []
        # What the engine is told, by atom: pairs of shard and text, for a true and for a false atom.
        self._if_true: dict[int, list[tuple[int, str]]] = {}
        self._if_false: dict[int, list[tuple[int, str]]] = {}
        self._lock = threading.Lock()
        for position, pattern in enumerate(patterns):
            self._place(position, fitted(pattern, self._hoist))
        try:
            for shard in self._shards:
                self._open(shard)
        except BaseException:
            self.close()
            raise

    def _hoist(self, pattern: Pattern) -> Leaf:
        self._hoisted.append(pattern)
        return Leaf(self._atoms + len(self._hoisted) - 1, True)

    def _place(self, position: int, pattern: Pattern) -> None:
        size = len(leaves(pattern)) + alternatives(pattern)
        if not self._shards or self._shards[-1].size + size > SHARD_SIZE:
            self._shards.append(_Shard())
        number, shard = len(self._shards) - 1, self._shards[-1]
        shard.size += size
        shard.rules[f"r{position}"] = {"all": [{"m": _expression(pattern)}], "pri": len(shard.rules)}
        for leaf in leaves(pattern):
            told = (number, f',"a{leaf.atom}":{"true" if leaf.wanted else "false"}')
            listeners = (self._if_true if leaf.wanted else self._if_false).setdefault(leaf.atom, [])
            if told not in listeners:
                listeners.append(told)

    def _open(self, shard: _Shard) -> None:
        """Create the set of rules and let one rule fire: only then may its session be deleted."""
        definition = {**shard.rules, "warm": {"all": [{"m": {"warm": True}}], "pri": len(shard.rules)}}
        try:
            shard.handle = durable_rules_engine.create_ruleset(f"rules{next(_names)}", json.dumps(definition))
        except Exception as error:  # the C module raises bare Exception
            raise EngineFault(f"durable-rules cannot take these rules: {error}") from error
        if self._fired(shard, _WARM) != ["warm"]:
            shard.handle = -1  # deleting a session in which no rule ever fired crashes the process
            raise EngineFault("durable-rules does not answer to a rule that always matches")

    def matching(self, truths: bytearray) -> set[int]:
        """Which rules' patterns are met, by their position, for the truth of each atom.

        Raises:
            EngineFault: durable-rules failed; this engine must not be used again.
        """
        if self._hoisted:
            truths = truths[:]
            for pattern in self._hoisted:  # a part of a part was hoisted first: its truth is there already
                truths.append(TRUE if met(pattern, truths) else FALSE)
        told = [""] * len(self._shards)
        for atom in np.flatnonzero(np.frombuffer(truths, dtype=np.uint8) == TRUE).tolist():
            for shard, text in self._if_true.get(atom, ()):
                told[shard] += text
        for atom, listeners in self._if_false.items():
            if truths[atom] == FALSE:
                for shard, text in listeners:
                    told[shard] += text
        fired: set[int] = set()
        with self._lock:
            for number, text in enumerate(told):
                if text:  # each pattern has a leaf, so nothing told means nothing met
                    names = self._fired(self._shards[number], f'{{"id":"e"{text}}}')
                    fired.update(int(name[1:]) for name in names)
        return fired

    def _fired(self, shard: _Shard, payload: str) -> list[str]:
        """Names of the rules that fire for a fact. The fact is gone again when this returns or raises."""
        engine, handle = durable_rules_engine, shard.handle
        fired: list[str] = []
        busy = None
        try:
            code, offset = engine.assert_fact(handle, payload)
            if code not in (_OK, _NO_RULE):
                raise EngineFault(f"durable-rules answered {code} to a fact")
            started = engine.start_action_for_state(handle, offset) if code == _OK else None
            if started:
                busy, message = offset, started[1]
                while message:
                    fired.append(message[2 : message.index('"', 2)])
                    message = engine.complete_and_start_action(handle, offset)
                busy = None
        except EngineFault:
            raise
        except Exception as error:  # the C module raises bare Exception
            raise EngineFault(f"durable-rules failed: {error}") from error
        finally:
            # An interrupted drain must be finished, or the session stays silent for a minute.
            while busy is not None and engine.complete_and_start_action(handle, busy):
                pass
            _retract(handle, payload)
        return fired

    def close(self) -> None:
        """Give the memory back; the engine must not be used again."""
        with self._lock:
            for shard in self._shards:
                if shard.handle >= 0:
                    durable_rules_engine.delete_state(shard.handle, "0")
                    durable_rules_engine.delete_ruleset(shard.handle)
                    shard.handle = -1


def _expression(pattern: Pattern) -> dict[str, Any]:
    if isinstance(pattern, Leaf):
        return {f"a{pattern.atom}": pattern.wanted}
    return {"$and" if pattern.every else "$or": [_expression(part) for part in pattern.parts]}


def _retract(handle: int, payload: str) -> None:
    try:
        durable_rules_engine.retract_fact(handle, payload)
    except Exception as error:  # the C module raises bare Exception
        raise EngineFault(f"durable-rules did not forget a fact: {error}") from error
