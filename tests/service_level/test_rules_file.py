"""What the editor's schema and the checker say of business hours and on call."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from rules.facts import standard_registry
from rules.reader import read_rules
from rules.schema import schema


def test_schema_knows_on_call(rules_text: str) -> None:
    """The schema takes a full rotation and underlines a misspelt key."""
    written = yaml.load(rules_text, yaml.BaseLoader)
    written["version"] = 1
    check = jsonschema.Draft7Validator(schema(standard_registry()))
    assert list(check.iter_errors(written)) == []
    written["on_call"]["rota"] = written["on_call"].pop("rotation")
    assert list(check.iter_errors(written)) != []


@pytest.mark.parametrize(
    ("holidays", "problem"),
    [
        ("{country: Elbonia}", 'the holidays of "Elbonia"'),
        ("{country: US, subdivision: QQ}", 'US has no subdivision "QQ"'),
        ("{country: DE, subdivision: BY}", None),
    ],
)
def test_unknown_country_is_a_finding(rules_text: str, holidays: str, problem: str | None) -> None:
    """A country or state whose holidays nobody knows is found before the rules are in force."""
    _, findings = read_rules(rules_text.replace("[2026-11-03]", holidays), standard_registry())
    assert [problem in finding.text for finding in findings if problem] == ([True] if problem else [])
    assert bool(findings) is (problem is not None)
