"""What does not depend on load: bare encoding, training, installed size, and what is stored already."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import machine, sample
from benchmarks.conversations import messages
from benchmarks.load import talk
from benchmarks.many_conversations import measure as measure_stored
from benchmarks.peer import QUIET, Peer
from benchmarks.speed import quantile
from benchmarks.systems import PEER, UNKNOT, System
from scripts.servers import MissingServerError
from unknot.encoder.minilm import MiniLM, packaged_files
from unknot.launch.progress import Progress
from unknot.launch.train import TrainingError
from unknot.settings import ROOT

_FIRST = 900_000  # conversations that no other measurement uses


def encoding(system: System, count: int, progress: Progress) -> dict[str, Any]:
    """Milliseconds of a whole turn and of bare encoding, for the same messages, each sent once."""
    texts = list(dict.fromkeys(messages(count, _FIRST)))
    encoder = MiniLM(*packaged_files(), cache_size=0)
    encoder.encode(texts[:20])
    turns, bare = [], []
    for number, text in enumerate(texts):
        progress.step(f"turns and bare encoding of {len(texts)} messages")
        turns.append(1000 * talk(system.webhook, f"encoding-{number // 7}", [text])[0].took)
        bare.append(1000 * median([_timed(encoder, text) for _ in range(5)]))
    each = [turn / alone for turn, alone in zip(turns, bare, strict=True)]
    return {
        "messages": len(texts),
        "turn_p50": round(median(turns), 2),
        "bare_p50": round(median(bare), 2),
        "ratio_p50": round(median(each), 2),
        "ratio_spread": [round(quantile(each, share), 2) for share in (0.25, 0.75)],
    }


def _timed(encoder: MiniLM, text: str) -> float:
    started = time.perf_counter()
    encoder.encode([text])
    return time.perf_counter() - started


def training(peer: Peer, folder: Path, progress: Progress) -> dict[str, Any]:
    """Training of ours from nothing, now, on the peer's own data, beside what was noted when the peer was trained.

    Where the peer had a sample of the examples, ours is trained on all of them as well.
    """
    shutil.rmtree(folder, ignore_errors=True)
    found = {
        UNKNOT: _train(peer.folder, folder, progress),
        PEER: dict(peer.training),
        "same_inputs": peer.same_inputs,
    }
    if peer.training["sample"]:
        found["all"] = _train(ROOT, folder, progress)
    return found


def _train(inputs: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    """Our pipeline and policies on the domain and data of `inputs`."""
    command = [sys.executable, "-m", "rasa", "train", "--force", "--out", str(folder), "--fixed-model-name", "ours"]
    command += ["--domain", str(inputs / "domain.yml"), "--data", str(inputs / "data")]
    environment = {**os.environ, **QUIET, "RASA_MAX_CACHE_SIZE": "0", "PYTHONHASHSEED": "0"}
    environment.pop("OMP_NUM_THREADS", None)
    model = folder / "ours.tar.gz"
    model.unlink(missing_ok=True)
    cost = machine.timed(
        command,
        folder=ROOT,
        log=folder / "train.log",
        environment=environment,
        while_waiting=lambda: progress.step("training ours from nothing"),
    )
    if not model.is_file():  # Rasa ends with 0 after some failures
        raise TrainingError(f"Our training left no model (log: {folder / 'train.log'})")
    return {**cost.as_dict(), "machine": machine.size(), "examples": sample.size(inputs)}


def many(model: Path, count: int, progress: Progress) -> dict[str, Any]:
    """Start and turns of ours on an empty database and on one with `count` conversations, by kind of database."""
    found: dict[str, Any] = {"count": count, "rows": [], "missing": []}
    for kind in ("sqlite", "postgresql"):
        progress.step(f"{count} stored conversations in {kind}")
        try:
            found["rows"] += [[kind, *row] for row in measure_stored(kind, model, count, 20)]
        except MissingServerError as error:
            found["missing"].append(f"{kind}: {error}")
    return found


def sizes(own: Path, peer: Path) -> dict[str, Any]:
    """Bytes on disk of both environments, compiled files included, with what takes most in ours.

    The peer's environment holds the packages that only our pipeline needs as well; they are not counted.
    """
    roots = "rasa", "rasa-sdk", "tensorflow", "tensorflow-text", "tensorflow-hub", "tensorflow-io-gcs-filesystem"
    apart = _packages(peer / "bin" / "python", roots)
    whole = machine.disk(peer)
    return {
        UNKNOT: {"bytes": machine.disk(own), "largest": _largest(own)},
        PEER: {"bytes": whole - apart["others"], "with_ours": whole},
        "left_out": apart["names"],
    }


def _packages(python: Path, roots: tuple[str, ...]) -> dict[str, Any]:
    """Bytes and names of the installed packages that none of `roots` needs."""
    script = Path(__file__).with_name("needed.py")
    done = subprocess.run([str(python), str(script), *roots], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _largest(environment: Path, count: int = 12) -> list[tuple[str, int]]:
    folders = [path for path in next(environment.glob("lib/python*/site-packages")).iterdir() if path.is_dir()]
    measured = sorted(((path.name, machine.disk(path)) for path in folders), key=lambda item: -item[1])
    return measured[:count]
