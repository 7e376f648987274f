"""Failures to switch on for a test or a demonstration: refusals, lost answers, lost and doubled webhooks."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What goes wrong with one API request."""

    REFUSE = "refuse"  #: Answered with an error status; nothing happens.
    LOSE_ANSWER = "lose_answer"  #: The request takes effect, then the connection breaks.
    HANG = "hang"  #: Nothing happens and no answer comes until the faults are cleared.
    HANG_AFTER = "hang_after"  #: The request takes effect, and no answer comes.


@dataclass(slots=True, kw_only=True)
class Fault:
    """One planned failure of the API; used up after `times` matching requests."""

    kind: Kind
    times: int
    status: int = 500
    method: str | None = None  #: None: any.
    path: str = ""  #: A part of the path, such as "/messages".

    def matches(self, method: str, path: str) -> bool:
        """Whether the fault strikes this request."""
        return self.times > 0 and self.method in (None, method) and self.path in path


@dataclass(slots=True)
class Faults:
    """The switches. All are off at first; `clear` switches them off and lets hanging requests go."""

    seed: int
    cut_off: bool = False  #: No webhook receiver can be reached: each attempt fails at once.
    loss: float = 0.0  #: Share of deliveries that vanish without a trace, 0–1.
    duplication: float = 0.0  #: Share of deliveries that are sent twice under the same id, 0–1.
    reordering: bool = False  #: Deliveries that are due together start in random order.
    held: bool = False  #: Deliveries wait until `held` is off again.
    released: asyncio.Event = field(default_factory=asyncio.Event)
    random: random.Random = field(init=False)
    _planned: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - failures must be repeatable

    def refuse(self, status: int = 500, *, times: int = 1, method: str | None = None, path: str = "") -> None:
        """Answer the next matching requests with `status` (429 as plain text, as rack-attack does)."""
        self._planned.append(Fault(kind=Kind.REFUSE, status=status, times=times, method=method, path=path))

    def lose_answers(self, *, times: int = 1, method: str | None = "POST", path: str = "") -> None:
        """Let the next matching requests take effect and then break their connections."""
        self._planned.append(Fault(kind=Kind.LOSE_ANSWER, times=times, method=method, path=path))

    def hang(
        self, *, times: int = 1, method: str | None = None, path: str = "", after_effect: bool = False
    ) -> None:
        """Leave the next matching requests without an answer, before or after they took effect."""
        kind = Kind.HANG_AFTER if after_effect else Kind.HANG
        self._planned.append(Fault(kind=kind, times=times, method=method, path=path))

    def clear(self) -> None:
        """Back to normal; requests that hang are let go with a broken connection."""
        self.cut_off = self.reordering = self.held = False
        self.loss = self.duplication = 0.0
        self._planned.clear()
        self.released.set()
        self.released = asyncio.Event()

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, if any; it is counted as used."""
        for fault in self._planned:
            if fault.matches(method, path):
                fault.times -= 1
                return fault
        return None

    def loses(self) -> bool:
        """Whether this delivery vanishes."""
        return self.random.random() < self.loss

    def doubles(self) -> bool:
        """Whether this delivery is sent twice."""
        return self.random.random() < self.duplication
