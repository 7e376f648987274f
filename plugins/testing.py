"""The kit for plugin authors, as a pytest plugin: `hotdash plugins test FILE` runs it on one plugin.

In a test suite of one's own: `pytest -p plugins.testing --hotdash-plugin whatsapp.py --pyargs
plugins.conformance`. The fixtures below may be used in tests of one's own, too.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from plugins import discovery
from plugins.channel import Channel
from plugins.manager import Plugins
from plugins.model import Contact, Conversation, Draft, Message, Reply

OPTION = "--hotdash-plugin"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin file to test."""
    parser.addoption(OPTION, type=Path, help="file of the plugin that plugins.conformance tests")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the checks of plugins.conformance for each channel of the plugin."""
    path: Path | None = metafunc.config.getoption(OPTION)
    wanted = [name for name in ("plugins", "channel") if name in metafunc.fixturenames]
    if path is not None and wanted:
        loaded = load_alone(path)
        each = [{"plugins": loaded, "channel": channel} for channel in loaded.channels.all()]
        names = [channel.name for channel in loaded.channels.all()]
        metafunc.parametrize(wanted, [[values[name] for name in wanted] for values in each], ids=names)


def check(path: Path) -> int:
    """Load one plugin and run the checks on its channels; 0 if all is well, else 1.

    Raises PluginError when the plugin cannot be loaded.
    """
    loaded = load_alone(path)
    (status,) = loaded.report()
    print(f"{path}: active; {status.kind}: {', '.join(status.hooks)}")  # noqa: T201  # a command's output
    if not loaded.channels.all():
        return 0
    checks = Path(__file__).with_name("conformance.py")
    # No settings and no plugins of the place it is called in: a channel is judged the same everywhere.
    alone = ["-c", os.devnull, "--rootdir", str(path.parent), "--disable-plugin-autoload"]
    quiet = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    done = pytest.main([*alone, *quiet, OPTION, str(path), str(checks)], plugins=[sys.modules[__name__]])
    return int(done != pytest.ExitCode.OK)


def load_alone(path: Path) -> Plugins:
    """The plugin of one file and no other. Raises PluginError when it is not in order."""
    loaded = Plugins()
    loaded.add(discovery.in_file(path), {}, strict=True)
    return loaded


@pytest.fixture
def make_message(channel: Channel) -> Callable[..., Message]:
    """Makes a customer's message that came by the channel under test; any field can be given."""

    def make(content: str = "Where is my order #1042?", **fields: Any) -> Message:
        fields.setdefault("raw_content", content)
        fields.setdefault("contact", Contact(id=7, name="Ada Lovelace", email="ada@example.com"))
        return Message(
            id=1,
            conversation=Conversation(id=3, account_id=1, inbox_type=(*channel.serves, "")[0]),
            channel=channel.name,
            content=content,
            received_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
            **fields,
        )

    return make


@pytest.fixture
def make_draft() -> Callable[..., Draft]:
    """Makes a draft with an answer; any other field can be given."""

    def make(answer: str, **fields: Any) -> Draft:
        return Draft(answer=answer, confidence=0.9, citations=(), sentences=(), **fields)

    return make


@pytest.fixture
def reply_to(
    plugins: Plugins, make_message: Callable[..., Message], make_draft: Callable[..., Draft]
) -> Callable[..., Reply]:
    """Formats an answer as the service does; `contact` and the draft's other fields can be given."""

    def reply(
        answer: str, *, agent: str | None = None, contact: Contact | None = None, **fields: Any
    ) -> Reply:
        message = make_message(contact=contact) if contact else make_message()
        return asyncio.run(plugins.channels.format(make_draft(answer, **fields), message, agent=agent))

    return reply
