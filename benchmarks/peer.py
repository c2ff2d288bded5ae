"""The peer: Rasa's default pipeline on our domain, examples and stories, with the real TensorFlow.

Its configuration is not written down here: it is the file that Rasa fills into an empty `config.yml`, read from the
installed package. Nothing of ours but the actions takes part in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks import machine
from benchmarks.environments import CACHE
from scripts.progress import Progress
from settings import ROOT

KEPT = CACHE / "peer"
INPUTS = ("domain.yml", "data")
_DEFAULTS = "lib/python3.10/site-packages/rasa/engine/recipes/config_files/default_config.yml"
_ENDED = "trained.json"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}


class PeerError(RuntimeError):
    """The peer cannot be had; the message says why."""


@dataclass(frozen=True)
class Peer:
    """A trained peer: its Python, the folder of its project, and how the training went."""

    python: Path
    folder: Path
    training: dict[str, object]
    same_inputs: bool

    @property
    def model(self) -> Path:
        """The trained model."""
        return self.folder / "models" / "peer.tar.gz"


def fingerprint(config: str, root: Path = ROOT) -> str:
    """SHA-256 of everything the peer is trained from."""
    digest = hashlib.sha256(config.encode())
    for name in INPUTS:
        path = root / name
        for file in sorted(path.rglob("*.yml")) if path.is_dir() else [path]:
            digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def default_config(python: Path) -> str:
    """Rasa's own default configuration, with a name for the assistant, which it asks for."""
    config = yaml.safe_load((python.parents[1] / _DEFAULTS).read_text(encoding="utf-8"))
    return yaml.safe_dump({**config, "assistant_id": "peer"}, sort_keys=False)


def trained(python: Path, progress: Progress, *, accept_earlier: bool = False) -> Peer:
    """The peer's model from the inputs as they are, trained once and kept with the time it took.

    With `accept_earlier`, the newest kept model will do where the inputs have changed since (for development).
    """
    config = default_config(python)
    folder = KEPT / fingerprint(config)[:16]
    if not (folder / _ENDED).is_file():
        if accept_earlier and (earlier := _newest()):
            progress.say("The peer's model is of earlier data, as was asked for.")
            return _load(python, earlier, same=False)
        _train(python, folder, config, progress)
    return _load(python, folder, same=True)


def _newest() -> Path | None:
    ended = sorted(KEPT.glob(f"*/{_ENDED}"), key=lambda path: path.stat().st_mtime)
    return ended[-1].parent if ended else None


def _load(python: Path, folder: Path, *, same: bool) -> Peer:
    return Peer(python, folder, json.loads((folder / _ENDED).read_text(encoding="utf-8")), same)


def _train(python: Path, folder: Path, config: str, progress: Progress) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "config.yml").write_text(config, encoding="utf-8")
    shutil.copy(ROOT / "domain.yml", folder)
    shutil.copytree(ROOT / "data", folder / "data")
    log = folder / "train.log"
    progress.say(f"Training the peer with Rasa's own epochs; this takes long, once. Log: {log}")
    busy = machine.load()
    command = [str(python), "-m", "rasa", "train", "--fixed-model-name", "peer"]
    variables = {**os.environ, **QUIET, "PYTHONHASHSEED": "0"}
    variables.pop("OMP_NUM_THREADS", None)
    try:
        cost = machine.timed(
            command,
            folder=folder,
            log=log,
            environment=variables,
            while_waiting=lambda: progress.step(f"training the peer: {epoch(log)}"),
        )
    except RuntimeError as error:
        raise PeerError(f"The peer could not be trained: {error}") from error
    if not (folder / "models" / "peer.tar.gz").is_file():
        raise PeerError(f"The peer's training left no model (log: {log})")
    result = {**cost.as_dict(), "machine": machine.size(), "load_before": busy, "examples": _examples(folder)}
    (folder / _ENDED).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def epoch(log: Path) -> str:
    """Where Rasa's training is by the end of its log, such as "DIETClassifier, epoch 43/100"."""
    with log.open("rb") as file:
        text = file.read().decode("utf-8", "replace")
    begun = re.findall(r"Starting to train component '(\w+)'", text)
    epochs = re.findall(r"Epochs:[^\r\n]*?\| (\d+/\d+) ", text[text.rfind("Starting to train") :])
    return ", epoch ".join([*begun[-1:], *epochs[-1:]]) or "starting"


def _examples(folder: Path) -> int:
    """How many example messages the training data has."""
    files = (folder / "data" / "nlu").glob("*.yml")
    items = [item for file in files for item in yaml.safe_load(file.read_text(encoding="utf-8")).get("nlu") or ()]
    return sum(
        line.startswith("- ") for item in items if "intent" in item for line in str(item["examples"]).splitlines()
    )
