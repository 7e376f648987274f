"""Prints the figures of the shipped rules.yaml on the shared development data.

Run it as `python -m benchmarks.triage_figures [FOLDER]`; FOLDER is by default HOTDASH_DATA or ../shared/data.
Exit code 1 when a figure that was promised (docs/rules.md) is missed.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from plugins.model import Decision, Priority
from rules.anger import anger
from rules.book import RuleBook
from rules.facts import standard_registry
from rules.language import Section
from rules.score import Example, Score, by_words_alone, score

REPOSITORY = Path(__file__).parent.parent
#: Rules that hand over because the customer is angry.
ANGER_RULE = "angry"


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def auroc(angry: Sequence[float], calm: Sequence[float]) -> float:
    """Chance that an angry message scores above a calm one; ties count half."""
    above = sum((a > c) + 0.5 * (a == c) for a in angry for c in calm)
    return above / (len(angry) * len(calm))


def line(name: str, result: Score) -> str:
    """One line of figures."""
    levels = "  ".join(
        f"{level.priority} {level.recall:.3f}/{level.false_alarms:.3f}" for level in result.levels
    )
    return (
        f"{name:22} {result.rows:5}  accuracy {result.accuracy:.3f}  macro-F1 {result.macro_f1:.3f}  {levels}"
    )


def main(folder: Path) -> int:
    """Print all figures; 1 when one is missed."""
    book = RuleBook.load(REPOSITORY / "rules.yaml", registry=standard_registry())
    decide = cache(by_words_alone(book, at=datetime(2026, 3, 2, 15, tzinfo=UTC)))
    escalation = {rule.id for rule in book.file.rules if rule.section is Section.ESCALATION}

    def to_person(decision: Decision) -> bool:
        return decision.priority is Priority.P0 or any(r.rule in escalation for r in decision.reasons)

    by_source: dict[str, list[Example]] = defaultdict(list)
    triage = rows(folder / "triage.jsonl")
    for row in triage:
        example = Example(
            text=row["text"], priority=Priority(row["priority"]), soft=row["certainty"] == "soft"
        )
        by_source["all sources"].append(example)
        by_source[row["source"]].append(example)
    results = {source: score(examples, decide) for source, examples in by_source.items()}
    print("triage, recall/false alarms of each priority")
    for source, result in results.items():
        print("  " + line(source, result))

    decisions = [decide(row["text"]) for row in triage]
    flagged = sum(any(r.rule == ANGER_RULE for r in d.reasons) for d in decisions) / len(decisions)
    asked = sum(any(r.rule == "asks-for-a-person" for r in d.reasons) for d in decisions) / len(decisions)
    comments = rows(folder / "anger.jsonl")
    rank = auroc(
        [anger(row["text"]) for row in comments if row["angry"]],
        [anger(row["text"]) for row in comments if not row["angry"]],
    )
    requests = [decide(row["text"]) for row in rows(folder / "human_requests.jsonl")]
    handed = sum(map(to_person, requests)) / len(requests)
    by_asking = sum(any(r.rule == "asks-for-a-person" for r in d.reasons) for d in requests) / len(requests)
    print(f"anger: AUROC {rank:.3f}; flagged among ordinary messages {flagged:.2%}")
    print(f"asks for a person: handed over {handed:.1%} ({by_asking:.1%} by that rule alone);")
    print(f"  among ordinary messages {asked:.2%}")

    everything = results["all sources"]
    critical = everything.levels[0]
    met = (
        everything.accuracy >= 0.88
        and everything.macro_f1 >= 0.80
        and critical.recall >= 0.75
        and critical.false_alarms <= 0.015
        and rank >= 0.80
        and flagged <= 0.015
        and handed >= 0.90
    )
    print("all promised figures are met" if met else "A PROMISED FIGURE IS MISSED")
    return 0 if met else 1


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("HOTDASH_DATA")
    sys.exit(main(Path(given) if given else REPOSITORY.parent / "shared" / "data"))
