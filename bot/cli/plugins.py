"""`hotdash plugins`: list, examine, make and test plugins."""

from __future__ import annotations

from bot.settings import Settings
from plugins.manager import Plugins


def load_plugins(settings: Settings) -> Plugins:
    """The plugins of this process, as the settings want them. PluginError: see `Plugins.load`."""
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    return Plugins.load(folder=settings.plugins_folder, settings=values)
