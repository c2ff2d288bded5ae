"""The browser for tests that need one: on PATH, else from Debian, else playwright's own.

`python -m scripts.browser` installs one where there is none. On a developer's machine its lack is a sentence (those
tests are skipped); with CI=true it is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MISSING = (
    "No browser for the browser tests: they are skipped. Install Chromium (apt install chromium) or run "
    ".venv/bin/playwright install chromium"
)
_APT = (("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"))


def find() -> Path | None:
    """A browser that playwright can drive with `executable_path`, else None."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    return _playwrights_own()


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def install() -> Path | None:
    """Debian's Chromium where packages may be installed, else playwright's own; None where neither works."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("installing Chromium for the browser tests", flush=True)
        if all(_quietly(command) for command in _APT) and (found := find()):
            return found
    if _quietly([sys.executable, "-m", "playwright", "install", "chromium"], limit=300):
        return find()
    return None


def _quietly(command: Sequence[str], limit: float = 600) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def main() -> int:
    """The command line: 1 only where a browser is required and cannot be had."""
    if browser := find() or install():
        print(f"browser tests use {browser}")
        return 0
    print(MISSING)
    return 1 if os.environ.get("CI", "").lower() in ("true", "1") else 0


if __name__ == "__main__":
    sys.exit(main())
