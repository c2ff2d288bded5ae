"""Finds the questions in a message that holds several, or a question beside facts."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.linear import LinearModel, fit_exclusive
from components.minilm import shared_encoder
from components.units import units

NONE = "none"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class QuestionSplitter(GraphComponent, EntityExtractorMixin):
    """Adds a `question` entity for each question id that a clause asks, other than the message's own intent.

    A classifier of its own, over the vectors of clauses: question intents against one class of everything else.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`others`: the intents that are no questions about backs; `threshold`: least probability."""
        return {
            "others": [],
            "threshold": 0.5,
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
    ) -> QuestionSplitter:
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
    ) -> QuestionSplitter:
        """Rasa's constructor of a trained component. Raises ValueError when it was never trained."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all intent examples and keep the weights in the model."""
        others = set(self._config["others"])
        examples = [(e.get(TEXT), e.get(INTENT)) for e in training_data.intent_examples if e.get(TEXT)]
        vectors = self._encoder.encode([text for text, _ in examples])
        labels = [NONE if intent in others else intent for _, intent in examples]
        self._model = fit_exclusive(vectors, labels, self._config["c"])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Append the questions to the entities of each message."""
        for message in messages:
            own = (message.get(INTENT) or {}).get("name")
            found = [entity for entity in self._read(message.get(TEXT) or "") if entity["value"] != own]
            message.set(
                ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(found), add_to_output=True
            )
        return messages

    def _read(self, text: str) -> list[dict[str, Any]]:
        parts = units(text)[1:]
        if self._model is None or not parts:
            return []
        scores = self._model.probabilities(self._encoder.encode([part.text for part in parts]))
        found: dict[str, dict[str, Any]] = {}
        for part, row in zip(parts, scores, strict=True):
            best = int(row.argmax())
            label, score = self._model.labels[best], float(row[best])
            if label == NONE or score < self._config["threshold"] or label in found:
                continue
            found[label] = {
                "entity": "question",
                "value": label,
                "start": part.start,
                "end": part.end,
                "confidence": round(score, 4),
            }
        return list(found.values())
