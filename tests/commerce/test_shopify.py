"""Orders of a Shopify shop: the right ones, for the right customer, however the shop behaves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from aiohttp import web

from bot.commerce.shopify import Shopify
from plugins.errors import PluginError, Unconfigured
from plugins.manager import Plugins
from plugins.model import Contact, Money

ADA = Contact(id=1, email="ada@example.com")
SHIPPED = {
    "displayFulfillmentStatus": "FULFILLED",
    "totalRefundedSet": {"shopMoney": {"amount": "40.00", "currencyCode": "USD"}},
    "fulfillments": [
        {
            "displayStatus": "IN_TRANSIT",
            "deliveredAt": None,
            "estimatedDeliveryAt": "2026-11-25T00:00:00Z",
            "trackingInfo": [{"company": "UPS", "number": "1Z999", "url": "https://ups.example/1Z999"}],
        }
    ],
}

ARRIVED = {
    **SHIPPED["fulfillments"][0],
    "displayStatus": "DELIVERED",
    "deliveredAt": "2026-11-24T10:00:00Z",
}


def load(shop, **settings) -> Plugins:
    """The plugins, with a shop configured."""
    known = {"shopify_url": shop.url, "shopify_token": "shpat_static", "shopify_api_version": "2026-10"}
    return Plugins.load(enabled=False, settings={**known, **settings})


@pytest.fixture
async def plugins(shopify):
    """The plugins of a service for the local shop."""
    loaded = load(shopify)
    yield loaded
    await loaded.close()


async def test_an_order_becomes_ours(shopify, plugins, shop_order) -> None:
    """Every field is read: money, dates, tracking, status."""
    shopify.orders = [shop_order("#1042", "ada@example.com", **SHIPPED)]
    (found,) = await plugins.orders(ADA, [])
    assert (found.name, found.source, found.status) == ("#1042", "shopify", "in_transit")
    assert found.total == Money(amount=Decimal("529.00"), currency="USD")
    assert found.refunded == Money(amount=Decimal("40.00"), currency="USD")
    assert found.expected_at.isoformat() == "2026-11-25T00:00:00+00:00"
    assert (found.lines[0].title, found.tracking[0].number) == ("Blue kettle", "1Z999")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "unfulfilled"),
        ({"cancelledAt": "2026-11-21T00:00:00Z"}, "cancelled"),
        ({"returnStatus": "RETURNED", **SHIPPED}, "returned"),
        (SHIPPED, "in_transit"),
        ({"displayFulfillmentStatus": "PARTIALLY_FULFILLED"}, "in_transit"),
        ({**SHIPPED, "fulfillments": [ARRIVED]}, "delivered"),
        ({**SHIPPED, "fulfillments": [ARRIVED, *SHIPPED["fulfillments"]]}, "in_transit"),
        ({"displayFulfillmentStatus": "REQUEST_DECLINED"}, "unknown"),
    ],
)
async def test_where_an_order_stands(fields, status, shopify, plugins, shop_order) -> None:
    """Shopify's several statuses become one of ours."""
    shopify.orders = [shop_order("#1042", "ada@example.com", **fields)]
    assert [found.status for found in await plugins.orders(ADA, [])] == [status]


async def test_a_mentioned_order_comes_first(shopify, plugins, shop_order) -> None:
    """An old order that the customer names is found and put before the newest three."""
    shopify.orders = [shop_order("#7", "ada@example.com", createdAt="2020-01-01T00:00:00Z")] + [
        shop_order(f"#100{n}", "ada@example.com", createdAt=f"2026-11-2{n}T00:00:00Z") for n in range(5)
    ]
    names = [found.name for found in await plugins.orders(ADA, ["7"])]
    assert names == ["#7", "#1004", "#1003", "#1002"]


@pytest.mark.parametrize(
    "hint", ["#1043", "1043 OR email:*", '"#1043"', "*", '1043" OR name:"#1043', "#1043'"]
)
async def test_orders_of_others_stay_hidden(hint, shopify, plugins, shop_order) -> None:
    """Neither a guessed number nor a clever search brings up somebody else's order."""
    shopify.orders = [shop_order("#1043", "eve@example.com")]
    assert await plugins.orders(ADA, [hint]) == ()


async def test_a_search_takes_only_checked_terms(shopify, plugins) -> None:
    """What is no order name is not sent at all; what is sent is quoted."""
    await plugins.orders(ADA, ["#1042", '1" OR email:"eve@example.com'])
    assert shopify.asked[0]["named"] == '(name:"#1042") AND email:"ada@example.com"'


async def test_an_odd_address_is_not_searched(shopify, plugins) -> None:
    """An email that could break out of its quotes asks nothing."""
    assert await plugins.orders(Contact(id=1, email='a"@x.example OR email:*'), []) == ()
    assert shopify.asked == []


async def test_orders_by_phone(shopify, plugins, shop_order) -> None:
    """An SMS customer is found by the phone of the customer record."""
    phone = "+442079460000"
    orders = {"nodes": [shop_order("#1042", "ada@example.com")]}
    shopify.customers = [{"defaultPhoneNumber": {"phoneNumber": phone}, "orders": orders}]
    found = await plugins.orders(Contact(id=1, phone="+44 20 7946 0000"), [])
    assert [one.name for one in found] == ["#1042"]


