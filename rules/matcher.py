"""Which rules match: durable-rules decides, and the reference evaluator checks every answer.

If the two differ, or the engine fails, the reference wins, the fault is counted and told, and the engine is
built anew. The service never stops deciding because of its engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rules.engine import Engine, EngineFault
from rules.language import Comparison, Condition
from rules.patterns import pattern_of
from rules.reference import Reference
from rules.truth import TRUE


@dataclass(slots=True)
class EngineHealth:
    """Counts for metrics, and who is told of a fault; shared by all rule books of a process."""

    decisions: int = 0
    mismatches: int = 0  #: The engine answered otherwise than the reference.
    failures: int = 0  #: The engine raised an error.
    rebuilds: int = 0
    on_fault: Callable[[str], None] | None = None  #: Called with one sentence for an alert.

    def fault(self, text: str) -> None:
        """Pass a fault on to whoever raises alerts."""
        if self.on_fault is not None:
            self.on_fault(text)


class Matcher:
    """The conditions of one rule file, ready to be asked."""

    def __init__(
        self,
        conditions: Mapping[str, Condition],
        number: Mapping[Comparison, int],
        health: EngineHealth | None = None,
    ) -> None:
        """Compile for both evaluators.

        Args:
            conditions: rule id → condition.
            number: the number of every comparison in them.
            health: counters to use; its own when left out.

        Raises:
            EngineFault: durable-rules cannot take the rules.
        """
        self.health = health or EngineHealth()
        self._ids = list(conditions)
        self._atoms = len(number)
        self._patterns = [pattern_of(condition, number) for condition in conditions.values()]
        self._reference = Reference(list(conditions.values()), number)
        self._engine: Engine | None = Engine(self._patterns, self._atoms)

    def matching(self, atoms: bytearray) -> list[str]:
        """Ids of the rules that match, in their order, for the truth of every comparison."""
        expected: list[int] = np.flatnonzero(self._reference.truths(atoms) == TRUE).tolist()
        self.health.decisions += 1
        if self._engine is not None:
            self._compare(self._engine, atoms, expected)
        return [self._ids[position] for position in expected]

    def _compare(self, engine: Engine, atoms: bytearray, expected: list[int]) -> None:
        try:
            matching = engine.matching(atoms)
        except EngineFault as error:
            self.health.failures += 1
            self._rebuild(f"{error}. The reference evaluator decided; the engine was built anew.")
            return
        if matching != set(expected):
            self.health.mismatches += 1
            differing = ", ".join(
                self._ids[position] for position in sorted(matching.symmetric_difference(expected))
            )
            self._rebuild(
                f"durable-rules and the reference evaluator differ on {differing}. "
                "The reference decided; the engine was built anew."
            )

    def _rebuild(self, fault: str) -> None:
        # The faulty engine is left as it is: closing a session in an unknown state could end the process.
        self.health.rebuilds += 1
        try:
            self._engine = Engine(self._patterns, self._atoms)
        except EngineFault as error:
            self._engine = None
            fault += f" That failed too ({error}): the reference decides alone until the next reload."
        self.health.fault(fault)

    def close(self) -> None:
        """Give the engine's memory back; from here on the reference decides alone."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()
