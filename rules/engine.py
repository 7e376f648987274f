"""The one door to durable-rules: truths of atoms in, the rules whose patterns are met out.

durable-rules 2.0.28 is kept to the part of it that was found safe: one boolean pattern per rule; small sets
of rules; one permanent session; assert, drain, retract; no host, no threads, no text, no numbers, no null.
Only true and false under names of our own ever enter it.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import durable_rules_engine
import numpy as np

from plugins.errors import RulesError
from rules.patterns import Leaf, Pattern, alternatives, fitted, leaves, met, needed
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
    leaves: dict[Leaf, None] = field(default_factory=dict)  #: What it listens to, each once.
    patterns: list[Pattern] = field(default_factory=list)  #: Of each of its rules.
    told: tuple[str, ...] = ()  #: How each of its leaves is told.
    first: int = 0  #: Where its leaves begin among those of all sets.


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
        self._lock = threading.Lock()
        small = [(position, fitted(pattern, self._hoist)) for position, pattern in enumerate(patterns)]
        users = Counter(leaf for _, pattern in small for leaf in leaves(pattern))

        def most_shared(rule: tuple[int, Pattern]) -> list[tuple[int, int]]:
            return sorted((-users[leaf], leaf.atom) for leaf in leaves(rule[1]))

        # Rules that ask alike are put in one set: for most messages most sets then have nothing to decide.
        for position, pattern in sorted(small, key=most_shared):
            self._place(position, pattern)
        self._wire()
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
        shard = self._shards[-1]
        shard.size += size
        shard.rules[f"r{position}"] = {"all": [{"m": _expression(pattern)}], "pri": len(shard.rules)}
        shard.leaves.update(dict.fromkeys(leaves(pattern)))
        shard.patterns.append(pattern)

    def _wire(self) -> None:
        """Number the leaves of all sets through, and note which of them each rule asks and needs."""
        listened: list[Leaf] = []
        self._always = sum(len(shard.leaves) for shard in self._shards)  # a place that always holds
        asks: list[tuple[int, int]] = []  # rule and place of each leaf that it asks
        needs: list[int] = []  # places, rule by rule
        rules: list[int] = []  # where in `needs` each rule begins
        sets: list[int] = []  # where in `rules` each set begins
        for shard in self._shards:
            shard.first = len(listened)
            shard.told = tuple(f',"a{leaf.atom}":{str(leaf.wanted).lower()}' for leaf in shard.leaves)
            place = {leaf: shard.first + n for n, leaf in enumerate(shard.leaves)}
            listened += shard.leaves
            sets.append(len(rules))
            for pattern in shard.patterns:
                asks += [(len(rules), place[leaf]) for leaf in leaves(pattern)]
                rules.append(len(needs))
                needs += [place[leaf] for leaf in needed(pattern)] or [self._always]
        self._leaf_atoms = np.array([leaf.atom for leaf in listened], dtype=np.intp)
        self._leaf_wanted = np.array([TRUE if leaf.wanted else FALSE for leaf in listened], dtype=np.uint8)
        self._needs, self._rules, self._sets = (np.array(n, dtype=np.intp) for n in (needs, rules, sets))
        self._askers, self._asked = np.array(asks, dtype=np.intp).reshape(-1, 2).T

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

        A rule is possible unless it lacks a leaf that it cannot do without. Sets without a possible rule are
        not asked, and the others are told only what their possible rules ask about.

        Raises:
            EngineFault: durable-rules failed; this engine must not be used again.
        """
        if self._hoisted:
            truths = truths[:]
            for pattern in self._hoisted:  # a part of a part was hoisted first: its truth is there already
                truths.append(TRUE if met(pattern, truths) else FALSE)
        held = np.ones(self._always + 1, dtype=np.bool_)
        np.equal(np.frombuffer(truths, dtype=np.uint8)[self._leaf_atoms], self._leaf_wanted, out=held[:-1])
        possible = np.logical_and.reduceat(held[self._needs], self._rules)
        asked = np.flatnonzero(np.logical_or.reduceat(possible, self._sets)).tolist()
        told = np.zeros(self._always + 1, dtype=np.bool_)
        told[self._asked[possible[self._askers]]] = True
        holds = (held & told).tobytes()
        fired: list[str] = []
        with self._lock:
            for number in asked:
                shard = self._shards[number]
                text = "".join(compress(shard.told, holds[shard.first :]))
                fired += self._fired(shard, f'{{"id":"e"{text}}}')
        return {int(name[1:]) for name in fired}

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
