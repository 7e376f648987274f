"""What Chatwoot sends is heard, kept and answered as it should be."""

from __future__ import annotations

import json
import time
from pathlib import Path

import psycopg
from service_at_work import QUESTION, Service, Starter, payload

from bot.chatwoot.credentials import without_credentials
from bot.chatwoot.payloads import envelope
from bot.chatwoot.signature import SIGNATURE, TIMESTAMP, sign

NESTED = {
    "event": "message_created",
    "id": "12345",
    "conversation": {"id": 101, "inbox_id": 5, "status": "open", "priority": "normal"},
    "message": {
        "id": 456,
        "content": QUESTION,
        "message_type": "incoming",
        "created_at": "2025-10-15T10:00:00Z",
        "sender": {"id": 123, "name": "John Doe", "email": "customer@example.com"},
    },
}


async def test_every_payload_of_chatwoot_is_taken(start: Starter, shared_data: Path) -> None:
    """Each payload is kept with the right signature, without credentials, and refused with a wrong one."""
    service = await start(work=False, webhook_wait=0)
    files = sorted((shared_data / "chatwoot/payloads").glob("[a-z]*.json"))
    assert len(files) == 40
    for file in files:
        body = file.read_bytes()
        refused = await service.post(body, secret="wrong")
        assert (refused.status_code, refused.json()["ok"]) == (401, False), file.name
        answer = await service.post(body, delivery=file.stem)
        assert answer.status_code == 200, file.name
        assert answer.json()["ok"] is True
    kept = await service.column("select body from webhook_events order by id")
    # The bot-owned form of 4.16 is the same message as the pending one, told again.
    assert [bytes(body) for body in kept] == [
        without_credentials(file.read_bytes())
        for file in files
        if "pending" not in file.stem or "website" not in file.stem
    ]
    wanted = [envelope(json.loads(bytes(body))).wanted for body in kept]
    assert await service.count("jobs") == sum(wanted)


async def test_every_payload_is_worked_as_it_means(start: Starter, shared_data: Path) -> None:
    """Of all payloads only customers' messages are answered, and none leaves a dead job behind."""
    service = await start(webhook_wait=0)
    for file in sorted((shared_data / "chatwoot/payloads").glob("[a-z]*.json")):
        await service.post(file.read_bytes())
    await service.settled()
    assert await service.count("jobs", "state = 'dead'") == 0
    assert await service.count("webhook_events", "processed_at is null and not ignored") == 0
    incoming = await service.count("chatwoot_messages", "message_type = 'incoming'")
    assert incoming == 5
    # These conversations are not in this Chatwoot, so nothing could be posted.
    assert await service.count("posts", "chatwoot_message_id is not null") == 0


async def test_the_specification_s_example_is_drafted(service: Service) -> None:
    """The nested example of the specification gets the answer that stands there."""
    await service.sandbox.customer_writes("chat", "hello")  # so that there is a conversation 101
    await service.settled()
    answer = await service.post(json.dumps(NESTED).encode())
    assert answer.json() == {"ok": True, "processed": True, "draft_created": True, "conversation_id": 101}


async def test_work_that_takes_longer_is_said_to_be_queued(start: Starter) -> None:
    """Without a worker the event is kept all the same, and the flags are false after the wait."""
    service = await start(work=False, webhook_wait=0.1)
    answer = await service.post(payload(service))
    assert answer.json() == {"ok": True, "processed": False, "draft_created": False, "conversation_id": 555}
    assert await service.count("jobs", "state = 'waiting'") == 1


async def test_a_happening_is_worked_once(service: Service) -> None:
    """A repeated delivery and a second channel's delivery of one message make one event and one note."""
    message = await service.asks()
    delivery = next(one for one in service.sandbox.deliveries if one.event == "message_created")
    again = await service.post(delivery.body, delivery=delivery.id)
    other = await service.post(delivery.body, delivery="of-the-agent-bot")
    for answer in (again, other):
        assert answer.json() == {
            "ok": True,
            "processed": True,
            "draft_created": True,
            "conversation_id": message.conversation_id,
        }
    assert len(await service.noted(message.conversation_id)) == 1
    assert await service.count("webhook_events", f"dedup_key = 'message_created:{message.id}'") == 1


