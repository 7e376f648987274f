"""Compiles and tries a rule file in a process of its own, before it may go live.

A crash or a hang inside a C library cannot be caught in the process that it happens in. So a child builds the
engine, asks it random questions and compares each answer with the reference evaluator's.
"""

from __future__ import annotations

import pickle
import random
import resource
import subprocess
import sys

from plugins.errors import RulesError
from rules.engine import EngineFault
from rules.language import Comparison, Condition, comparisons
from rules.matcher import EngineHealth, Matcher
from rules.truth import FALSE, TRUE, UNKNOWN, Truth

TIME_LIMIT = 30.0  #: Seconds.
MEMORY_LIMIT = 2 * 1024**3  #: Bytes of address space.
QUESTIONS = 200


def rehearse(conditions: dict[str, Condition], *, time_limit: float = TIME_LIMIT) -> str | None:
    """What is wrong with the compiled conditions, by rule id, in one sentence; None when all went well.

    Blocks for about a quarter of a second: call it from a thread.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "rules.rehearsal"],
            input=pickle.dumps(conditions),
            capture_output=True,
            timeout=time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"the rehearsal was not over after {time_limit:g} seconds"
    if done.returncode < 0:
        return f"the rehearsal was ended by signal {-done.returncode}"
    said = done.stdout.decode(errors="replace").strip()
    if done.returncode:
        return said or f"the rehearsal ended with {done.stderr.decode(errors='replace').strip()[-300:]}"
    return None


def ask_random_questions(conditions: dict[str, Condition], *, seed: int = 0) -> str | None:
    """Compare engine and reference on `QUESTIONS` random answers; one sentence about the first difference."""
    number: dict[Comparison, int] = {}
    for condition in conditions.values():
        for comparison in comparisons(condition):
            number.setdefault(comparison, len(number))
    faults: list[str] = []
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    try:
        matcher = Matcher(conditions, number, EngineHealth(on_fault=faults.append))
        for _ in range(QUESTIONS):
            sure = chance.random()  # few, some or many of the atoms are true
            matcher.matching(bytearray(_answer(chance, sure) for _ in number))
            if faults:
                return faults[0]
        matcher.close()
    except EngineFault as error:
        return str(error)
    return None


def _answer(chance: random.Random, sure: float) -> Truth:
    if chance.random() < 0.15:
        return UNKNOWN
    return TRUE if chance.random() < sure else FALSE


def main() -> int:
    """Entry point of the child: conditions on standard input, a sentence on standard output if they fail."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    conditions = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - written by our parent process just now
    if not isinstance(conditions, dict):
        raise RulesError("the rehearsal got something else than conditions")
    problem = ask_random_questions(conditions)
    if problem is None:
        return 0
    sys.stdout.write(problem)
    return 1


if __name__ == "__main__":
    sys.exit(main())
