"""A Postgres for an hour, for tests and trials: in memory if there is room, without fsync, then gone."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
from pathlib import Path

from bot.store.embedded import EmbeddedPostgres

PREFIX = "hotdash-throwaway-"
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory on Linux; the server makes a private one in it
ENOUGH_MEMORY = 2 * 2**30  #: Bytes free; a container often has 64 MB only.


def throwaway() -> EmbeddedPostgres:
    """A server of its own, not yet started; its folder is removed when it stops.

    Those that killed processes left behind are stopped and removed first.
    """
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_MEMORY
    parent = MEMORY if in_memory else Path(tempfile.gettempdir())
    for folder in parent.glob(f"{PREFIX}*"):
        if folder.lstat().st_uid == os.geteuid():
            _clear_if_abandoned(folder)
    return EmbeddedPostgres(parent / f"{PREFIX}{uuid.uuid4().hex[:12]}", throwaway=True)


def _clear_if_abandoned(folder: Path) -> None:
    """Stop and remove a server that no living process uses; leave one alone that is being made."""
    try:
        users = os.open(folder / "users.lock", os.O_RDWR)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    finally:
        os.close(users)
    abandoned = EmbeddedPostgres(folder, throwaway=True)
    abandoned.start()
    abandoned.stop()
