"""Finds a Chromium for the tests of pages, or installs Debian's where that is possible.

Without one the tests of pages are left out, and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The browser to use: HOTDASH_CHROMIUM, or the first that is installed."""
    named = os.environ.get("HOTDASH_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


if __name__ == "__main__":
    if find() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the tests of pages…", flush=True)
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *command], check=False, stdout=subprocess.DEVNULL)
    if find() is None:
        print("No Chromium found: the tests of pages are left out. Install it, or set HOTDASH_CHROMIUM.")