async def test_bad_requests_are_told_what_is_wrong(start: Starter) -> None:
    """What is no JSON object, too large, unsigned or late is refused with the fitting status."""
    service = await start(work=False, max_body=2048)
    for body in (b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 1500):
        answer = await service.post(body)
        assert (answer.status_code, answer.json()["ok"]) == (400, False), body[:9]
    assert (await service.post(b'{"a":"' + b"x" * 3000 + b'"}')).status_code == 413
    unsigned = await service.http.post(service.url, content=b"{}")
    assert unsigned.status_code == 401
    assert SIGNATURE in unsigned.json()["error"]
    moment = str(int(time.time()) - 301)
    late = {TIMESTAMP: moment, SIGNATURE: sign(service.secret, moment, b"{}")}
    assert (await service.http.post(service.url, content=b"{}", headers=late)).status_code == 401
    assert (await service.http.get(service.url)).status_code == 405
    assert await service.count("webhook_events") == 0


async def test_a_body_of_a_megabyte_is_kept(start: Starter) -> None:
    """A mail of a megabyte, with NUL bytes in it, is kept byte for byte and read."""
    service = await start(webhook_wait=0)
    body = payload(service, content="\x00" + "long mail " * 105_000)
    assert (await service.post(body)).status_code == 200
    (kept,) = await service.column("select body from webhook_events")
    assert bytes(kept) == body
    await service.settled()
    assert await service.count("chatwoot_messages", "length(content) = 1050000") == 1


async def test_old_versions_send_a_secret_in_the_address(start: Starter) -> None:
    """An unsigned webhook is taken with the configured token in its path or query, and only then."""
    token = "a-secret-of-some-length"
    service = await start(work=False, webhook_wait=0, webhook_token=token)
    for path, status in {
        f"/{token}": 200,
        f"?token={token}": 200,
        "/another-secret-of-length": 401,
        "?token=": 401,
        "": 401,
    }.items():
        answer = await service.http.post(service.url + path, content=payload(service))
        assert answer.status_code == status, path
    wrong = {SIGNATURE: "sha256=00", TIMESTAMP: str(int(time.time()))}
    both = await service.http.post(f"{service.url}/{token}", content=payload(service), headers=wrong)
    assert both.status_code == 401


async def test_a_token_in_the_address_is_never_accepted_unconfigured(start: Starter) -> None:
    """Without a configured token, no path opens the door."""
    service = await start(work=False)
    answer = await service.http.post(f"{service.url}/whatever-token-of-length", content=payload(service))
    assert answer.status_code == 401


async def test_secrets_are_exchanged_without_a_gap(start: Starter) -> None:
    """While two secrets are active, what either of them signed is taken."""
    service = await start(work=False, webhook_wait=0, webhook_secrets=("old secret", "new secret"))
    for secret in ("old secret", "new secret"):
        assert (await service.post(payload(service), secret=secret)).status_code == 200


async def test_a_store_that_fails_makes_chatwoot_repeat(start: Starter, database_url: str) -> None:
    """While the event cannot be stored the answer is 500; afterwards the repeated event is kept once."""
    service = await start(work=False, webhook_wait=0)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("alter table webhook_events rename to gone")
        failed = await service.post(payload(service), delivery="d-1")
        await connection.execute("alter table gone rename to webhook_events")
    assert (failed.status_code, failed.json()["ok"]) == (500, False)
    assert (await service.post(payload(service), delivery="d-1")).status_code == 200
    assert await service.count("webhook_events") == 1


async def test_health_tells_what_is_queued(start: Starter) -> None:
    """/healthz answers as long as the process lives; /readyz counts the jobs."""
    service = await start(work=False, webhook_wait=0)
    await service.post(payload(service))
    root = f"http://127.0.0.1:{service.settings.port}"
    assert (await service.http.get(root + "/healthz")).json() == {"ok": True}
    ready = (await service.http.get(root + "/readyz")).json()
    assert ready["ok"] is True
    assert ready["jobs"]["waiting"] == 1
