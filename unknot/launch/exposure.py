"""What a start refuses or closes, so that a slip of the operator shows nobody's words to others."""

from __future__ import annotations

import os
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from unknot.conversations.address import database_file
from unknot.launch.app import StartError
from unknot.settings import ROOT, Settings

OPEN_CHANNELS = ("rest", "socketio", "callback", "rasa")
"""Rasa's channels that believe whatever sender the client names and ask for no proof."""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server on `host`; a name other than localhost counts as not."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_exposure(settings: Settings, channels: Iterable[str]) -> None:
    """Raises StartError where anybody on the network could read and go on with everybody's conversation."""
    found = sorted(set(channels) & set(OPEN_CHANNELS))
    if found and not is_loopback(settings.host):
        raise StartError(
            f"The channel {found[0]} asks nobody who they are, so it is served on loopback only: "
            f"UNKNOT_HOST is {settings.host}. make run serves the web page with sessions of its own."
        )


def close_to_others(settings: Settings, root: Path = ROOT) -> None:
    """Conversations, logs and secrets are for this user alone: what is there and what will be made."""
    if os.name != "posix":
        return
    os.umask(0o077)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    files = [path for path in settings.data_dir.rglob("*") if path.is_file() and path.name != ".gitkeep"]
    if database := database_file(settings.database_url, root):
        files += [database.with_name(database.name + end) for end in ("", "-wal", "-shm", "-journal")]
    for path in files:
        if path.is_file() and path.stat().st_uid == os.getuid():
            path.chmod(path.stat().st_mode & 0o700)
