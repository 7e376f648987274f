"""A new plugin's first file: complete, active, and passing the kit."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from string import Template

from plugins.errors import PluginError
from plugins.hookspecs import API

KINDS = ("channel", "orders", "facts")


def write(kind: str, name: str, folder: Path) -> Path:
    """Write a plugin file of a kind; the path of it.

    Raises PluginError when the name is not lower_case_words or the file is there already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise PluginError(f'"{name}" is no name for a plugin; write it like_this')
    path = folder / f"{name}.py"
    words = name.split("_")
    template = Template((resources.files("plugins") / "templates" / f"{kind}.py.txt").read_text("utf-8"))
    text = template.substitute(
        name=name,
        title=" ".join(words).capitalize(),
        class_name="".join(word.capitalize() for word in words),
        api=API,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise PluginError(f"{path} is there already; choose another name or delete it") from None
    except OSError as error:
        raise PluginError(f"{path}: cannot write: {error.strerror}") from None
    return path
