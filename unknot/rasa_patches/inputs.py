"""What a model is made of, as one number. Rasa's own counts a component's class, and not the modules, knowledge and
lexicons that the class reads with; so its cache would hand out what is stale, and no model could say what it is of.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from unknot.settings import ROOT

_FILES = ("config.yml", "domain.yml", "uv.lock")
_FOLDERS = ("data", "unknot/knowledge", "unknot/reading", "unknot/encoder", "unknot/nlu")
# Not `triage`: the emergency guard uses it at run time and learns nothing from it.
_KINDS = {".yml", ".yaml", ".py", ".json", ".txt", ".md"}
_NAME = "inputs.sha256"
"""The file in a model that says what it was trained from."""


def inputs(root: Path) -> Iterator[Path]:
    """Every file whose change calls for training, in a fixed order."""
    yield from (root / name for name in _FILES if (root / name).is_file())
    for folder in _FOLDERS:
        yield from sorted(
            path
            for path in (root / folder).rglob("*")
            if path.suffix in _KINDS and path.is_file() and "__pycache__" not in path.parts
        )


def fingerprint(root: Path) -> str:
    """SHA-256 over names and contents of all inputs."""
    digest = hashlib.sha256()
    for path in inputs(root):
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def at_first() -> str:
    """The same as this process first saw it: files may change while it trains."""
    return fingerprint(ROOT)


def write_into(folder: Path) -> None:
    """Says in a model's folder what it is trained from."""
    (folder / _NAME).write_text(at_first(), encoding="ascii")


def trained_from(model: Path) -> str | None:
    """What a model says that it was trained from; None where it does not say, or is no model."""
    try:
        with tarfile.open(model, "r:gz") as archive:
            for member in archive:
                if Path(member.name).name == _NAME and (file := archive.extractfile(member)):
                    return file.read().decode("ascii", errors="replace")
    except (OSError, tarfile.TarError, EOFError):
        return None
    return None


class MadeOfOurFiles:
    """For components that learn: Rasa's cache takes them for changed when any of our files has."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Added to Rasa's fingerprint of the component."""
        return at_first()
