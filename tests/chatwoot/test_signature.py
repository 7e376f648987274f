"""The signature of a webhook is checked as Chatwoot makes it."""

import json
from pathlib import Path

import pytest

from bot.chatwoot.signature import WINDOW, fault, sign

SECRET = "wJ7example24charSecret0"
BODY = b'{"event":"message_created"}'
NOW = 1_781_688_601


def check(**changes: object) -> str | None:
    """The fault of a good request after some changes."""
    given = {
        "signature": sign(SECRET, str(NOW), BODY),
        "timestamp": str(NOW),
        "body": BODY,
        "now": float(NOW),
        **changes,
    }
    return fault([SECRET], **given)


def test_chatwoot_s_own_vectors_are_accepted(shared_data: Path) -> None:
    """Every signed body that stands in Chatwoot's vectors is accepted at its time."""
    vectors = json.loads((shared_data / "chatwoot/payloads/_signature_vectors.json").read_text())
    assert vectors
    for vector in vectors:
        body, moment = vector["raw_body_utf8"].encode(), vector["X-Chatwoot-Timestamp"]
        found = fault(
            [vector["secret"]],
            signature=vector["X-Chatwoot-Signature"],
            timestamp=moment,
            body=body,
            now=float(moment),
        )
        assert found is None


@pytest.mark.parametrize("drift", [0, WINDOW - 1, 1 - WINDOW])
def test_clocks_may_differ_within_the_window(drift: int) -> None:
    """A signature is good for five minutes before and after its time."""
    assert check(now=float(NOW + drift)) is None


@pytest.mark.parametrize("drift", [WINDOW + 1, -WINDOW - 1])
def test_a_replay_is_refused(drift: int) -> None:
    """A signature from outside the window is refused, and the reason names the clock."""
    assert "clock" in (check(now=float(NOW + drift)) or "")


@pytest.mark.parametrize(
    "changes",
    [
        {"body": BODY + b" "},
        {"timestamp": str(NOW + 1)},
        {"timestamp": "1781688601abc"},
        {"timestamp": "١٧٨١٦٨٨٦٠١"},
        {"timestamp": None},
        {"signature": None},
        {"signature": ""},
        {"signature": "sha256="},
        {"signature": "sha256=ÿ"},
        {"signature": sign("another secret", str(NOW), BODY)},
    ],
)
def test_what_chatwoot_did_not_sign_is_refused(changes: dict[str, object]) -> None:
    """A changed body, another time, another secret and headers that make no sense are refused."""
    assert check(**changes) is not None


def test_each_active_secret_signs() -> None:
    """While secrets are exchanged, the old and the new one are both accepted."""
    for secret in ("old", "new"):
        signature = sign(secret, str(NOW), BODY)
        assert fault(["old", "new"], signature=signature, timestamp=str(NOW), body=BODY, now=NOW) is None
