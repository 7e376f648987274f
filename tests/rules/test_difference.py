"""What two versions of a rules file mean differently."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.book import RuleBook
from rules.difference import differences

BASE = """
words: {fire: [fire, smoke]}
triage:
  - {id: fire, when: {message.text: {has_any: fire}}, then: {priority: P0, labels: [alarm]}}
  - {id: gold, when: {order.value: {above: 100 USD}}, then: {priority: P1}}
guards: {max_changed_percent: 5}
"""


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("100 USD", "50 USD"), ["~ rule gold: − order.value above 100 USD; + order.value above 50 USD"]),
        (("[fire, smoke]", "[fire, ash]"), ["~ word list fire: − smoke; + ash",
                                            "~ rule fire: its conditions are joined differently, "
                                            "or a word list in them changed"]),
        (("priority: P1", "priority: P3, team: sales"), ["~ rule gold: priority P1 → P3; team none → sales"]),
        (("labels: [alarm]", "labels: [alarm, hot]"), ["~ rule fire: labels alarm → alarm, hot"]),
        (("id: gold", "id: silver"), ["- rule gold", "+ rule silver"]),
        (("{id: gold,", "{id: gold, shadow: true,"), ["~ rule gold: shadow no → yes"]),
        (("max_changed_percent: 5", "max_changed_percent: 6"), ["~ guards"]),
        (("default: {priority: P2}", "default: {priority: P3}"), ["~ default priority: P2 → P3"]),
        (("P1, first_response: 1h", "P1, first_response: 30m"), ["~ P1: first_response 1h → 30m"]),
        (("triage:", "# a comment\ntriage:"), []),
    ],
)  # fmt: skip
def test_differences(
    change: tuple[str, str],
    wanted: list[str],
    rules_text: Callable[[str], str],
    parse: Callable[[str], RuleBook],
) -> None:
    """Whatever a file means differently is named, and nothing that it does not."""
    old = rules_text(BASE)
    new = old.replace(*change)
    assert new != old
    found = differences(parse(old).file, parse(new).file)
    assert [f"{d.sign} {d.what}{': ' if d.details else ''}{'; '.join(d.details)}" for d in found] == wanted
