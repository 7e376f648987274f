"""A worker that kills itself with SIGKILL right after one step, once a file says that it may.

python mortal_worker.py MODULE:CLASS.METHOD ARMED_FILE; settings come from the environment.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

from bot.cli.serve import worker


def make_mortal(step: str, armed: Path) -> None:
    """Let the method that `step` names kill this process when it returns, while `armed` exists."""
    module, _, path = step.partition(":")
    owner_name, _, method = path.rpartition(".")
    owner: Any = importlib.import_module(module)
    if owner_name:
        owner = getattr(owner, owner_name)
    original = getattr(owner, method)

    @functools.wraps(original)
    async def mortal(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        if asyncio.iscoroutine(result):
            result = await result
        if armed.exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, method, mortal)


if __name__ == "__main__":
    if sys.argv[1] != "-":
        make_mortal(sys.argv[1], Path(sys.argv[2]))
    worker.main(args=[])
