"""What is vendored is what its lock says."""

from __future__ import annotations

import hashlib
from pathlib import Path

import bot.review

STATIC = Path(bot.review.__file__).parent / "static"


def test_vendored_files_have_their_hashes() -> None:
    """Each vendored script is unchanged, and each is in the lock with its licence."""
    rows = [row.split() for row in (STATIC / "vendor.lock").read_text().splitlines()[1:]]
    for _name, _version, file, sha256, licence in rows:
        assert hashlib.sha256((STATIC / file).read_bytes()).hexdigest() == sha256
        assert licence == "0BSD"
    assert {row[2] for row in rows} == {path.name for path in STATIC.glob("*.min.js")}
