"""Trains the model when what it is made of has changed, and not otherwise.

A model says itself which inputs it was trained from (`unknot/rasa_patches/inputs.py`); `models/inputs.json` says it
again, where it is read quickly. So a plain `rasa train` leaves nothing stale.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unknot.launch.explain import explain
from unknot.launch.progress import Progress
from unknot.launch.supervisor import die_with_parent
from unknot.rasa_patches.inputs import fingerprint, trained_from
from unknot.settings import ROOT

KEEP = 3
"""Models that are kept, the newest first."""

_LOCK_WAIT = 900.0  # seconds; another process may be training the same model


class TrainingError(RuntimeError):
    """Training failed; the message is for the person at the terminal."""


@dataclass(frozen=True)
class Project:
    """Where a project's inputs, models and logs are; the inputs lie in `root`."""

    root: Path = ROOT
    models: Path = ROOT / "models"
    log: Path = ROOT / "var" / "log" / "train.log"

    @property
    def stamp(self) -> Path:
        """The file that says which model was made from which inputs."""
        return self.models / "inputs.json"


def current_model(project: Project) -> Path | None:
    """The model trained from the inputs as they are now, if there is one; by a plain `rasa train` as well."""
    now = fingerprint(project.root)
    if stamped := _stamped(project, now):
        return stamped
    models = sorted(project.models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models or trained_from(models[-1]) != now:
        return None
    _stamp(project, models[-1], now)
    return models[-1]


def _stamped(project: Project, now: str) -> Path | None:
    """The model that `inputs.json` names, which is quicker than to look into it."""
    try:
        stamp = json.loads(project.stamp.read_text(encoding="utf-8"))
        model = project.models / stamp["model"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    whole = model.is_file() and model.stat().st_size == stamp.get("size")
    return model if whole and stamp.get("inputs") == now else None


def _stamp(project: Project, model: Path, trained: str) -> None:
    stamp = {"model": model.name, "size": model.stat().st_size, "inputs": trained}
    project.stamp.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")


def train(project: Project | None = None, progress: Progress | None = None, *, force: bool = False) -> Path:
    """The current model, trained first if needed. Raises TrainingError with the reason."""
    project, progress = project or Project(), progress or Progress()
    if not force and (model := current_model(project)):
        return model
    project.models.mkdir(parents=True, exist_ok=True)
    with _only_one(project.models / ".training", progress):
        if not force and (model := current_model(project)):  # another process has just done it
            return model
        before = fingerprint(project.root)
        model = project.models / f"unknot-{before[:12]}.tar.gz"
        _rasa_train(project, model, progress)
        _stamp(project, model, before)
        _forget_old(project.models)
    return model


def _rasa_train(project: Project, model: Path, progress: Progress) -> None:
    command = [sys.executable, "-m", "rasa", "train", "--force", "--out", str(model.parent)]
    command += ["--fixed-model-name", model.name.removesuffix(".tar.gz")]
    # Stories glued together are a third of the work, and neither of our policies looks at them.
    command += ["--augmentation", "0"]
    # PYTHONHASHSEED: the same inputs give the same model.
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "RASA_MAX_CACHE_SIZE": "0", "PYTHONHASHSEED": "0"}
    environment = {**os.environ, "SQLALCHEMY_SILENCE_UBER_WARNING": "1", **quiet}
    project.log.parent.mkdir(parents=True, exist_ok=True)
    with project.log.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=project.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent(),
        )
        try:
            while process.poll() is None:
                progress.step("training the model")
                time.sleep(0.3)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    # Rasa ends with 0 after some failures: what counts is a model.
    if process.returncode != 0 or not model.is_file():
        text = project.log.read_text(encoding="utf-8", errors="replace")
        reason = explain(text) or f"rasa train ended with exit code {process.returncode}"
        raise TrainingError(f"Training failed: {reason} (log: {project.log})")


def _forget_old(models: Path) -> None:
    found = sorted(models.glob("unknot-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in found[KEEP:]:
        old.unlink()


@contextlib.contextmanager
def _only_one(lock: Path, progress: Progress) -> Iterator[None]:
    """Lets one process train at a time; a lock whose process has ended does not count."""
    if os.name != "posix":
        yield
        return
    import fcntl

    with lock.open("w") as handle:
        deadline = time.monotonic() + _LOCK_WAIT
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise TrainingError("Another process has been training for too long.") from error
                progress.step("another process is training the model; waiting for it")
                time.sleep(0.5)
        yield


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make train", description=__doc__)
    parser.add_argument("--force", action="store_true", help="train even if nothing has changed")
    arguments = parser.parse_args()
    progress = Progress()
    try:
        before = current_model(Project())
        model = train(progress=progress, force=arguments.force)
    except TrainingError as error:
        progress.say(str(error))
        return 1
    unchanged = before == model and not arguments.force
    progress.say(f"{'Nothing has changed; the model is' if unchanged else 'Trained'} {model.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
