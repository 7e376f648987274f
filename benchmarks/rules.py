"""How long a decision takes with 1,000 rules, and whether memory stays flat.

    python -m benchmarks.rules            # speed, side by side with plain Python
    python -m benchmarks.rules --memory   # 200,000 decisions and 1,000 reloads: some minutes

The base line is what a programmer would write without any engine: one lambda a rule over a dict of facts,
and one Aho-Corasick pass for all key words of the folded text, with a look at the word boundaries. It asks
the same conditions of the same facts, but knows no missing values and gives only the ids of the rules.

Both decide the same messages in turns, each message once, so that nothing remembered from an earlier round
helps either; then they must have agreed. About 5 % of the rules match a message.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import ahocorasick

from plugins.model import Facts, Money
from rules.book import RuleBook
from rules.folding import fold
from rules.registry import FactRegistry, FactSpec, FactType

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
HEAD = """version: 1
time_zone: UTC
priorities:
  P0: {name: Critical, first_response: 15m, resolution: 2h, route: human, clock: always}
  P1: {name: High, first_response: 1h, resolution: 8h, route: draft, clock: always}
  P2: {name: Normal, first_response: 4h, resolution: 24h, route: draft, clock: always}
  P3: {name: Low, first_response: 24h, resolution: 72h, route: draft, clock: always}
