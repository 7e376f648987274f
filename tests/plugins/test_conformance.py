"""Our own channels pass the kit that other authors' channels must pass."""

from __future__ import annotations

import pytest

from plugins.conformance import *  # noqa: F403  # the kit's classes are these tests
from plugins.manager import Plugins
from plugins.testing import make_draft, make_message, reply_to  # noqa: F401  # fixtures

OURS = Plugins.load(enabled=False)


@pytest.fixture
def plugins() -> Plugins:
    """The plugins that come with the service."""
    return OURS


@pytest.fixture(params=OURS.channels.all(), ids=lambda channel: channel.name)
def channel(request):
    """Each of our channels in turn."""
    return request.param
