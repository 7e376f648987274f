"""Alerts on their way out, against real servers: mail, webhook, PagerDuty, and Apprise."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bot.service_level.notifiers import address as addresses
from bot.service_level.notifiers.pagerduty import PATH
from plugins import Alert, PluginError, Severity, Stage
from plugins.manager import Plugins

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEXT_SECRET = "whsec_c2VjcmV0LW9mLW5leHQtcXVhcnRlci0xMjM0NQ=="
#: Apprise imports a module that Python 3.13 no longer has, and does without it there.
apprise_warns = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
ALERT = Alert(
    key="hotdash-2-17-urgent",
    stage=Stage.TRIGGER,
    severity=Severity.CRITICAL,
    title="P0 after hours: conversation 17",
    text="A customer wrote at 22:14; an answer is due by 22:29.",
    at=datetime(2026, 11, 21, 3, 14, tzinfo=UTC),
    url="https://chat.example.com/app/accounts/2/conversations/17",
    account_id=2,
    conversation_id=17,
)


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    """The plugins that come with the service."""
    return Plugins.load(enabled=False)


class Receiver:
    """An HTTP server that keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.status = 200
        self.requests: list[tuple[str, dict[str, str], bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((request.path_qs, headers, await request.read()))
        return web.Response(
            status=self.status, text="said by the\nserver", headers={"Location": "/elsewhere"}
        )


@pytest.fixture
async def receiver() -> AsyncIterator[Any]:
    """A receiver, at `receiver.place`."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{tail:.*}", receiver.take)
    async with TestServer(app) as server:
        receiver.place = f"{server.host}:{server.port}"  # type: ignore[attr-defined]
        yield receiver


async def test_webhook_is_signed(plugins: Plugins, receiver: Any) -> None:
    """A receiver can check the signature with the standard's own library, and reads the alert."""
    await plugins.notify(f"webhook+http://{receiver.place}/alerts?team=1#{SECRET}", ALERT)
    path, headers, body = receiver.requests[0]
    assert path == "/alerts?team=1"
    event = Webhook(SECRET).verify(body, headers)
    assert event["type"] == "alert.trigger"
    assert event["data"]["key"] == ALERT.key
    assert event["data"]["severity"] == "critical"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"critical", b"info"), headers)


async def test_webhook_secret_is_changed_without_a_gap(plugins: Plugins, receiver: Any) -> None:
    """With two secrets, receivers that know only the old one or only the new one both accept."""
    await plugins.notify(f"webhook+http://{receiver.place}/#{SECRET},{NEXT_SECRET}", ALERT)
    _, headers, body = receiver.requests[0]
    assert Webhook(SECRET).verify(body, headers) == Webhook(NEXT_SECRET).verify(body, headers)


async def test_webhook_repetition_is_recognisable(plugins: Plugins, receiver: Any) -> None:
    """An alert that is sent twice has the same id; its next stage has another."""
    for alert in (ALERT, ALERT, _at_stage(Stage.RESOLVE)):
        await plugins.notify(f"webhook+http://{receiver.place}/#{SECRET}", alert)
    first, second, third = (headers["webhook-id"] for _, headers, _ in receiver.requests)
    assert first == second != third


@pytest.mark.parametrize("status", [302, 400, 429, 503])
async def test_refusal_is_a_failure(plugins: Plugins, receiver: Any, status: int) -> None:
    """Every answer but a 2xx is a failure with the server's words, and no redirect is followed."""
    receiver.status = status
    fresh = Plugins.load(enabled=False)
    with pytest.raises(PluginError, match=f"answered {status}: said by the server"):
        await fresh.notify(f"webhook+http://{receiver.place}/#{SECRET}", ALERT)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "address",
    ["webhook+http://127.0.0.1:1/#" + SECRET, "webhook://127.0.0.1/", "webhook://127.0.0.1/#sesame-ü"],
)
async def test_broken_webhook_keeps_its_secret(address: str) -> None:
    """A webhook that cannot be called says why, without its path or secret."""
    with pytest.raises(PluginError) as failure:
        await Plugins.load(enabled=False).notify(address, ALERT)
    assert SECRET not in str(failure.value)
    assert "sesame" not in str(failure.value)


async def test_pagerduty_incident(plugins: Plugins, receiver: Any) -> None:
    """An incident is opened, acknowledged and resolved under one dedup_key."""
    stages = (Stage.TRIGGER, Stage.ACKNOWLEDGE, Stage.RESOLVE)
    for stage in stages:
        await plugins.notify(f"pagerduty+http://R0uteKey@{receiver.place}", _at_stage(stage))
    events = [json.loads(body) for _, _, body in receiver.requests]
    assert {path for path, _, _ in receiver.requests} == {PATH}
    assert [event["event_action"] for event in events] == list(stages)
    assert {event["dedup_key"] for event in events} == {ALERT.key}
    assert {event["routing_key"] for event in events} == {"R0uteKey"}
    assert events[0]["payload"]["severity"] == "critical"
    assert events[0]["payload"]["summary"] == ALERT.title
    assert events[0]["links"][0]["href"] == ALERT.url
    assert "payload" not in events[1]


