"""The catalogue of findings: for each code its level, why it matters, a bad example and the repair."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How serious a finding is; only errors keep a file from going live."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding."""

    slug: str
    level: Level
    why: str
    bad: str
    good: str


_E, _W, _I = Level.ERROR, Level.WARNING, Level.INFO

CODES: dict[str, Code] = {
    "R101": Code(
        "yaml-syntax",
        _E,
        "The file is not the plain YAML that rules are written in, so nothing after this can be trusted. "
        "Anchors (&), aliases (*), tags (!) and several documents are not part of the rule language: "
        "named word lists under `words:` do their work in a readable way.",
        "when: {message.text: {has: fraud}",
        "when: {message.text: {has: fraud}}",
    ),
    "R102": Code(
        "unknown-field",
        _E,
        "A name that nobody knows would silently never match. Facts are listed by `hotdash rules schema`.",
        "when: {contct.plan: enterprise}",
        "when: {contact.plan: enterprise}",
    ),
    "R103": Code(
        "wrong-type",
        _E,
        "The value has another shape than the place needs: a list, a mapping, text, a number, yes or no.",
        "labels: escalated",
        "labels: [escalated]",
    ),
    "R104": Code(
        "bad-pattern",
        _E,
        "The regular expression cannot be read. Expressions run in linear time (RE2), so look-ahead, "
        "look-behind and back references do not exist; combine conditions with all, any and not instead.",
        'matches: "refund(?!ed)"',
        'all: [{message.text: {matches: "refund"}}, {not: {message.text: {has: refunded}}}]',
    ),
    "R105": Code(
        "duplicate-key",
        _E,
        "YAML readers keep one of the two and drop the other without a word.",
        "then: {team: payments, team: senior}",
        "then: {team: payments}",
    ),
    "R106": Code(
        "duplicate-id",
        _E,
        "Decisions, tests and history name a rule by its id, so each id may stand once in the file.",
        "- id: refund … - id: refund",
        "- id: refund-email … - id: refund-chat",
    ),
    "R107": Code(
        "unknown-words",
        _E,
        "The word list is not defined under `words:`. To look for one word or phrase, use `has`.",
        "message.text: {has_any: leagl}",
        "message.text: {has_any: legal}",
    ),
    "R108": Code(
        "norway-value",
        _W,
        "Without quotes other YAML programs read this as yes/no, a time or a number. Here it is read as the "
        "text that it looks like; quotes make that certain everywhere.",
        "message.language: no",
        'message.language: "no"',
    ),
    "R109": Code(
        "missing-key",
        _E,
        "A required part of the rule or of the file is not there.",
        "- id: vip",
        "- id: vip\n  when: {contact.plan: enterprise}\n  then: {priority: P1}",
    ),
    "R110": Code(
        "empty",
        _E,
        "An empty list or text would match always or never, and nobody could tell which was meant.",
        "when: {all: []}",
        "when: {all: [{message.channel: email}]}",
    ),
    "R111": Code(
        "several-keys",
        _E,
        "A condition asks exactly one thing, so that all and any are always written down.",
        "when: {message.channel: email, order.value: {above: 500 USD}}",
        "when: {all: [{message.channel: email}, {order.value: {above: 500 USD}}]}",
    ),
    "R112": Code(
        "bad-value",
        _E,
        "The value cannot be read. Durations are written 15m, 4h, 2d; money 500 USD; dates 2026-11-27; "
        'spans "09:00-17:00"; ids with a-z, 0-9 and -.',
        "order.value: {above: $500}",
        "order.value: {above: 500 USD}",
    ),
    "R113": Code(
        "too-large",
        _E,
        "The file or a condition is larger than any that people can still read.",
        "more than 20 levels of all, any and not",
        "two rules",
    ),
    "R201": Code(
        "unreachable",
        _W,
        "An earlier rule with `stop: true` matches whenever this one does, so this one never takes part.",
        "a rule on has: fraud with stop, then a rule on has: fraud and channel email",
        "put the narrower rule first",
    ),
    "R203": Code(
        "conflict",
        _W,
        "Both rules can match the same message at the same priority and name different teams. "
        "The one that stands first in the file wins; if that is meant, say so in its `why`.",
        "two P1 rules with has: refund, one for team billing, one for team senior",
        "one rule, or conditions that exclude each other",
    ),
    "R204": Code(
        "always-true",
        _W,
        "The condition holds for every message whose facts are known, so it is no condition.",
        "any: [{order.value: {above: 500 USD}}, {order.value: {at_most: 500 USD}}]",
        "order.value: {above: 500 USD}",
    ),
    "R205": Code(
        "never-true",
        _E,
        "The condition contradicts itself; no message can ever meet it.",
        "all: [{message.channel: email}, {message.channel: sms}]",
        "any: [{message.channel: email}, {message.channel: sms}]",
    ),
    "R206": Code(
        "no-default",
        _E,
        "A message that no triage rule matches needs a priority too.",
        "(no default:)",
        "default: {priority: P2}",
    ),
    "R207": Code(
        "gap",
        _I,
        "No triage or escalation rule in force sets this priority, so no message can get it.",
        "priorities with P0, but no rule with priority: P0",
        "a rule with then: {priority: P0}",
    ),
    "R209": Code(
        "weak-word",
        _W,
        "A very short or very common word is in almost every message, so the rule would match almost always.",
        "has_any: [up]",
        "has_any: [site is up]",
    ),
    "R210": Code(
        "negative-only",
        _W,
        "The condition only says what must not be there, so any unrelated message meets it.",
        "when: {message.text: {has_none: legal}}",
        "when: {all: [{message.text: {has_any: refund}}, {message.text: {has_none: legal}}]}",
    ),
    "R212": Code(
        "out-of-date",
        _I,
        "The rule's `until` has passed: it does nothing any more.",
        "until: 2020-01-01",
        "delete the rule, or give it a new date",
    ),
    "R213": Code(
        "odd-service-level",
        _W,
        "The times of the service levels contradict each other: a first response after the resolution, or a "
        "lower priority that is answered sooner than a higher one.",
        "P0: {first_response: 4h, resolution: 2h}",
        "P0: {first_response: 15m, resolution: 2h}",
    ),
    "R214": Code(
        "unused-words",
        _I,
        "No rule uses this word list.",
        "words: {legal: [lawyer]} without has_any: legal",
        "use it or delete it",
    ),
    "R215": Code(
        "lonely-name",
        _W,
        "The team or label is named once and looks like another one that is named in this file: a slip?",
        "team: paymets",
        "team: payments",
    ),
    "R216": Code(
        "no-effect",
        _W,
        "The rule matches but changes nothing: its `then` is empty.",
        "- id: vip\n  when: {contact.plan: enterprise}",
        "then: {priority: P1}",
    ),
    "R217": Code(
        "example-fails",
        _E,
        "A message given under `examples` does not meet the rule's condition.",
        'examples: ["I want my money back"] with has: refund',
        'has_any: [refund, "money back"]',
    ),
    "R301": Code(
        "no-why",
        _I,
        "The reason is what an agent reads when a conversation is escalated; without it they must guess.",
        "- id: vip (no why:)",
        "why: Enterprise customers have a contract with one hour.",
    ),
    "R303": Code(
        "untested",
        _I,
        "No example expects this rule to match, so a later change can break it unseen.",
        "(no test with expect: {fired: [vip]})",
        "a test in rules_test.yaml, or `examples:` at the rule",
    ),
    "R401": Code(
        "self-test",
        _E,
        "The rules were compiled in a process of their own and the engine did not answer as the reference "
        "does, took too long or died. The running rules stay; please report the file.",
        "(cannot be caused by a rule)",
        "undo the last change and report it",
    ),
}
