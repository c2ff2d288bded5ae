"""Rasa's default NLU pipeline on the same data, in an environment of its own that has the real TensorFlow.

Run as a program by that environment's Python, it reads what to train and test from standard input and prints the
share right as JSON; there it imports nothing of ours. A result is kept on disk under the hash of everything it was
measured from, since one takes from ten minutes to an hour.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "bench"
# As `rasa init` writes it, with the intents alone.
PIPELINE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
]


@dataclass(frozen=True)
class Peer:
    """The Python of the other environment."""

    python: Path
    HOW: ClassVar[str] = (
        "it needs the real TensorFlow in an environment of its own, `UV_PROJECT_ENVIRONMENT=$PWD/.venv-peer "
        "uv sync --frozen --project ops/python/peer`, which is then found by itself."
    )

    @classmethod
    def find(cls, python: Path | None) -> Peer | None:
        """The one given, else the one in `.venv-peer`, else none."""
        python = python or ROOT / ".venv-peer" / "bin" / "python"
        return cls(python) if python.is_file() else None

    def percent(self, train: Any, test: Any, pipeline: list[dict[str, Any]] | None = None) -> float:
        """Percent of `test` that the pipeline guesses after training on `train` (both with texts and labels)."""
        task = {
            "pipeline": pipeline or PIPELINE,
            "train": list(zip(train.texts, train.labels, strict=True)),
            "test": list(zip(test.texts, test.labels, strict=True)),
        }
        asked = json.dumps(task)
        kept = CACHE / f"peer-{hashlib.sha256(asked.encode()).hexdigest()}.json"
        if not kept.is_file():
            command = [str(self.python), "-W", "ignore", str(Path(__file__).resolve())]
            done = subprocess.run(  # noqa: S603 - our own file, by the Python that was chosen on the command line
                command, input=asked, capture_output=True, text=True, check=True, cwd=ROOT
            )
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(done.stdout.strip().splitlines()[-1], encoding="utf-8")
        return float(json.loads(kept.read_text(encoding="utf-8"))["percent"])


def measure(task: dict[str, Any], folder: Path) -> float:
    """Train and test in this process; percent right."""
    import rasa.model_training
    import yaml
    from rasa.core.agent import Agent

    groups: dict[str, list[str]] = {}
    for text, label in task["train"]:
        groups.setdefault(label, []).append(" ".join(text.split()))
    nlu = [{"intent": label, "examples": "".join(f"- {t}\n" for t in texts)} for label, texts in groups.items()]
    files = {
        "nlu.yml": {"version": "3.1", "nlu": nlu},
        "config.yml": {"recipe": "default.v1", "language": "en", "pipeline": task["pipeline"]},
        "domain.yml": {"version": "3.1", "intents": sorted(groups)},
    }
    for name, content in files.items():
        # Rasa knows a file of examples by a line that begins with "nlu:", which JSON has not.
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, width=10_000), encoding="utf-8")
    model = rasa.model_training.train_nlu(
        str(folder / "config.yml"),
        str(folder / "nlu.yml"),
        str(folder / "models"),
        domain=str(folder / "domain.yml"),
    )
    agent = Agent.load(str(model))
    loop = asyncio.new_event_loop()
    said = [loop.run_until_complete(agent.parse_message(text))["intent"]["name"] for text, _ in task["test"]]
    hits = sum(bool(s == label) for s, (_, label) in zip(said, task["test"], strict=True))
    return 100 * hits / len(said)


def main() -> None:
    """Read the task, print the result as the last line."""
    task = json.loads(sys.stdin.read())
    with tempfile.TemporaryDirectory() as folder:
        percent = measure(task, Path(folder))
    sys.stdout.write(json.dumps({"percent": percent}) + "\n")


if __name__ == "__main__":
    main()
