"""Orders from a Shopify shop, read only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.commerce import search_terms, shopify_orders
from bot.commerce.memory import Memory
from bot.commerce.search_terms import quoted
from bot.commerce.shopify_client import ShopifyClient
from plugins import Contact, OwnedOrder, PluginError, Unconfigured, hookimpl

HOTDASH_API = 1

SCOPES = ("read_orders", "read_customers")


class Shopify:
    """The plugin: one client for one shop."""

    @hookimpl
    def configure(self, settings: Mapping[str, Any]) -> None:
        """Take the shop's address and one of the two ways to be let in."""
        url = settings.get("shopify_url")
        if not url:
            raise Unconfigured("set HOTDASH_SHOPIFY_URL to use it")
        token = settings.get("shopify_token")
        client_id, secret = settings.get("shopify_client_id"), settings.get("shopify_client_secret")
        if not token and not (client_id and secret):
            raise PluginError(
                "set HOTDASH_SHOPIFY_CLIENT_ID and HOTDASH_SHOPIFY_CLIENT_SECRET of a Dev Dashboard app, "
                "or HOTDASH_SHOPIFY_TOKEN of an older custom app"
            )
        self._version = str(settings.get("shopify_api_version"))
        self._client = ShopifyClient(
            str(url), self._version, token=token, client_id=client_id, client_secret=secret
        )
        self._memory = Memory()

    @hookimpl
    async def find_orders(self, contact: Contact, hints: Sequence[str]) -> Sequence[OwnedOrder]:
        """The contact's newest orders and those that they mention, by email; else by phone."""
        names = search_terms.order_names(hints)
        email, phone = search_terms.email(contact.email), search_terms.phone(contact.phone)
        return await self._memory.recall((email, phone, names), lambda: self._find(email, phone, names))

    async def _find(self, email: str | None, phone: str | None, names: Sequence[str]) -> Sequence[OwnedOrder]:
        found: list[OwnedOrder] = []
        if email:
            mine = quoted("email", email)
            either = " OR ".join(quoted("name", name) for name in names)
            variables = {"recent": mine, "named": f"({either}) AND {mine}", "mentioned": bool(names)}
            answer = await self._client.ask(shopify_orders.BY_EMAIL, variables)
            found = shopify_orders.orders_of(answer.data)
        if phone and not found:
            answer = await self._client.ask(shopify_orders.BY_PHONE, {"customer": quoted("phone", phone)})
            found = shopify_orders.orders_of(answer.data)
        return found

    @hookimpl
    async def diagnose(self) -> Sequence[str]:
        """Whether the shop answers, with the rights and the version that are needed."""
        try:
            answer = await self._client.ask(shopify_orders.HEALTH)
        except PluginError as error:
            return [str(error)]
        granted = {
            scope["handle"] for scope in (answer.data.get("currentAppInstallation") or {})["accessScopes"]
        }
        wrong = [f"the app lacks the scope {scope}" for scope in SCOPES if scope not in granted]
        supported = {one["handle"] for one in answer.data["publicApiVersions"] if one["supported"]}
        if self._version not in supported:
            wrong.append(
                f"Shopify no longer supports version {self._version}; set HOTDASH_SHOPIFY_API_VERSION to one "
                f"of {', '.join(sorted(supported))}"
            )
        orders = (answer.data.get("orders") or {}).get("nodes") or []
        if any(order and order.get("email") is None for order in orders):
            wrong.append(
                "the app does not see the email of orders, so none can be shown to its owner; "
                "request protected customer data access (level 2, email) in the Dev Dashboard"
            )
        return wrong

    @hookimpl
    async def close(self) -> None:
        """Close the connections to the shop."""
        await self._client.close()
