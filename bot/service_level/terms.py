"""What the rules in force say about service; follows them when they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from bot.service_level.promises import Promises
from rules.book import RuleBook
from rules.rota import OnCall


class Terms:
    """Reads the rules in force; promises are worked out once for each version of them."""

    def __init__(self, book: Callable[[], RuleBook]) -> None:
        """`book` gives the rules in force. Raises RulesError for a country that nobody knows."""
        self._book = book
        self._version = book().version
        self._promises = Promises.read(book().file)

    @property
    def promises(self) -> Promises:
        """What customers are promised."""
        book = self._book()
        if book.version != self._version:
            self._version, self._promises = book.version, Promises.read(book.file)
        return self._promises

    @property
    def version(self) -> str:
        """Which rules are in force, by their content."""
        return self._book().version

    @property
    def rota(self) -> OnCall | None:
        """Who is on call; None if the rules name nobody."""
        return self._book().file.on_call

    @property
    def zone(self) -> ZoneInfo:
        """The team's time zone."""
        return self._book().file.time_zone

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts of the rules file by name."""
        return self._book().file.texts
