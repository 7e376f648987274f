"""What is asked of Shopify about orders, and how its answer becomes our nouns.

Not asked: transactions, payment details, billing addresses, client addresses, notes. Fields of protected
customer data (email, phone) may be null or refused: then the owner is not known, and the order not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from plugins.model import Money, Order, OrderLine, OwnedOrder, Tracking

SOURCE = "shopify"

_FIELDS = """
fragment Shown on Order {
  name email phone createdAt cancelledAt displayFulfillmentStatus returnStatus
  currentTotalPriceSet { shopMoney { amount currencyCode } }
  totalRefundedSet { shopMoney { amount currencyCode } }
  lineItems(first: 20) { nodes { title currentQuantity } }
  fulfillments(first: 5) {
    displayStatus deliveredAt estimatedDeliveryAt trackingInfo(first: 3) { company number url }
  }
}
"""

#: Orders by search; `named` only when the customer mentioned some.
BY_EMAIL = (
    """
query Orders($recent: String!, $named: String!, $mentioned: Boolean!) {
  named: orders(first: 5, query: $named) @include(if: $mentioned) { nodes { ...Shown } }
  recent: orders(first: 3, query: $recent, sortKey: CREATED_AT, reverse: true) { nodes { ...Shown } }
}
"""
    + _FIELDS
)

#: Orders cannot be searched by phone; customers can.
BY_PHONE = (
    """
query OrdersOfPhone($customer: String!) {
  customers(first: 1, query: $customer) {
    nodes {
      defaultPhoneNumber { phoneNumber }
      orders(first: 5, sortKey: CREATED_AT, reverse: true) { nodes { ...Shown } }
    }
  }
}
"""
    + _FIELDS
)

HEALTH = """
query Health {
  currentAppInstallation { accessScopes { handle } }
  publicApiVersions { handle supported }
  orders(first: 1) { nodes { name email } }
}
"""

_UNSENT = frozenset(
    {"UNFULFILLED", "ON_HOLD", "SCHEDULED", "OPEN", "IN_PROGRESS", "PENDING_FULFILLMENT", "RESTOCKED"}
)


def orders_of(data: Mapping[str, Any]) -> list[OwnedOrder]:
    """The orders of an answer to BY_EMAIL or BY_PHONE, each once."""
    found: dict[str, OwnedOrder] = {}
    for connection in (data.get("named"), data.get("recent")):
        for node in _nodes(connection):
            found.setdefault(node["name"], _owned(node, None))
    for customer in _nodes(data.get("customers")):
        phone = (customer.get("defaultPhoneNumber") or {}).get("phoneNumber")
        for node in _nodes(customer.get("orders")):
            found.setdefault(node["name"], _owned(node, phone))
    return list(found.values())


def _nodes(connection: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    return [node for node in (connection or {}).get("nodes") or [] if node]


def _owned(node: Mapping[str, Any], phone: str | None) -> OwnedOrder:
    parcels = [parcel for parcel in node.get("fulfillments") or [] if parcel]
    delivered = [moment for parcel in parcels if (moment := _moment(parcel.get("deliveredAt")))]
    expected = [moment for parcel in parcels if (moment := _moment(parcel.get("estimatedDeliveryAt")))]
    order = Order(
        name=node["name"],
        source=SOURCE,
        status=_status(node, parcels),
        placed_at=_moment(node.get("createdAt")),
        total=_money(node.get("currentTotalPriceSet")),
        refunded=_money(node.get("totalRefundedSet")),
        expected_at=max(expected, default=None),
        delivered_at=max(delivered, default=None),
        lines=tuple(
            OrderLine(title=line["title"], quantity=line["currentQuantity"])
            for line in _nodes(node.get("lineItems"))
        ),
        tracking=tuple(
            Tracking(carrier=one.get("company"), number=one.get("number"), url=one.get("url"))
            for parcel in parcels
            for one in parcel.get("trackingInfo") or []
        ),
    )
    return OwnedOrder(order=order, email=node.get("email"), phone=node.get("phone") or phone)


def _status(node: Mapping[str, Any], parcels: list[Mapping[str, Any]]) -> str:
    if node.get("cancelledAt"):
        return "cancelled"
    if node.get("returnStatus") == "RETURNED":
        return "returned"
    fulfilment = node.get("displayFulfillmentStatus")
    if parcels and all(parcel.get("displayStatus") == "DELIVERED" for parcel in parcels):
        return "delivered" if fulfilment == "FULFILLED" else "in_transit"
    if fulfilment in ("FULFILLED", "PARTIALLY_FULFILLED"):
        return "in_transit"
    return "unfulfilled" if fulfilment in _UNSENT else "unknown"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _money(bag: Mapping[str, Any] | None) -> Money | None:
    money = (bag or {}).get("shopMoney")
    return Money(amount=Decimal(money["amount"]), currency=money["currencyCode"]) if money else None
