"""The status page, behind the gate of the review pages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from service_at_work import REPOSITORY, Service, Starter

from bot.store.sessions import Sessions, Signed


@pytest.fixture
async def visitor(service: Service) -> dict[str, str]:
    """The headers of an operator's browser."""
    person = Signed(id=14, name="Ines Duarte", email="ines@hearth-kettle.example", role=1)
    return {"Cookie": f"hotdash_session={await Sessions(service.database).begin(person)}"}


def root(service: Service) -> str:
    """The address of the service."""
    return f"http://127.0.0.1:{service.settings.port}"


async def test_strangers_are_sent_to_sign_in(service: Service) -> None:
    """Without a session /status leads to the sign-in, and nothing is shown or changed."""
    for path in ("/status", "/review/status"):
        answer = await service.http.get(root(service) + path, follow_redirects=True)
        assert answer.url.path == "/review/login", path
    pressed = await service.http.post(f"{root(service)}/review/incidents/1/acknowledge")
    assert pressed.status_code == 401


async def test_what_fails_is_shown_as_text(service: Service, visitor: dict[str, str]) -> None:
    """A failing part makes the page 503 for monitors; what it says is escaped, and JSON says it too."""
    page = await service.http.get(f"{root(service)}/review/status", headers=visitor)
    assert (page.status_code, "All is well" in page.text) == (200, True)
    await service.database.run(
        "insert into components (name, reason, down_since, checked_at)"
        " values ('<b>shop</b>', 'no answer', now(), now())"
    )
    page = await service.http.get(f"{root(service)}/review/status", headers=visitor)
    assert page.status_code == 503
    assert "&lt;b&gt;shop&lt;/b&gt;" in page.text
    machine = {**visitor, "Accept": "application/json"}
    shown = (await service.http.get(f"{root(service)}/review/status", headers=machine)).json()
    assert shown["faults"] == ["<b>shop</b>: no answer"]


async def test_the_button_takes_an_incident(service: Service, visitor: dict[str, str]) -> None:
    """Who presses the button takes care of the incident, once; a form without our mark does nothing."""
    await service.database.run("insert into incidents (key, opened_at) values ('shop-down', now())")
    address = f"{root(service)}/review/incidents/1/acknowledge"
    assert (await service.http.post(address, headers=visitor)).status_code == 403
    page = await service.http.get(f"{root(service)}/review/status", headers=visitor)
    mark = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert mark is not None
    assert (await service.http.post(address, headers=visitor, data={"csrf": mark[1]})).status_code == 303
    await service.settled()
    assert await service.column("select acknowledged_by from incidents") == ["Ines Duarte"]
    page = await service.http.get(f"{root(service)}/review/status", headers=visitor)
    assert "Ines Duarte takes care of it." in page.text


async def test_an_admin_has_the_rules_read_again(start: Starter, tmp_path: Path) -> None:
    """A press of the button puts an edited rules file in force; an operator may not press it."""
    rules = tmp_path / "rules.yaml"
    shutil.copy(REPOSITORY / "rules.yaml", rules)
    service = await start(rules=rules)
    address = f"{root(service)}/review/rules/reload"
    for role, status in ((1, 403), (3, 303)):
        person = Signed(id=12, name="Rosa", email="rosa@hearth-kettle.example", role=role)
        visitor = {"Cookie": f"hotdash_session={await Sessions(service.database).begin(person)}"}
        page = await service.http.get(f"{root(service)}/review/status", headers=visitor)
        marks = re.findall(r'name="csrf" value="(\w+)"', page.text)
        assert bool(marks) is (role == 3)
        rules.write_text(rules.read_text().replace("default: {priority: P2}", "default: {priority: P3}"))
        answer = await service.http.post(address, headers=visitor, data={"csrf": marks[0] if marks else ""})
        assert answer.status_code == status
    notes = []
    for number in range(3):  # the new text is rehearsed first; without the button it takes five seconds
        message = await service.asks("Do you ship to Canada?", channel="sms", contact=f"+1500555000{number}")
        notes += await service.noted(message.conversation_id)
    assert "P3 Low" in notes[-1]
