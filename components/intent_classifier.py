"""What a message is about: its intent, and the questions asked in its clauses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from clinical_text.types import Clause
from components.calibration import Calibration, fit_shared
from components.kernel import KernelModel, Matrix, Settings, fit
from components.minilm import shared_encoder
from components.units import UNIT_INTENTS, units


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,
)
class MeaningClassifier(IntentClassifier, GraphComponent, EntityExtractorMixin):
    """Kernel ridge regression over the intents, with calibrated confidences.

    A message of several clauses is classified as a whole; in addition every clause that asks one of `questions`
    gives an entity `question`, unless that is the intent of the message. Where the clauses ask two or more questions
    and the whole looks like none of them (a blend of both), the first becomes the intent.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Settings of the kernel and the encoder; `merge`: intents that are trained as another one; `not_questions`:
        intents that no clause is read for; `anywhere`: intents that take over the message from one clause, with the
        least probability for it; `joining`, `second`, `both`: words, and probabilities of the second and of both
        together, from which on a clause is taken to ask two questions.
        """
        return {
            "gamma": 1.0,
            "lexical": 0.2,
            "ridge": 0.1,
            "balance": 0.75,
            "landmarks": 8000,
            "merge": {},
            "not_questions": [],
            "anywhere": {},
            "question_threshold": 0.5,
            "joining": ["and", "or", "also", "plus", "&", "+", "/", ","],
            "second": 0.2,
            "both": 0.7,
            "ranking_length": 10,
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
    ) -> MeaningClassifier:
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
    ) -> MeaningClassifier:
        """Rasa's constructor of a trained component. Raises ValueError when it was never trained."""
        with model_storage.read_from(resource) as folder:
            calibration = Calibration(**json.loads((folder / "calibration.json").read_text()))
            return cls(config, model_storage, resource, KernelModel.load(folder), calibration)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the intent examples, calibrate on their leave-one-out scores, keep both in the model."""
        examples = [(e.get(TEXT), e.get(INTENT)) for e in training_data.intent_examples if e.get(TEXT)]
        texts = [text for text, _ in examples]
        labels = [self._config["merge"].get(intent, intent) for _, intent in examples]
        settings = Settings(*(self._config[key] for key in ("gamma", "lexical", "ridge", "balance", "landmarks")))
        self._model, scores = fit(
            texts, self._encoder.encode(texts), [frozenset([label]) for label in labels], settings
        )
        index = np.array([self._model.labels.index(label) for label in labels])
        self._calibration = fit_shared(scores, index)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
            about = {"slope": self._calibration.slope, "middle": self._calibration.middle}
            (folder / "calibration.json").write_text(json.dumps(about))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and `question` entities of each message."""
        for message in messages:
            self._classify(message)
        return messages

    def probabilities(self, texts: Sequence[str]) -> Matrix:
        """Probability of each intent for each text, shape (texts, intents); the model must be trained."""
        if self._model is None:
            raise ValueError("The classifier is not trained.")
        scores = self._model.scores(texts, self._encoder.encode(texts))
        return self._calibration.shared(scores)

    def _classify(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        if self._model is None or not any(character.isalnum() or character == "?" for character in text):
            message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
            return
        parts = units(text)
        rows = self.probabilities([part.text for part in parts])
        best = rows.argmax(axis=1)
        intents = {(p.start, p.end): self._model.labels[at] for p, at in zip(parts, best, strict=True)}
        message.set(UNIT_INTENTS, intents)
        ranking = [{"name": self._model.labels[at], "confidence": float(rows[0, at])} for at in np.argsort(-rows[0])]
        asked = self._questions(parts[1:], rows[1:])
        first = next(iter(asked), None)
        if len(asked) > 1 and first and ranking[0]["name"] not in asked and self._asks(str(ranking[0]["name"])):
            ranking = _to_the_front(ranking, first, asked[first]["confidence"])
        self._answer_both(text, ranking, asked)
        for name, least in self._config["anywhere"].items():
            column = self._model.labels.index(name)
            clear = float(rows[:, column].max())
            if clear >= least and name != ranking[0]["name"]:
                ranking = _to_the_front(ranking, name, clear)
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking_length"]], add_to_output=True)
        others = [entity for name, entity in asked.items() if name != ranking[0]["name"]]
        message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(others), add_to_output=True)

    def _answer_both(self, text: str, ranking: list[dict[str, Any]], asked: dict[str, dict[str, Any]]) -> None:
        """Where one clause holds two questions ("my heart or my kidneys?"), let both be answered, in place.

        Otherwise the two would share the probability and the fallback would ask which was meant.
        """
        if len(ranking) < 2:
            return
        first, second = ranking[:2]
        both = first["confidence"] + second["confidence"]
        joined = not set(self._config["joining"]).isdisjoint(text.lower().replace(",", " , ").split())
        likely = second["confidence"] >= self._config["second"] and both >= self._config["both"]
        if joined and likely and self._asks(first["name"]) and self._asks(second["name"]):
            first["confidence"] = both
            second["confidence"] = 0.0
            name = str(second["name"])
            entity = {"entity": "question", "value": name, "start": 0, "end": len(text)}
            asked.setdefault(name, {**entity, "confidence": round(both, 4)})

    def _asks(self, intent: str) -> bool:
        return intent not in self._config["not_questions"]

    def _questions(self, parts: list[Clause], rows: Matrix) -> dict[str, dict[str, Any]]:
        """Entities by question id, in the order of the text."""
        found: dict[str, dict[str, Any]] = {}
        for part, row in zip(parts, rows, strict=True):
            best = int(row.argmax())
            label = self._model.labels[best] if self._model else ""
            if self._asks(label) and row[best] >= self._config["question_threshold"] and label not in found:
                found[label] = {
                    "entity": "question",
                    "value": label,
                    "start": part.start,
                    "end": part.end,
                    "confidence": round(float(row[best]), 4),
                }
        return found


def _to_the_front(ranking: list[dict[str, Any]], name: str, confidence: float) -> list[dict[str, Any]]:
    rest = [item for item in ranking if item["name"] != name]
    return [{"name": name, "confidence": confidence}, *rest]
