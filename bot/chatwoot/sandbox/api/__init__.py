"""The REST endpoints that a service like ours may need (facts/chatwoot.md §3.2)."""

from __future__ import annotations

from aiohttp import web

# Importing a module registers its endpoints.
from bot.chatwoot.sandbox.api import bots, catalog, contacts, conversations, crew, lists, messages, webhooks
from bot.chatwoot.sandbox.api.call import ENDPOINTS
from bot.chatwoot.sandbox.api.gate import Gate
from bot.chatwoot.sandbox.desk import Desk

__all__ = ["bots", "catalog", "contacts", "conversations", "crew", "lists", "messages", "routes", "webhooks"]


def routes(desk: Desk) -> list[web.RouteDef]:
    """All API routes for a desk; paths without a literal segment come last, as in Rails."""
    gate = Gate(desk)
    found = [web.route("GET", "/api/v1/profile", crew.profile(gate))]
    for endpoint in sorted(ENDPOINTS, key=lambda e: e.path.count("{")):
        path = f"/api/v1/accounts/{{account_id}}{endpoint.path}"
        found.append(web.route(endpoint.method, path, gate.wrap(endpoint)))
    return found
