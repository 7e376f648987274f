"""The notifiers by name, as HOTDASH_NOTIFIERS lists them, and how an alert reaches one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from bot.service_level.notifiers import address as addresses
from plugins.alert import Alert
from plugins.errors import PluginError
from plugins.manager import Plugins


class Notifiers:
    """Delivers alerts to notifiers by their names.

    An address `note://<number of a Chatwoot user>/<name>` is no message of its own: the user is mentioned in
    the private note that every alert about a conversation leaves there.
    """

    def __init__(self, addresses: Mapping[str, str], plugins: Plugins) -> None:
        self._addresses = addresses
        self._plugins = plugins

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all notifiers."""
        return tuple(self._addresses)

    def mention(self, name: str) -> str | None:
        """How a private note mentions the user of a notifier; None if it is of another kind."""
        parts = addresses.parse(self._addresses.get(name, ""), "note")
        if parts is None:
            return None
        called = unquote(parts.path.strip("/")) or f"user {parts.hostname}"
        return f"[@{called}](mention://user/{parts.hostname}/{called.replace(' ', '%20')})"

    async def deliver(self, name: str, alert: Alert) -> None:
        """Send an alert. Raises PluginError when it was not delivered."""
        if name not in self._addresses:
            raise PluginError(
                f'there is no notifier "{name}"; HOTDASH_NOTIFIERS has {", ".join(self.names) or "none"}'
            )
        await self._plugins.notify(self._addresses[name], alert)
