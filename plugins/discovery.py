"""Where plugins come from: our own modules, entry points of installed packages, single files in a folder."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType

from plugins.errors import PluginError

#: The entry-point group of other people's plugins.
GROUP = "hotdash"

#: The plugins that come with the service: by name, because this floor imports nothing from above.
OURS = {
    "email": "channels.email",
    "chat": "channels.chat",
    "sms": "channels.sms",
    "shopify": "bot.commerce.shopify:Shopify",
    "woocommerce": "bot.commerce.woocommerce:WooCommerce",
    "json_orders": "bot.commerce.json_orders:JsonOrders",
    "webhook": "bot.service_level.notifiers.webhook",
    "pagerduty": "bot.service_level.notifiers.pagerduty",
    "mail": "bot.service_level.notifiers.mail",
    "apprise": "bot.service_level.notifiers.apprise",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A plugin that was found and not yet imported."""

    name: str
    version: str
    ours: bool  #: It comes with the service.
    place: str  #: For people: the distribution or the file.
    load: Callable[[], object]  #: Imports it; may raise anything.


def built_in() -> Iterator[Source]:
    """The plugins that come with the service."""
    for name, value in OURS.items():
        point = metadata.EntryPoint(name=name, value=value, group=GROUP)
        yield Source(name=name, version="core", ours=True, place=value, load=point.load)


def installed() -> Iterator[Source]:
    """The plugins of installed packages, in the order of their names."""
    found = {(point.name, point.value): point for point in metadata.entry_points(group=GROUP)}
    for point in sorted(found.values(), key=lambda point: point.name):
        yield Source(
            name=point.name,
            version=point.dist.version if point.dist else "?",
            ours=False,
            place=point.dist.name if point.dist else point.value,
            load=point.load,
        )


def in_folder(folder: Path) -> Iterator[Source]:
    """The single-file plugins of a folder, in the order of their names; _private.py files are left out.

    Raises PluginError when the folder does not exist.
    """
    if not folder.is_dir():
        raise PluginError(f"{folder}: no such folder; create it or correct HOTDASH_PLUGINS_FOLDER")
    for path in sorted(folder.glob("*.py")):
        if not path.name.startswith("_"):
            yield in_file(path)


def in_file(path: Path) -> Source:
    """The plugin in one file."""
    return Source(name=path.stem, version="file", ours=False, place=str(path), load=lambda: _import(path))


def _import(path: Path) -> ModuleType:
    """Import by path, under a name that no other module can have."""
    name = f"hotdash_plugin_{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
