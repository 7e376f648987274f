"""Short links lead to allowed hosts only, count without looking, and cannot be guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.short_links import MISSES, ShortLinks
from bot.store.database import Database
from bot.store.short_links import ShortLinkTable

TRACK = "https://www.ups.com/track?tracknum=1Z999AA10123456784&loc=en_US&requester=ST"
PERSON = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)"}


@pytest.fixture
def table(database: Database) -> ShortLinkTable:
    """The table of links."""
    return ShortLinkTable(database)


@pytest.fixture
def clock():
    """A clock that stands until it is moved."""

    class Clock:
        now = 0.0

        def __call__(self) -> float:
            return self.now

    return Clock()


@pytest.fixture
def links(table: ShortLinkTable, clock) -> ShortLinks:
    """Links to UPS and to the shop."""
    return ShortLinks(table, base="https://hd.example/", hosts=["ups.com", "shop.example"], clock=clock)


@pytest.fixture
async def client(links: ShortLinks):
    """A browser of the service."""
    app = web.Application()
    app.add_routes(links.routes())
    async with TestClient(TestServer(app)) as one:
        yield one


async def test_an_address_is_shortened(links) -> None:
    """A long address of an allowed host becomes a short one; the text around it stays."""
    text = await links.shorten(f"Track it here: {TRACK}. Thanks!")
    assert text.startswith("Track it here: https://hd.example/s/")
    assert text.endswith(". Thanks!")
    assert len(text) < 70


async def test_the_same_address_gets_the_same_link(links) -> None:
    """Asked twice, as after a crash, one link is made."""
    assert await links.shorten(TRACK) == await links.shorten(TRACK)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/track?tracknum=1Z999AA10123456784&requester=ST",
        "https://ups.com.evil.example/track?tracknum=1Z999AA10123456784",
        "https://notups.com/track?tracknum=1Z999AA10123456784&requester=ST",
        "https://ups.com@evil.example/track?tracknum=1Z999AA10123456784",
        "http://www.ups.com/track?tracknum=1Z999AA10123456784&requester=ST",
        "https://[ups.com/track?tracknum=1Z999AA10123456784&requester=ST",
        "https://ups.com/1",
    ],
)
async def test_other_addresses_stay(address: str, links) -> None:
    """Other hosts, look-alikes, unsafe and short addresses are left alone."""
    assert await links.shorten(f"See {address} now") == f"See {address} now"


async def test_without_an_address_of_our_own_nothing_is_made(table) -> None:
    """A service that customers cannot reach makes no links."""
    assert await ShortLinks(table, base=None, hosts=["ups.com"]).shorten(TRACK) == TRACK


async def test_a_link_leads_on(links, client, table) -> None:
    """A person is sent on, and counted; the target learns nothing of us."""
    path = (await links.shorten(TRACK)).removeprefix("https://hd.example")
    answer = await client.get(path, allow_redirects=False, headers=PERSON)
    assert (answer.status, answer.headers["Location"]) == (302, TRACK)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert await table.clicks(path.removeprefix("/s/")) == 1


async def test_programs_are_not_counted(links, client, table) -> None:
    """Previews of messengers and HEAD requests are sent on without a count."""
    path = (await links.shorten(TRACK)).removeprefix("https://hd.example")
    await client.head(path, allow_redirects=False, headers=PERSON)
    await client.get(path, allow_redirects=False, headers={"User-Agent": "facebookexternalhit/1.1"})
    assert await table.clicks(path.removeprefix("/s/")) == 0


async def test_unknown_and_expired_look_the_same(links, client, database) -> None:
    """Nobody can tell a code that was from one that never was."""
    path = (await links.shorten(TRACK)).removeprefix("https://hd.example")
    await database.run("update short_links set expires_at = %(now)s", {"now": datetime.now(UTC)})
    answers = [await client.get(one, headers=PERSON) for one in (path, "/s/aaaaaaa", "/s/..%2Fx")]
    assert [answer.status for answer in answers] == [404, 404, 404]
    assert len({await answer.text() for answer in answers}) == 1


async def test_guessing_is_slowed_down(links, client, clock) -> None:
    """After sixty wrong codes within a minute an address has to wait, also with a right one."""
    path = (await links.shorten(TRACK)).removeprefix("https://hd.example")
    for number in range(MISSES):
        assert (await client.get(f"/s/{number:07}")).status == 404
    assert (await client.get(path, allow_redirects=False)).status == 429
    clock.now += 60
    assert (await client.get(path, allow_redirects=False)).status == 302


async def test_expired_links_are_forgotten(links, database) -> None:
    """What has expired is deleted when the next link is made."""
    await links.shorten(TRACK)
    await database.run("update short_links set expires_at = %(now)s", {"now": datetime.now(UTC)})
    await links.shorten(f"{TRACK}2")
    assert await database.value("select string_agg(target, ' ') from short_links") == f"{TRACK}2"
