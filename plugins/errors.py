"""Every error of the house, on one page.

    HotdashError
    ├── SettingsError        the environment or a settings file is wrong; the service does not start
    ├── BadRequest           somebody sent us what we cannot take (answered 4xx)
    ├── RulesError           rules.yaml is wrong; the running rules stay
    ├── KnowledgeBaseError   the index cannot be built or opened
    ├── PluginError          a plugin is broken, doubled or needs another version
    │   └── Unconfigured         it has nothing to do, as nobody gave it the settings it needs
    ├── ReviewConflict       the draft is not what the verdict is about any more (answered 409)
    ├── StoreError           Postgres refuses, or its folder is unusable
    │   └── StoreUnavailable      worth another try later: no connection, restarting, full
    └── ChatwootError        Chatwoot refused or did not answer
        ├── ChatwootUnavailable   worth another try later: 429, 5xx, no connection, no answer
        ├── ChatwootRefused       not worth another try: the request itself is wrong
        └── ChatwootForbidden     the token lacks the right; says which token and which right

The text of an error says where it is, what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class HotdashError(Exception):
    """Base of all errors that the service raises on purpose."""


class SettingsError(HotdashError):
    """The environment or a settings file is wrong; the service does not start."""


class BadRequest(HotdashError):
    """Somebody sent what cannot be taken."""

    def __init__(self, text: str, *, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


class RulesError(HotdashError):
    """rules.yaml is wrong; the running rules stay.

    `findings` holds everything that is wrong as `rules.findings.Finding`, for machines.
    """

    def __init__(self, text: str, *, findings: Sequence[Any] = ()) -> None:
        super().__init__(text)
        self.findings = tuple(findings)


class KnowledgeBaseError(HotdashError):
    """The index cannot be built or opened."""


class PluginError(HotdashError):
    """A plugin is broken, doubled or needs another version."""


class Unconfigured(PluginError):
    """A plugin has nothing to do, as nobody gave it the settings it needs; it is left out without alarm."""


class ReviewConflict(HotdashError):
    """A draft is not what the verdict is about any more: decided, changed, or the customer wrote again."""

    def __init__(self, text: str, *, state: str, draft: int) -> None:
        super().__init__(text)
        self.state = state
        self.draft = draft


class StoreError(HotdashError):
    """Postgres refuses, or its folder is unusable."""


class StoreUnavailable(StoreError):
    """Worth another try later: no connection, restarting, full."""


class ChatwootError(HotdashError):
    """Chatwoot refused or did not answer."""

    def __init__(self, text: str, *, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class ChatwootUnavailable(ChatwootError):
    """Worth another try later: 429, 5xx, no connection, no answer."""


class ChatwootRefused(ChatwootError):
    """Not worth another try: the request itself is wrong, or its object is gone."""


class ChatwootForbidden(ChatwootError):
    """The token lacks the right."""
