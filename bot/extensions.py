"""The plugins of this process, as the settings want them."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.settings import Settings
from plugins.manager import Plugins


def load_plugins(settings: Settings, *, enabled: bool = True) -> Plugins:
    """Find and start the plugins; `enabled` False leaves out all that do not come with the service.

    Raises PluginError as `Plugins.load` does.
    """
    return Plugins.load(
        enabled=enabled and settings.plugins_enabled,
        folder=settings.plugins_folder,
        settings={name: _plain(getattr(settings, name)) for name in Settings.model_fields},
        required=settings.plugins_required,
        off=settings.plugins_off,
    )


def _plain(value: Any) -> Any:
    """Plugins get secrets as text; they need no pydantic."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value
