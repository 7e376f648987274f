"""The plugins of this process, as the settings want them."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.settings import Settings
from plugins.manager import Plugins
from rules.facts import standard_registry
from rules.registry import FactRegistry, FactSpec, FactType


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


def fact_registry(plugins: Plugins) -> FactRegistry:
    """What rules may ask about: the standard facts and those that plugins add.

    Raises PluginError when a plugin's fact has the name of a standard one.
    """
    registry = standard_registry()
    for fact in plugins.fact_specs():
        registry.add(
            FactSpec(
                name=fact.name,
                type=FactType(fact.type.replace("_", "/")),
                source="a plugin",
                description=fact.description,
                fallback=fact.fallback,
            )
        )
    return registry


def _plain(value: Any) -> Any:
    """Plugins get secrets as text; they need no pydantic."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value
