"""The second net for red flags: the meaning of a sentence, learnt from examples, whatever words it uses.

The first net is the clinical reader's rules. This one is a logistic regression for each finding over the vectors of
`components.minilm`, of the whole message and of each clause. Examples in `data/nlu` carry the finding they state as
Rasa metadata `finding: <id>` (several: separated by commas); every other example counts as stating none.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, METADATA, METADATA_EXAMPLE, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from clinical_text.types import POSSIBLE, PRESENT, SELF, Clause
from components.linear import LinearModel, Matrix, fit_each
from components.minilm import shared_encoder
from components.units import units

logger = logging.getLogger(__name__)


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
        """Thresholds on the probability of a finding, and the classifier's C."""
        return {
            "present": 0.8,
            "possible": 0.5,
            "c": 10.0,
            "threads": 1,
            "max_tokens": 128,
            "cache_size": 512,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model = model
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
            return cls(config, model_storage, resource, LinearModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all intent examples and keep the weights in the model."""
        texts, labels = training_units(training_data.intent_examples)
        self._model = fit_each(self._encoder.encode(texts), labels, self._config["c"])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Append the findings to the entities of each message."""
        for message in messages:
            entities = message.get(ENTITIES, []) + self.add_extractor_name(
                self._read(message.get(TEXT) or "")
            )
            message.set(ENTITIES, entities, add_to_output=True)
        return messages

    def _read(self, text: str) -> list[dict[str, Any]]:
        if self._model is None or not text.strip():
            return []
        parts = units(text)
        scores: Matrix = self._model.probabilities(self._encoder.encode([part.text for part in parts]))
        found = []
        for column, finding in enumerate(self._model.labels):
            row = int(scores[:, column].argmax())
            score = float(scores[row, column])
            if score >= self._config["possible"]:
                found.append(self._entity(finding, parts[row], score))
        return found

    def _entity(self, finding: str, part: Clause, score: float) -> dict[str, Any]:
        return {
            "entity": "finding",
            "value": finding,
            "start": part.start,
            "end": part.end,
            "assertion": PRESENT if score >= self._config["present"] else POSSIBLE,
            "experiencer": SELF,
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