default: {priority: P2}
triage:
"""
TYPES = {
    "message.text": FactType.TEXT,
    "message.channel": FactType.TEXT,
    "order.value": FactType.MONEY,
    "customer.unresolved_conversations": FactType.NUMBER,
}
REGISTRY = FactRegistry(
    FactSpec(name=name, type=kind, source="benchmark", description=name) for name, kind in TYPES.items()
)
SYLLABLES = ("ship", "or", "der", "card", "re", "fund", "box", "late", "pay", "ment", "track", "lost", "item")
WORDS = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in ("", "s", "ing")]
CHANNELS = ("email", "chat", "sms")

T = TypeVar("T")
Lambda = Callable[[dict[str, Any]], bool]


def make_rules(count: int, seed: int = 1) -> tuple[str, dict[str, Lambda]]:
    """The same rules twice: as a rules.yaml, and as one lambda each."""
    chance = random.Random(seed)
    lines, lambdas = [HEAD], {}
    for n in range(count):
        asked, source = [], []
        if chance.random() < 0.6:
            words = chance.sample(WORDS, chance.randint(2, 6))
            asked.append(f"message.text: {{has_any: [{', '.join(words)}]}}")
            source.append("not words.isdisjoint(f['found'])")
        value = chance.randint(100, 1000)
        asked.append(f"order.value: {{above: {value} USD}}")
        source.append(f"f['order.value'].currency == 'USD' and f['order.value'].amount > {value}")
        if chance.random() < 0.4:
            channel = chance.choice(CHANNELS)
            asked.append(f"message.channel: {channel}")
            source.append(f"f['message.channel'] == {channel!r}")
        if chance.random() < 0.5 or len(asked) == 1:
            least = chance.randint(1, 6)
            asked.append(f"customer.unresolved_conversations: {{at_least: {least}}}")
            source.append(f"f['customer.unresolved_conversations'] >= {least}")
        when = ", ".join(f"{{{part}}}" for part in asked)
        lines.append(f"  - id: rule-{n}\n    when: {{all: [{when}]}}\n    then: {{labels: [seen]}}\n")
        lambdas[f"rule-{n}"] = eval(f"lambda f: {' and '.join(source)}", {"words": frozenset(words)})
    return "".join(lines), lambdas


def make_messages(count: int, seed: int = 2) -> list[Facts]:
    """Facts of made-up messages of 64 words, as the pipeline would hand them over."""
    chance = random.Random(seed)
    filler = ["hello", "the", "my", "is", "please", "when", "yesterday", "again", "thanks", "still", "not"]
    return [
        Facts(
            {
                "message.text": " ".join(
                    chance.choice(WORDS if chance.random() < 0.2 else filler) for _ in range(64)
                ),
                "message.channel": chance.choice(CHANNELS),
                "order.value": Money(amount=Decimal(chance.randint(1, 900)), currency="USD"),
                "customer.unresolved_conversations": chance.randint(0, 4),
            }
        )
        for _ in range(count)
    ]


def plain_python(lambdas: dict[str, Lambda]) -> Callable[[Facts], list[str]]:
    """The base line: one Aho-Corasick pass with a look at the word boundaries, then every lambda."""
    automaton = ahocorasick.Automaton()
    for word in WORDS:
        automaton.add_word(word, word)
    automaton.make_automaton()

    def decide(message: Facts) -> list[str]:
        text = fold.__wrapped__(message["message.text"])  # each message is new: nothing to remember
        found = set()
        for end, word in automaton.iter(text):
            start = end - len(word) + 1
            if not (start and text[start - 1].isalnum()) and not text[end + 1 : end + 2].isalnum():
                found.add(word)
        facts = {**message.values, "found": found}
        return [rule for rule, test in lambdas.items() if test(facts)]

    return decide


def compare(rules: int, rounds: int = 5, messages: int = 100) -> float:
    """Print the time of a decision both ways; returns the ratio of the medians.

    Raises:
        AssertionError: the two disagree about a message.
    """
    text, lambdas = make_rules(rules)
    started = time.perf_counter()
    book = RuleBook.parse(text, registry=REGISTRY)
    load = time.perf_counter() - started
    plain = plain_python(lambdas)
    matched = 0
    ours, theirs, read = [], [], []
    for n in range(rounds):
        facts = make_messages(messages, seed=n)
        took, decided = timed(lambda known: [r.rule for r in book.decide(known, at=NOW).reasons], facts)
        ours.append(took)
        took, expected = timed(plain, facts)
        theirs.append(took)
        took, _ = timed(lambda known: [r.text for r in book.decide(known, at=NOW).reasons], facts)
        read.append(took)
        for rule_ids, ids in zip(decided, expected, strict=True):
            assert [rule for rule in rule_ids if rule != "default"] == ids, (rule_ids, ids)
            matched += len(ids)
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(
        f"{rules:5} rules: {statistics.median(ours) * 1e6:5.0f} µs a decision, plain Python "
        f"{statistics.median(theirs) * 1e6:5.0f} µs, ratio {ratio:.2f}; "
        f"{matched / rounds / messages:.1f} rules match, {statistics.median(read) * 1e6:.0f} µs when the "
        f"texts of all reasons are read; loaded in {load:.2f} s; engine faults: {book.health.rebuilds}"
    )
    book.close()
    return ratio


def timed(work: Callable[[Any], T], inputs: list[Any]) -> tuple[float, list[T]]:
    """Mean seconds that one input takes, and all outputs."""
    started = time.perf_counter()
    outputs = [work(one) for one in inputs]
    return (time.perf_counter() - started) / len(inputs), outputs


def resident() -> float:
    """Resident memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def memory_over_decisions(decisions: int, rules: int = 100) -> float:
    """Growth in MB over the last four fifths of many decisions of one book."""
    book = RuleBook.parse(make_rules(rules)[0], registry=REGISTRY)
    facts = make_messages(500)
    before = 0.0
    for n in range(decisions):
        if n == decisions // 5:
            before = resident()
        book.decide(facts[n % len(facts)], at=NOW)
    grown = resident() - before
    book.close()
    return grown


def memory_over_reloads(reloads: int, rules: int = 100) -> float:
    """Growth in MB over the last four fifths of many loads, each used and closed."""
    text = make_rules(rules)[0]
    facts = make_messages(1)[0]
    before = 0.0
    for n in range(reloads):
        if n == reloads // 5:
            before = resident()
        book = RuleBook.parse(text, registry=REGISTRY)
        book.decide(facts, at=NOW)
        book.close()
    return resident() - before


def main() -> None:
    """Print all figures."""
    if "--memory" in sys.argv:
        print(f"memory over 200,000 decisions: {memory_over_decisions(200_000):+.1f} MB")
        print(f"memory over 1,000 reloads: {memory_over_reloads(1_000):+.1f} MB")
        return
    for rules in (10, 100, 1000):
        compare(rules)


if __name__ == "__main__":
    main()
