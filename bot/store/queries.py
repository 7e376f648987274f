"""The SQL of the store: named statements in plain .sql files, each with a sentence that says what it does.

    -- name: next_event
    -- Lend the oldest waiting event to one worker.
    update …

No SQL is put together from strings; what changes is a parameter.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import LiteralString

from plugins.errors import StoreError

FOLDER = Path(__file__).parent / "sql"
HEAD = re.compile(r"^-- name: (?P<name>\w+)\n(?P<sentence>(?:-- .+\n)+)", re.MULTILINE)


@cache
def load(subject: str) -> dict[str, LiteralString]:
    """The statements of `sql/<subject>.sql` by their names.

    Raises:
        StoreError: a statement without name or sentence, or two of one name.
    """
    path = FOLDER / f"{subject}.sql"
    text = path.read_text(encoding="utf-8")
    heads = list(HEAD.finditer(text))
    statements: dict[str, LiteralString] = {}
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=False):
        body = text[head.end() : end].strip().removesuffix(";")
        name = head["name"]
        if name in statements or not body or "\n-- name:" in body:
            raise StoreError(
                f"{path}: {name}: is there twice, is empty or is followed by one without a sentence"
            )
        statements[name] = body
    if not heads or text[: heads[0].start()].strip():
        raise StoreError(f"{path}: starts with something else than a named statement with its sentence")
    return statements
