"""A smaller project to train from: the same domain, rules and stories, and a stratified sample of the examples."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_LEAST = 2  # examples of every intent, as far as it has them: Rasa warns below


def blocks(nlu: Path) -> list[dict[str, Any]]:
    """The blocks of all files in the folder `nlu` that give examples of an intent; `examples` as a list."""
    files = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(nlu.glob("*.yml")))
    found = [block for file in files for block in file.get("nlu") or () if "intent" in block]
    return [{**block, "examples": _messages(block["examples"])} for block in found]


def _messages(examples: str) -> list[str]:
    lines = (line.strip() for line in examples.splitlines())
    return [line[2:] for line in lines if line.startswith("- ")]


def shares(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """How many of each are taken so that the whole is about `count` and the proportions stay."""
    whole = sum(sizes.values())
    return {name: min(size, max(_LEAST, round(count * size / whole))) for name, size in sizes.items()}


def write(root: Path, folder: Path, count: int) -> None:
    """Copies `domain.yml` and `data` of the project `root` into `folder`; with all examples (0) or about `count`."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / "domain.yml", folder)
    shutil.copytree(root / "data", folder / "data")
    if count:
        nlu = folder / "data" / "nlu"
        thinned = _thinned(blocks(nlu), count)
        shutil.rmtree(nlu)
        nlu.mkdir()
        content = {"version": "3.1", "nlu": thinned}
        (nlu / "sample.yml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _thinned(found: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Blocks as Rasa reads them, with about `count` examples, the same ones for the same data."""
    sizes = Counter[str]()
    for block in found:
        sizes[block["intent"]] += len(block["examples"])
    taken = {
        intent: set(random.Random(intent).sample(range(sizes[intent]), share))
        for intent, share in shares(sizes, count).items()
    }
    thinned, seen = [], Counter[str]()
    for block in found:
        intent, messages = block["intent"], block["examples"]
        kept = [text for at, text in enumerate(messages, seen[intent]) if at in taken[intent]]
        seen[intent] += len(messages)
        if kept:
            thinned.append({**block, "examples": "".join(f"- {text}\n" for text in kept)})
    return thinned


def size(folder: Path) -> int:
    """How many example messages a project's training data has."""
    return sum(len(block["examples"]) for block in blocks(folder / "data" / "nlu"))
