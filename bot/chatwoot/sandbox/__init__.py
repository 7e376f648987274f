"""A stand-in Chatwoot, faithful to version 4.15, for the demonstration and the tests."""

from bot.chatwoot.sandbox.deliveries import Delivery, signature
from bot.chatwoot.sandbox.faults import Faults
from bot.chatwoot.sandbox.sandbox import Sandbox

__all__ = ["Delivery", "Faults", "Sandbox", "signature"]
