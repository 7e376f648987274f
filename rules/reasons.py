"""The reasons of a decision: each rule that counted, with the values that made it count."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from plugins.model import Reason
from rules.judgement import Judgement
from rules.language import Rule, RuleFile, Section
from rules.trace import Evidence


class Told(Reason):
    """A reason whose text is written when it is read: most decisions are made, few are looked at.

    It equals a plain `Reason` with the same content, and its copies and pickles are plain.
    """

    __slots__ = ("_evidence", "_rule")
    _evidence: Evidence
    _rule: Rule

    def __init__(self, rule: Rule, evidence: Evidence) -> None:
        object.__setattr__(self, "_rule", rule)  # a reason is frozen
        object.__setattr__(self, "_evidence", evidence)

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self._rule.id

    @property
    def line(self) -> int:
        """Where the rule stands."""
        return self._rule.place.line

    @property
    def text(self) -> str:
        """For people: what matched, and on which values."""
        return self._evidence.reason(self._rule)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reason):
            return NotImplemented
        return (self.rule, self.text, self.line) == (other.rule, other.text, other.line)

    __hash__ = Reason.__hash__

    def __reduce__(self) -> tuple[Callable[[], Reason], tuple[()]]:
        return partial(Reason, rule=self.rule, text=self.text, line=self.line), ()


def reasons(file: RuleFile, judgement: Judgement, evidence: Evidence) -> tuple[Reason, ...]:
    """Why the judgement is what it is: triage and escalation as they matched, then what forbade a draft."""
    told = tuple(Told(rule, evidence) for rule in (*judgement.matched, *judgement.blocking))
    if any(rule.section is Section.TRIAGE for rule in judgement.matched):
        return told
    default = f"No triage rule matched; the default priority is {file.default}."
    return (Reason(rule="default", text=default), *told)
