"""A trained model's NLU, in this process: a text goes in, what the assistant understood comes out."""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from evaluation import ids

MODELS = Path(__file__).resolve().parents[1] / "models"
FALLBACK = "nlu_fallback"
_NOW = "stated"
_COURSES = ("unknown", "new")


@dataclass(frozen=True)
class Parsed:
    """What one message became.

    `guess` is the classifier's best intent before fallback and emergency guard had their say, with its `confidence`
    (0 to 1); `intent` is the final one. `seconds` is wall time, `cpu` the processor time of this process.
    """

    text: str
    intent: str
    guess: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[dict[str, Any], ...]
    seconds: float
    cpu: float

    def mentions(self, kind: str) -> list[dict[str, Any]]:
        """Entities of a kind, in the order of the text."""
        found = [entity for entity in self.entities if entity.get("entity") == kind]
        return sorted(found, key=lambda entity: int(entity.get("start") or 0))

    def findings(self, certainty: str = _NOW) -> set[str]:
        """Finding ids that the patient has now, with this certainty (stated, possible)."""
        return {
            str(e["value"])
            for e in self.mentions("finding")
            if e.get("certainty") == certainty and e.get("course") in _COURSES and e.get("owner") == "patient"
        }

    @property
    def guarded(self) -> bool:
        """The guard answers it as an emergency."""
        return self.intent == "report_emergency"

    @property
    def alarm(self) -> bool:
        """An emergency is asserted: by the guard's intent, or by an entity that is an emergency by itself."""
        return self.guarded or bool(self.findings() & ids.EMERGENCIES)

    @property
    def asks(self) -> bool:
        """No alarm, but one of the nets is unsure, so that one direct question is asked."""
        return not self.alarm and bool(self.findings("possible") & ids.EMERGENCIES)

    @property
    def crisis(self) -> bool:
        """It is answered as a crisis, alone or together with an emergency."""
        return self.intent == "report_crisis" or bool(self.mentions("crisis"))

    @property
    def questions(self) -> set[str]:
        """The intent and the further questions in the message."""
        return {self.intent, self.guess, *(str(e["value"]) for e in self.mentions("question"))}


class Nlu:
    """The NLU of a model file.

    Args:
        model: path of a model that `rasa train` made.
    """

    def __init__(self, model: Path) -> None:
        self.bare = resident_mb(_agent_class())
        self._agent = _agent_class().load(str(model))
        if not self._agent.is_ready():
            raise FileNotFoundError(f"{model} is not a model that can be loaded")
        self._loop = asyncio.new_event_loop()

    def parse(self, text: str) -> Parsed:
        """Understand one message, as if it were the first of a conversation."""
        start, cpu = time.perf_counter(), time.process_time()
        found = self._loop.run_until_complete(self._agent.parse_message(text))
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        intent = str((found.get("intent") or {}).get("name") or FALLBACK)
        ranking = tuple(
            (str(item["name"]), float(item["confidence"]))
            for item in found.get("intent_ranking") or ()
            if item.get("name") != FALLBACK
        )
        guess, confidence = ranking[0] if ranking else (intent, 0.0)
        entities = tuple(found.get("entities") or ())
        return Parsed(text, intent, guess, confidence, ranking, entities, seconds, cpu)

    def used_mb(self) -> float:
        """Resident memory in MB above that of Rasa with no model loaded, so far in this process."""
        return resident_mb() - self.bare


def hush() -> None:
    """Silence warnings and logs of this process: Rasa logs what was typed at debug level."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def newest_model(folder: Path = MODELS) -> Path:
    """The newest model in `folder`. Raises FileNotFoundError when there is none."""
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise FileNotFoundError(f"no model in {folder}: run `make train` first")
    return models[-1]


def resident_mb(_after: object = None) -> float:
    """Resident memory of this process in MB (0 where the system does not tell)."""
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.is_file() else ():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _agent_class() -> Any:
    # Rasa takes seconds to import; the loader of the sets and the measures must not wait for it.
    from rasa.core.agent import Agent

    return Agent
