"""Environments that are made only to be measured, beside the one in use."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from benchmarks import machine
from scripts.bootstrap import ensure_uv, find_python, leave_out_unused
from unknot.launch.progress import Progress
from unknot.settings import ROOT

PEER = ROOT / ".venv-peer"
RUN = ROOT / ".venv-run"
CACHE = ROOT / ".cache"
PEER_PROJECT = ROOT / "ops" / "python" / "peer"
_SELECT = {
    # Rasa as it comes, with the real TensorFlow, on the newest Python it admits
    PEER: ("--project", str(PEER_PROJECT), "--python", "3.10"),
    RUN: ("--no-default-groups",),  # what `make run` installs
}
_LOCK = {PEER: PEER_PROJECT / "uv.lock", RUN: ROOT / "uv.lock"}


class EnvironmentMissingError(RuntimeError):
    """An environment could not be installed; the message says why."""


def ready(folder: Path, progress: Progress) -> Path:
    """The environment in `folder` (PEER or RUN), installed first where it is not there or of another lock file."""
    stamp = folder / ".unknot-stamp"
    locked = hashlib.sha256(_LOCK[folder].read_bytes() + " ".join(_SELECT[folder]).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == locked:
        return folder
    progress.say(f"Installing {folder.name} from the lock file …")
    base = find_python()
    variables = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(folder)}
    variables.pop("VIRTUAL_ENV", None)
    if base and folder == RUN:
        variables["UV_PYTHON"] = str(base)
    command = [str(ensure_uv(base)), "sync", "--frozen", "--compile-bytecode", *_SELECT[folder]]
    log = CACHE / f"install{folder.name}.log"
    try:
        machine.timed(
            command,
            folder=ROOT,
            log=log,
            environment=variables,
            while_waiting=lambda: progress.step(f"installing {folder.name}"),
        )
    except RuntimeError as error:
        raise EnvironmentMissingError(f"{folder.name} could not be installed: {error}") from error
    if folder == RUN:
        leave_out_unused(folder)
    stamp.write_text(locked, encoding="utf-8")
    return folder


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / "bin" / "python"
