"""The one place that says where the database is: an address of the settings as an absolute one, and its file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from unknot.settings import ROOT

_SQLITE = "sqlite:///"


def database_file(url: str, folder: Path = ROOT) -> Path | None:
    """The file of an SQLite address (three slashes: relative to `folder`, four: absolute), else None."""
    parts = urlsplit(url)
    return folder / unquote(parts.path.removeprefix("/")) if parts.scheme == "sqlite" else None


def absolute(url: str) -> str:
    """The same address with a relative SQLite file taken relative to the project's folder."""
    if not url.startswith(_SQLITE) or url.startswith(_SQLITE + "/"):
        return url
    return f"{_SQLITE}{(ROOT / url[len(_SQLITE) :]).resolve()}"
