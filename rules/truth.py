"""True, false or unknown as the numbers 2, 0 and 1, so that the logic is min, max and difference.

This is Kleene's strong three-valued logic: `all` is the least of its parts, `any` the greatest, and
`not x` is 2 - x, which leaves unknown unknown. Only a condition that is true makes a rule match.
"""

from __future__ import annotations

from typing import TypeAlias

Truth: TypeAlias = int

FALSE: Truth = 0
UNKNOWN: Truth = 1
TRUE: Truth = 2


def truth_of(answer: bool | None) -> Truth:
    """A yes, a no, or None for "nobody knows", as a truth."""
    return UNKNOWN if answer is None else TRUE if answer else FALSE
