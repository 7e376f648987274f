"""What would let others in is not kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.chatwoot.credentials import without_credentials

SECRETS = ("token", "password", "secret", "api_key")


def values(body: Any) -> list[tuple[str, Any]]:
    """Every field of a payload, at any depth."""
    match body:
        case dict():
            return [*body.items(), *(pair for inner in body.values() for pair in values(inner))]
        case list():
            return [pair for inner in body for pair in values(inner)]
        case _:
            return []


def test_no_payload_of_chatwoot_keeps_a_credential(shared_data: Path) -> None:
    """Of every payload all fields stay but the credentials, which are emptied."""
    seen = 0
    for file in (shared_data / "chatwoot/payloads").glob("[a-z]*.json"):
        before = values(json.loads(file.read_bytes()))
        after = values(json.loads(without_credentials(file.read_bytes())))
        assert [name for name, _ in before] == [name for name, _ in after]
        for (name, old), (_, new) in zip(before, after, strict=True):
            if isinstance(old, str) and any(word in name for word in SECRETS):
                seen += 1
                assert new == "", name
            elif not isinstance(old, dict | list):
                assert new == old, name
    assert seen > 30


@given(st.dictionaries(st.sampled_from(["content", "name", "id"]), st.text() | st.integers()))
def test_what_people_write_is_never_touched(body: dict[str, Any]) -> None:
    """A text may speak of tokens and passwords in JSON, even escaped twice: it stays."""
    body["content"] = json.dumps(json.dumps({"token": "abc", "text": body.get("content")}))
    raw = json.dumps(body).encode()
    assert without_credentials(raw) == raw
