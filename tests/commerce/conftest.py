"""A local Shopify: the real part of its schema, its tokens, costs, throttling and hidden fields."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import graphql
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from graphql.language import FieldNode, FragmentSpreadNode, OperationDefinitionNode, SelectionSetNode

SCHEMA = graphql.build_schema((Path(__file__).parent / "shopify.graphql").read_text(encoding="utf-8"))
VERSION = "2026-10"
#: A single question may cost no more (shopify.dev, "Single query limit").
MOST = 1000


def money(amount: str) -> dict[str, Any]:
    """A MoneyBag in dollars."""
    return {"shopMoney": {"amount": amount, "currencyCode": "USD"}}


def order(name: str, email: str | None, **fields: Any) -> dict[str, Any]:
    """An order, as it stands in the shop."""
    return {
        "id": f"gid://shopify/Order/{name.strip('#')}",
        "name": name,
        "email": email,
        "phone": None,
        "createdAt": "2026-11-20T15:01:00Z",
        "cancelledAt": None,
        "displayFulfillmentStatus": "UNFULFILLED",
        "returnStatus": "NO_RETURN",
        "currentTotalPriceSet": money("529.00"),
        "totalRefundedSet": money("0.0"),
        "lineItems": {"nodes": [{"title": "Blue kettle", "quantity": 1, "currentQuantity": 1, "sku": "KET"}]},
        "fulfillments": [],
        **fields,
    }


class Shopify:
    """The shop; tests fill it, and set how it behaves."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.customers: list[dict[str, Any]] = []
        self.tokens = {"shpat_static"}
        self.grants = 0
        self.scopes = ["read_orders", "read_customers"]
        self.supported = [VERSION, "2026-07"]
        self.bucket, self.size, self.rate = 2000.0, 2000.0, 100.0
        self.hidden: set[str] = set()  #: Fields of protected customer data that the app may not see.
        self.failures: list[web.Response] = []  #: Answered before anything else, first to last.
        self.asked: list[Mapping[str, Any]] = []  #: The variables of every question.
        self.server: TestServer

    @property
    def url(self) -> str:
        """Its address."""
        return str(self.server.make_url("/"))

    async def grant(self, request: web.Request) -> web.Response:
        """POST /admin/oauth/access_token."""
        form = await request.post()
        given = (form["grant_type"], form["client_id"], form["client_secret"])
        if given != ("client_credentials", "id", "secret"):
            return web.json_response({"error": "invalid_client"}, status=401)
        self.grants += 1
        token = f"shpat_granted_{self.grants}"
        self.tokens.add(token)
        return web.json_response({"access_token": token, "scope": ",".join(self.scopes), "expires_in": 86399})

    async def answer(self, request: web.Request) -> web.Response:
        """POST /admin/api/{version}/graphql.json."""
        if self.failures:
            return self.failures.pop(0)
        if request.headers.get("X-Shopify-Access-Token") not in self.tokens:
            text = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return web.json_response({"errors": text}, status=401)
        body = await request.json()
        self.asked.append(body["variables"])
        headers = {"X-Shopify-API-Version": VERSION}
        document = graphql.parse(body["query"])
        faults = graphql.validate(SCHEMA, document)
        if faults:
            errors = [{**fault.formatted, "extensions": {"code": "undefinedField"}} for fault in faults]
            return web.json_response({"errors": errors}, headers=headers)
        asked = cost(document, body["variables"])
        self.bucket = min(self.bucket, self.size)
        if asked > MOST:
            return web.json_response({"errors": [_error("Query cost exceeds 1000", "MAX_COST_EXCEEDED")]})
        if asked > self.bucket:
            throttled = {"errors": [_error("Throttled", "THROTTLED")], **self._cost(asked, None)}
            self.bucket = self.size  # The time that the caller waits.
            return web.json_response(throttled, headers=headers)
        self.bucket -= asked
        result = graphql.execute_sync(SCHEMA, document, _Root(self), variable_values=body["variables"])
        errors = [error.formatted for error in result.errors or []]
        answer = {"data": result.data, **({"errors": errors} if errors else {}), **self._cost(asked, asked)}
        return web.json_response(answer, headers=headers)

    def _cost(self, requested: float, actual: float | None) -> dict[str, Any]:
        status = {"maximumAvailable": self.size, "currentlyAvailable": self.bucket, "restoreRate": self.rate}
        return {
            "extensions": {
                "cost": {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}
            }
        }

    def found(self, query: str) -> list[dict[str, Any]]:
        """The orders of a search for names and an email."""
        names = {name.lstrip("#") for name in re.findall(r'name:"([^"]*)"', query)}
        emails = set(re.findall(r'email:"([^"]*)"', query))
        return [
            self.hide(one)
            for one in self.orders
            if (not names or one["name"].lstrip("#") in names)
            and (not emails or (one["email"] or "").lower() in {email.lower() for email in emails})
        ]

    def hide(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """An order as this app sees it: hidden fields are null and an error each."""
        text = "This app is not approved to use the field."
        denied = graphql.GraphQLError(text, extensions={"code": "ACCESS_DENIED"})
        return {**one, **dict.fromkeys(self.hidden, denied)}


class _Root:
    """Resolves the fields of QueryRoot."""

    def __init__(self, shop: Shopify) -> None:
        self._shop = shop
        self.currentAppInstallation = {"accessScopes": [{"handle": scope} for scope in shop.scopes]}
        self.publicApiVersions = [{"handle": one, "supported": True} for one in shop.supported]

    def orders(self, _info: Any, first: int, query: str = "", reverse: bool = False, **_: Any) -> Any:
        nodes = self._shop.found(query)
        return {"nodes": sorted(nodes, key=lambda one: one["createdAt"], reverse=reverse)[:first]}

    def customers(self, _info: Any, first: int, query: str = "") -> Any:
        phones = re.findall(r'phone:"([^"]*)"', query)
        nodes = [one for one in self._shop.customers if one["defaultPhoneNumber"]["phoneNumber"] in phones]
        return {"nodes": nodes[:first]}


def cost(document: graphql.DocumentNode, variables: Mapping[str, Any]) -> float:
    """What a question costs: an object one point, a connection two and its nodes, as Shopify counts."""
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    fragments = {one.name.value: one for one in document.definitions if one is not operation}

    def of(selection: SelectionSetNode | None) -> float:
        total = 0.0
        for node in selection.selections if selection else ():
            if isinstance(node, FragmentSpreadNode):
                total += of(fragments[node.name.value].selection_set)
            elif isinstance(node, FieldNode) and node.selection_set:
                if any(not variables[one.arguments[0].value.name.value] for one in node.directives or ()):
                    continue  # @include(if: $variable), and the variable is false.
                first = [one.value.value for one in node.arguments or () if one.name.value == "first"]
                inner = of(node.selection_set)
                total += 2 + int(first[0]) * inner if first else 1 + inner
        return total

    return of(operation.selection_set)


def _error(message: str, code: str) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code}}


@pytest.fixture
def shop_order() -> Callable[..., dict[str, Any]]:
    """Makes an order of the shop."""
    return order


@pytest.fixture
async def shopify() -> AsyncIterator[Shopify]:
    """An empty shop."""
    shop = Shopify()
    app = web.Application()
    app.router.add_post("/admin/oauth/access_token", shop.grant)
    app.router.add_post("/admin/api/{version}/graphql.json", shop.answer)
    shop.server = TestServer(app)
    await shop.server.start_server()
    yield shop
    await shop.server.close()
