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

from benchmarks import machine, sample
from benchmarks.environments import CACHE
from unknot.launch.progress import Progress
from unknot.settings import ROOT

KEPT = CACHE / "peer"
INPUTS = ("domain.yml", "data")
_DEFAULTS = "lib/python3.10/site-packages/rasa/engine/recipes/config_files/default_config.yml"  # ops/python/peer
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


def fingerprint(config: str, examples: int = 0, root: Path = ROOT) -> str:
    """SHA-256 of everything the peer is trained from; `examples`: how many are taken, 0 for all."""
    digest = hashlib.sha256(f"{config}\0{examples}".encode())
    for name in INPUTS:
        path = root / name
        for file in sorted(path.rglob("*.yml")) if path.is_dir() else [path]:
            digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def default_config(python: Path) -> str:
    """Rasa's own default configuration, with a name for the assistant, which it asks for."""
    config = yaml.safe_load((python.parents[1] / _DEFAULTS).read_text(encoding="utf-8"))
    return yaml.safe_dump({**config, "assistant_id": "peer"}, sort_keys=False)


def trained(python: Path, progress: Progress, *, examples: int = 0, accept_earlier: bool = False) -> Peer:
    """The peer's model from the inputs as they are, trained once and kept with the time it took.

    `examples`: a stratified sample of about so many, 0 for all. With `accept_earlier`, the newest kept model of the
    same `examples` will do where the inputs have changed since.
    """
    config = default_config(python)
    folder = KEPT / fingerprint(config, examples)[:16]
    if not (folder / _ENDED).is_file():
        if accept_earlier and (earlier := _newest(examples)):
            progress.say("The peer's model is of earlier data, as was asked for.")
            return _load(python, earlier, same=False)
        _train(python, folder, config, examples, progress)
    return _load(python, folder, same=True)


def _newest(examples: int) -> Path | None:
    ended = sorted(KEPT.glob(f"*/{_ENDED}"), key=lambda path: path.stat().st_mtime)
    of_size = [path for path in ended if json.loads(path.read_text(encoding="utf-8"))["sample"] == examples]
    return of_size[-1].parent if of_size else None


def _load(python: Path, folder: Path, *, same: bool) -> Peer:
    return Peer(python, folder, json.loads((folder / _ENDED).read_text(encoding="utf-8")), same)


def _train(python: Path, folder: Path, config: str, examples: int, progress: Progress) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    sample.write(ROOT, folder, examples)
    (folder / "config.yml").write_text(config, encoding="utf-8")
    log = folder / "train.log"
    progress.say(f"Training the peer with Rasa's own epochs; this takes long, once. Log: {log}")
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
    counted = {"examples": sample.size(folder), "sample": examples}
    result = {**cost.as_dict(), "machine": machine.size(), **counted}
    (folder / _ENDED).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def epoch(log: Path) -> str:
    """Where Rasa's training is by the end of its log, such as "DIETClassifier, epoch 43/100"."""
    with log.open("rb") as file:
        text = file.read().decode("utf-8", "replace")
    begun = re.findall(r"Starting to train component '(\w+)'", text)
    epochs = re.findall(r"Epochs:[^\r\n]*?\| (\d+/\d+) ", text[text.rfind("Starting to train") :])
    return ", epoch ".join([*begun[-1:], *epochs[-1:]]) or "starting"
