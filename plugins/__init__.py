"""The ground: nouns, errors, hooks. All that a plugin author imports."""

from plugins.alert import Alert, Severity, Stage
from plugins.channel import Capabilities, Channel, Markup
from plugins.errors import PluginError, Unconfigured
from plugins.hookspecs import API, hookimpl
from plugins.model import (
    Contact,
    Draft,
    Fact,
    Message,
    Money,
    Order,
    OrderLine,
    OwnedOrder,
    Reply,
    Tracking,
)
from plugins.text import body, graphemes, plain, split

__all__ = [
    "API",
    "Alert",
    "Capabilities",
    "Channel",
    "Contact",
    "Draft",
    "Fact",
    "Markup",
    "Message",
    "Money",
    "Order",
    "OrderLine",
    "OwnedOrder",
    "PluginError",
    "Reply",
    "Severity",
    "Stage",
    "Tracking",
    "Unconfigured",
    "body",
    "graphemes",
    "hookimpl",
    "plain",
    "split",
]
