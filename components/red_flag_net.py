"""The second net for red flags: the meaning of a sentence, learnt from examples, whatever words it uses.

The first net is the clinical reader's rules. This one is kernel ridge regression for each finding over the
whole message and each clause. Examples in `data/nlu` carry the finding they state as
Rasa metadata `finding: <id>` (several: separated by commas); every other example counts as stating none.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, METADATA, METADATA_EXAMPLE, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from clinical_text.types import POSSIBLE, PRESENT, SELF, Clause
from components.calibration import Calibration, fit_each
from components.kernel import KernelModel, Matrix, Settings, fit
from components.minilm import shared_encoder
from components.units import UNIT_INTENTS, units


def findings_of(example: Message) -> frozenset[str]:
    """Finding ids that a training example states, from its metadata (the example's own before the block's)."""
    metadata = example.get(METADATA) or {}
    for level in (METADATA_EXAMPLE, METADATA_INTENT):
        own = metadata.get(level) or {}
        if "finding" in own:
            return frozenset(part.strip() for part in str(own["finding"]).split(",")) - {"none", ""}
    return frozenset()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class RedFlagNet(GraphComponent, EntityExtractorMixin):
    """Adds `finding` entities, "present" from one threshold on and "possible" from a lower one."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Thresholds on the probability of a finding; `stating`: intents in which people state what they have
        (empty: all); settings of the kernel and of the encoder."""
        return {
            "present": 0.85,
            "possible": 0.45,
            "stating": [],
            "gamma": 1.0,
            "lexical": 0.2,
            "ridge": 0.1,
            "balance": 0.75,
            "landmarks": 8000,
            "threads": 1,
            "max_tokens": 128,
            "cache_size": 512,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: KernelModel | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model = model
        self._calibration = calibration or Calibration(15.0, 0.5)
        self._encoder = shared_encoder(config["threads"], config["max_tokens"], config["cache_size"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RedFlagNet:
        """Rasa's constructor of an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> RedFlagNet:
        """Rasa's constructor of a trained component. Raises ValueError when it was never trained."""
        with model_storage.read_from(resource) as folder:
            calibration = Calibration(**json.loads((folder / "calibration.json").read_text()))
            return cls(config, model_storage, resource, KernelModel.load(folder), calibration)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all intent examples and keep the weights in the model."""
        texts, labels = training_units(training_data.intent_examples)
        settings = Settings(*(self._config[key] for key in ("gamma", "lexical", "ridge", "balance", "landmarks")))
        self._model, scores = fit(texts, self._encoder.encode(texts), labels, settings)
        right = np.array([[name in own for name in self._model.labels] for own in labels])
        self._calibration = fit_each(scores, right)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
            about = {"slope": self._calibration.slope, "middle": self._calibration.middle}
            (folder / "calibration.json").write_text(json.dumps(about))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Append the findings to the entities of each message."""
        for message in messages:
            found = self.add_extractor_name(self._read(message))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _read(self, message: Message) -> list[dict[str, Any]]:
        text = message.get(TEXT) or ""
        if self._model is None or not text.strip():
            return []
        parts = units(text)
        texts = [part.text for part in parts]
        scores: Matrix = self._calibration.each(self._model.scores(texts, self._encoder.encode(texts)))
        states = [self._states(part, message.get(UNIT_INTENTS) or {}) for part in parts]
        found = []
        for column, finding in enumerate(self._model.labels):
            row = int(scores[:, column].argmax())
            read = [
                entity
                for entity in message.get(ENTITIES, [])
                if entity.get("entity") == "finding" and entity.get("value") == finding
            ]
            entity = self._entity(finding, parts[row], float(scores[row, column]), states[row], read)
            if entity:
                found.append(entity)
        return found

    def _states(self, part: Clause, intents: dict[tuple[int, int], str]) -> bool:
        """Whether this part of the message states something, rather than asks or denies."""
        if part.text.rstrip().endswith("?"):
            return False
        stating, intent = self._config["stating"], intents.get((part.start, part.end))
        return not stating or intent is None or intent in stating

    def _entity(
        self, finding: str, part: Clause, score: float, states: bool, read: list[dict[str, Any]]
    ) -> dict[str, Any] | None:
        """What the net says of a finding, given what the clinical reader `read` of the same one.

        The net sees meaning but reads grammar badly: where the reader says that the finding is denied, over or only
        asked about, the reader is right; and where nothing is stated ("fever?"), it is at most possible.
        """
        here = [e for e in read if e["start"] < part.end and part.start < e["end"]] or read
        if here and not any(e.get("assertion") in (PRESENT, POSSIBLE) for e in here):
            return None
        certain = self._config["present"]
        if score < (self._config["possible"] if states else certain):
            return None
        return {
            "entity": "finding",
            "value": finding,
            "start": part.start,
            "end": part.end,
            "assertion": PRESENT if states and score >= certain else POSSIBLE,
            "experiencer": here[0].get("experiencer", SELF) if here else SELF,
            "confidence": round(score, 4),
        }


def training_units(examples: list[Message]) -> tuple[list[str], list[frozenset[str]]]:
    """Texts to learn from and the findings that each states.

    An example that states findings counts as a whole, for it is not known which of its clauses states them; one that
    states none counts by clause too, since none of its clauses does either.
    """
    texts: list[str] = []
    labels: list[frozenset[str]] = []
    for example in examples:
        text = example.get(TEXT)
        if not text:
            continue
        findings = findings_of(example)
        own = [text] if findings else [part.text for part in units(text)]
        texts.extend(own)
        labels.extend([findings] * len(own))
    return texts, labels
