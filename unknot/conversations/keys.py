"""Secrets that an installation makes for itself: a file in the data folder that only this user can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

LENGTH = 32  # bytes


def kept_key(folder: Path, name: str) -> bytes:
    """The key in `folder`, made on first use. Raises ValueError for a file that holds none."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        path.chmod(0o600)
        key = bytes.fromhex(path.read_text(encoding="ascii"))
        if len(key) < LENGTH:
            raise ValueError(f"{path} holds no usable key: delete it, and a new one is made") from None
        return key
    key = secrets.token_bytes(LENGTH)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex())
    return key
