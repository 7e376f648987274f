"""What a person changed in a draft, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from markupsafe import Markup, escape

_PIECE = re.compile(r"\s+|\w+|[^\w\s]")


def difference(before: str, after: str) -> Markup:
    """The new text as safe HTML, with <ins> and <del> around what changed."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    shown = []
    for kind, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = escape("".join(old[start:end])), escape("".join(new[begin:stop]))
        if kind == "equal":
            shown.append(come)
            continue
        shown += [Markup("<del>{}</del>").format(gone)] if gone else []
        shown += [Markup("<ins>{}</ins>").format(come)] if come else []
    return Markup("").join(shown)