class Mailbox:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.encrypted: list[bool] = []
        self.users: list[str | None] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        self.mails.append(envelope)
        self.encrypted.append(session.ssl is not None)
        self.users.append(session.auth_data)
        return "250 OK"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority for the tests."""
    return trustme.CA()


@asynccontextmanager
async def _serving(**options: Any) -> AsyncIterator[Any]:
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, loop=loop, hostname="mx.example", **options), "127.0.0.1"
    )
    mailbox.place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
    async with server:
        yield mailbox


@pytest.fixture
async def mailbox() -> AsyncIterator[Any]:
    """A mail server without encryption."""
    async with _serving() as mailbox:
        yield mailbox


@pytest.fixture
async def guarded_mailbox(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> AsyncIterator[Any]:
    """A mail server with STARTTLS that wants a password."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = data == LoginPassword(b"olive@shop", b"p@ss:word")
        return AuthResult(success=good, auth_data="olive" if good else None)

    options = {
        "tls_context": context,
        "authenticator": check,
        "auth_required": True,
        "require_starttls": True,
    }
    async with _serving(**options) as mailbox:
        yield mailbox


async def test_mail(plugins: Plugins, mailbox: Any) -> None:
    """A mail goes from and to the addresses given, says that no machine should answer, and threads."""
    address = f"mail://{mailbox.place}?from=hotdash@shop.example&to=olive@shop.example"
    await plugins.notify(address, ALERT)
    await plugins.notify(address, _at_stage(Stage.RESOLVE))
    first, second = mailbox.mails
    text = first.content.decode()
    assert (first.mail_from, first.rcpt_tos) == ("hotdash@shop.example", ["olive@shop.example"])
    assert f"Subject: {ALERT.title}" in text
    assert "Auto-Submitted: auto-generated" in text
    assert ALERT.url in text
    assert "Subject: Over: P0" in second.content.decode()
    assert _header(text, "References") == _header(second.content.decode(), "References")
    assert _header(text, "Message-ID") != _header(second.content.decode(), "Message-ID")


async def test_mail_with_a_password_is_encrypted(plugins: Plugins, guarded_mailbox: Any) -> None:
    """With a password, the connection is encrypted first."""
    place = guarded_mailbox.place
    await plugins.notify(f"mail://olive%40shop:p%40ss%3Aword@{place}?from=h@s.example&to=o@s.example", ALERT)
    assert guarded_mailbox.encrypted == [True]
    assert guarded_mailbox.users == ["olive"]


async def test_password_is_never_sent_in_the_clear(mailbox: Any) -> None:
    """A server that cannot encrypt gets no password, and no mail."""
    with pytest.raises(PluginError, match="STARTTLS"):
        await Plugins.load(enabled=False).notify(
            f"mail://olive:pass@{mailbox.place}?from=h@s.example&to=o@s.example", ALERT
        )
    assert mailbox.mails == []


async def test_mail_server_that_is_down() -> None:
    """A mail server that does not answer is a failure with its name."""
    with pytest.raises(PluginError, match=r"127\.0\.0\.1: SMTPConnect"):
        await Plugins.load(enabled=False).notify("mail://127.0.0.1:1?from=h@s.example&to=o@s.example", ALERT)


async def test_header_cannot_be_smuggled_in(plugins: Plugins, mailbox: Any) -> None:
    """A title with line breaks stays one header."""
    alert = Alert(**{**_fields(ALERT), "title": "Hello\r\nBcc: everyone@shop.example"})
    await plugins.notify(f"mail://{mailbox.place}?from=h@s.example&to=o@s.example", alert)
    assert "\nBcc:" not in mailbox.mails[0].content.decode()
    assert mailbox.mails[0].rcpt_tos == ["o@s.example"]


@apprise_warns
async def test_apprise(plugins: Plugins, receiver: Any) -> None:
    """An address that none of ours knows goes to Apprise, if it is installed."""
    pytest.importorskip("apprise", reason="pip install 'hotdash[notify]'")
    await plugins.notify(f"json://{receiver.place}/", ALERT)
    assert json.loads(receiver.requests[0][2])["title"] == ALERT.title


@apprise_warns
@pytest.mark.parametrize("address", ["carrier-pigeon://loft", "file:///tmp/alert", "nonsense"])
async def test_unknown_address(plugins: Plugins, address: str) -> None:
    """An address that nobody delivers to is named by its scheme, with the setting to correct."""
    with pytest.raises(PluginError, match="HOTDASH_NOTIFIERS"):
        await plugins.notify(address, ALERT)


async def test_failing_notifier_does_not_rest_others(receiver: Any) -> None:
    """When mail fails again and again and is rested, the pager is still called."""
    fresh = Plugins.load(enabled=False)
    for _ in range(6):
        with pytest.raises(PluginError):
            await fresh.notify("mail://127.0.0.1:1?from=h@s.example&to=o@s.example", ALERT)
    assert fresh.guard.quarantined_for("mail") > 0
    await fresh.notify(f"pagerduty+http://KEY@{receiver.place}", ALERT)


def test_parts_of_an_address() -> None:
    """An address is taken apart at its own marks; percent signs are resolved in its secret."""
    parts = addresses.parse("webhook+http://h.example:81/a?b=c#whsec_%2B/=", "webhook+http")
    assert parts is not None
    assert addresses.web_url(parts) == "http://h.example:81/a?b=c"
    assert addresses.secret(parts) == "whsec_+/="
    assert addresses.option(parts, "to") is None
    assert addresses.parse("webhook:h.example", "webhook") is None


def _fields(alert: Alert) -> dict[str, Any]:
    return {name: getattr(alert, name) for name in alert.__dataclass_fields__}


def _at_stage(stage: Stage) -> Alert:
    return Alert(**{**_fields(ALERT), "stage": stage, "at": ALERT.at + timedelta(minutes=3)})


def _header(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"{name}:"))
