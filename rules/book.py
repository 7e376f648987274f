"""The rule book: one checked rules.yaml, ready to decide."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from plugins.errors import RulesError
from plugins.model import Decision, Facts, Route
from rules.atoms import Answers, Atoms, Embed
from rules.findings import Report
from rules.judgement import Judgement, judge
from rules.language import Rule, RuleFile, Section, comparisons
from rules.matcher import EngineHealth, Matcher
from rules.reader import read_rules
from rules.reasons import reasons
from rules.registry import FactRegistry
from rules.trace import Evidence, Trace, facts_used
from rules.truth import Truth


def content_version(text: str) -> str:
    """Name of a rules file by its content: "sha256:" and 12 hex digits."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def read_rules_text(path: Path) -> str:
    """The text of a rules file.

    Raises:
        RulesError: it is not there, or not UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RulesError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise RulesError(
            f"{path}: {error.strerror}; `hotdash rules init` writes a rules file to start from"
        ) from error


class RuleBook:
    """Decides what happens to a message; holds no state between messages."""

    def __init__(
        self,
        file: RuleFile,
        *,
        registry: FactRegistry,
        version: str,
        embed: Embed | None = None,
        health: EngineHealth | None = None,
    ) -> None:
        self.file = file
        self.version = version  #: Content hash of the file, stored with each decision.
        self._atoms = Atoms(
            (asked for rule in file.rules for asked in comparisons(rule.when)), registry, embed
        )
        conditions = {rule.id: rule.when for rule in file.rules if rule.enabled}
        self._matcher = Matcher(conditions, self._atoms.number, health)
        self._rules = {rule.id: rule for rule in file.rules}

    @classmethod
    def load(
        cls,
        path: Path | str,
        *,
        registry: FactRegistry,
        embed: Embed | None = None,
        health: EngineHealth | None = None,
    ) -> RuleBook:
        """The rule book of a file; `health` counts its engine's faults.

        Raises:
            RulesError: the file cannot be read or is wrong; the text names every error with its place, and
                `findings` holds them for machines.
        """
        path = Path(path)
        return cls.parse(read_rules_text(path), name=str(path), registry=registry, embed=embed, health=health)

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        registry: FactRegistry,
        name: str = "rules.yaml",
        embed: Embed | None = None,
        health: EngineHealth | None = None,
    ) -> RuleBook:
        """The rule book of a text; `name` is what errors call it.

        Raises:
            RulesError: as `load`.
        """
        file, findings = read_rules(text, registry)
        Report.of(name, text, findings).raise_errors()
        assert file is not None
        return cls(file, registry=registry, version=content_version(text), embed=embed, health=health)

    def truth(self, rule: Rule, facts: Facts) -> Truth:
        """The truth of one rule's condition, whatever becomes of the message."""
        return Evidence(self._atoms, self._atoms.answer(facts)).truth(rule.when)

    @property
    def health(self) -> EngineHealth:
        """Counters of the engine's work and faults."""
        return self._matcher.health

    def close(self) -> None:
        """Give the engine's memory back; traces of earlier decisions stay readable."""
        self._matcher.close()

    def decide(self, facts: Facts, *, at: datetime) -> Decision:
        """What happens to the message with these facts at this moment (aware).

        With `resembles` conditions the first call for a text runs the embedding model; everything else
        takes well under a millisecond at 100 rules.
        """
        answers = self._atoms.answer(facts)
        matching = [self._rules[rule] for rule in self._matcher.matching(answers.truths)]
        judgement = judge(self.file, matching, at)
        return Decision(
            priority=judgement.priority,
            route=judgement.route,
            reasons=reasons(self.file, judgement, Evidence(self._atoms, answers)),
            team=judgement.team,
            labels=judgement.labels,
            version=self.version,
            trace=Trace(lambda: self._trace(judgement, answers, at)),
            shadow=tuple(rule.id for rule in judgement.shadow),
        )

    def _trace(self, judgement: Judgement, answers: Answers, at: datetime) -> dict[str, Any]:
        evidence = Evidence(self._atoms, answers)
        return {
            "version": self.version,
            "at": at.isoformat(),
            "facts": facts_used(self.file.rules, answers),
            "rules": [
                {
                    "id": rule.id,
                    "section": rule.section.value,
                    "line": rule.place.line,
                    "state": judgement.state(rule, evidence.truth(rule.when), at).value,
                    "shadow": rule.shadow,
                    "then": _effect(rule),
                    "when": evidence.tree(rule.when),
                }
                for rule in self.file.rules
            ],
            "result": {
                "priority": judgement.priority.value,
                "route": judgement.route.value,
                "team": judgement.team,
                "labels": list(judgement.labels),
                "matched": [rule.id for rule in judgement.matched],
                "blocking": [rule.id for rule in judgement.blocking],
            },
        }


def _effect(rule: Rule) -> dict[str, Any]:
    """What a rule does when it matches, without what it leaves alone."""
    effect: dict[str, Any] = {}
    if rule.priority:
        effect["priority"] = rule.priority.value
    if rule.team:
        effect["team"] = rule.team
    if rule.labels:
        effect["labels"] = list(rule.labels)
    if rule.section is Section.ESCALATION:
        effect["route"] = Route.HUMAN.value
    return effect