async def test_a_burst_asks_once(shopify, plugins, shop_order) -> None:
    """The same question within a minute is answered from memory."""
    shopify.orders = [shop_order("#1042", "ada@example.com")]
    for _ in range(3):
        assert len(await plugins.orders(ADA, [])) == 1
    assert len(shopify.asked) == 1


async def test_throttling_is_waited_out(shopify, plugins, shop_order) -> None:
    """With an empty bucket the question is put again when it can be paid."""
    shopify.orders = [shop_order("#1042", "ada@example.com")]
    shopify.bucket, shopify.rate = 0.0, 2000.0
    assert len(await plugins.orders(ADA, [])) == 1
    assert len(shopify.asked) == 2


@pytest.mark.parametrize(
    "failure",
    [
        {"status": 429, "headers": {"Retry-After": "0.1"}},
        {"status": 502},
        {"status": 503, "text": "<html>"},
        {"status": 200, "text": "<html>no JSON</html>"},
    ],
)
async def test_passing_trouble_is_tried_again(failure, shopify, plugins, shop_order) -> None:
    """Too many requests, a gateway's error or nonsense: the next try counts."""
    shopify.orders = [shop_order("#1042", "ada@example.com")]
    shopify.failures = [web.Response(**failure)]
    assert len(await plugins.orders(ADA, [])) == 1


@pytest.mark.parametrize(
    ("status", "reason"), [(402, "frozen"), (403, "scopes"), (404, "API_VERSION"), (423, "locked")]
)
async def test_a_refusal_is_told_and_not_repeated(status, reason, shopify, plugins) -> None:
    """What a second try cannot mend is named at once; the message goes on without orders."""
    shopify.failures = [web.Response(status=status), web.Response(status=500)]
    assert await plugins.orders(ADA, []) == ()
    assert reason in _reason(plugins)
    assert len(shopify.failures) == 1


async def test_endless_trouble_ends(shopify, plugins) -> None:
    """After four tries the shop is given up, by name."""
    shopify.failures = [web.Response(status=429, headers={"Retry-After": "0.01"}) for _ in range(9)]
    assert await plugins.orders(ADA, []) == ()
    assert "did not answer in 4 tries: too many requests" in _reason(plugins)
    assert len(shopify.failures) == 5


async def test_hidden_owners_mean_no_orders(shopify, plugins, shop_order) -> None:
    """Where the app may not see emails, no order is shown, and the diagnosis says what to do."""
    shopify.orders = [shop_order("#1042", "ada@example.com")]
    shopify.hidden = {"email", "phone"}
    assert await plugins.orders(ADA, []) == ()
    assert "protected customer data" in (await plugins.diagnose())["shopify"][0]


async def test_client_credentials(shopify, shop_order) -> None:
    """The app's id and secret get one token for many questions, and a new one when it is revoked."""
    shopify.orders = [shop_order("#1042", "ada@example.com")]
    plugins = load(shopify, shopify_token=None, shopify_client_id="id", shopify_client_secret="secret")
    assert len(await plugins.orders(ADA, ["1"])) == 1
    assert len(await plugins.orders(ADA, ["2"])) == 1
    assert shopify.grants == 1
    shopify.tokens.clear()
    assert len(await plugins.orders(ADA, ["3"])) == 1
    assert shopify.grants == 2
    await plugins.close()


async def test_wrong_credentials_are_told(shopify) -> None:
    """A secret that the shop does not take is named with its setting."""
    plugins = load(shopify, shopify_token=None, shopify_client_id="id", shopify_client_secret="wrong")
    assert await plugins.orders(ADA, []) == ()
    assert "HOTDASH_SHOPIFY_CLIENT_ID" in _reason(plugins)
    await plugins.close()


async def test_a_healthy_shop(shopify, plugins) -> None:
    """A shop with all rights and a supported version has nothing wrong."""
    assert (await plugins.diagnose())["shopify"] == ()


async def test_missing_scopes_and_old_versions_are_told(shopify, plugins) -> None:
    """The diagnosis names the missing scope and the versions to change to."""
    shopify.scopes, shopify.supported = ["read_orders"], ["2027-01", "2027-04"]
    scope, version = (await plugins.diagnose())["shopify"]
    assert scope == "the app lacks the scope read_customers"
    assert "2027-01, 2027-04" in version


async def test_the_question_is_affordable(shopify, plugins) -> None:
    """The dearest question costs less than half of what Shopify allows for one."""
    await plugins.orders(ADA, ["1", "2", "3", "4", "5"])
    assert 2000 - shopify.bucket < 500


def test_settings_that_are_missing() -> None:
    """Without an address the plugin rests; with an address alone it says what is missing."""
    with pytest.raises(Unconfigured):
        Shopify().configure({})
    with pytest.raises(PluginError, match="HOTDASH_SHOPIFY_CLIENT_ID"):
        Shopify().configure({"shopify_url": "https://x.myshopify.com"})


def _reason(plugins: Plugins) -> str:
    return next(status.reason for status in plugins.report() if status.name == "shopify")
