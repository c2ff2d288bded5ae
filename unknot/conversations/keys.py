"""Secrets that an installation makes for itself: a file in the data folder that only this user can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

LENGTH = 32  # bytes


def kept_text(folder: Path, name: str) -> str:
    """The secret in `folder`, made on first use. Raises ValueError for a file that holds none."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        path.chmod(0o600)
        secret = path.read_text(encoding="ascii").strip()
        if len(secret) < LENGTH:
            raise ValueError(f"{path} holds no usable secret: delete it, and a new one is made") from None
        return secret
    with os.fdopen(handle, "w", encoding="ascii") as file:
        secret = secrets.token_hex(LENGTH)
        file.write(secret)
    return secret


def kept_key(folder: Path, name: str) -> bytes:
    """The same as bytes, 32 at least."""
    try:
        key = bytes.fromhex(kept_text(folder, name))
    except ValueError:
        key = b""
    if len(key) < LENGTH:
        raise ValueError(f"{folder / name} holds no usable secret: delete it, and a new one is made")
    return key
