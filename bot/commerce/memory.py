"""What a shop answered a moment ago, so that a burst of messages asks it once."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable, Sequence

from plugins.model import OwnedOrder

#: Seconds that an answer is good for.
FRESH = 60.0
#: Answers kept; the oldest goes first.
MOST = 1000


class Memory:
    """Remembers orders by who asked for what."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answers: dict[Hashable, tuple[float, Sequence[OwnedOrder]]] = {}

    async def recall(
        self, question: Hashable, ask: Callable[[], Awaitable[Sequence[OwnedOrder]]]
    ) -> Sequence[OwnedOrder]:
        """The answer to a question, asked anew if it is older than a minute. Errors are not remembered."""
        kept = self._answers.get(question)
        if kept is not None and self._clock() - kept[0] < FRESH:
            return kept[1]
        answer = await ask()
        self._answers.pop(question, None)
        self._answers[question] = (self._clock(), answer)
        while len(self._answers) > MOST:
            del self._answers[next(iter(self._answers))]
        return answer
