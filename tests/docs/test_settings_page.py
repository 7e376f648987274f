"""docs/settings.md names every setting, as the service knows it."""

from __future__ import annotations

import os
from pathlib import Path

from bot.settings import PREFIX, Settings

PAGE = Path(__file__).parent.parent.parent / "docs/settings.md"

HEAD = """\
# Settings

Read from the environment, or from a file `.env` in the working folder; the environment wins. `HOTDASH_X_FILE`
names a file that holds the value of `HOTDASH_X`, for secrets that an orchestrator mounts. A variable that
starts with `HOTDASH_` and is no setting stops the start, with the nearest name that is one.

| Variable | Default | Meaning |
| --- | --- | --- |
"""


def default_of(name: str) -> str:
    """The default of a setting as the page shows it."""
    field = Settings.model_fields[name]
    if field.default_factory is not None:
        return "see below" if name == "home" else "–"
    if field.default is None or field.default in ((), ""):
        return "–"
    value = field.default
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def page() -> str:
    """The page as the settings make it."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {default_of(name)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    foot = (
        "\n\nThe home folder is `/var/lib/hotdash` for root, else `$XDG_DATA_HOME/hotdash` or "
        "`~/.local/share/hotdash`.\n"
    )
    return HEAD + "\n".join(rows) + foot


def test_every_setting_stands_in_the_docs() -> None:
    """The page is what the settings say; UPDATE_DOCS=1 writes it anew."""
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_setting_says_what_it_means() -> None:
    """No setting is without a description that ends as a sentence."""
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
