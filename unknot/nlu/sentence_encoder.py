"""Reads every message once for all that classify it: its units, their vectors, their likeness to the landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from unknot.encoder.kernel import Landmarks, Matrix
from unknot.encoder.minilm import shared_encoder
from unknot.nlu.units import units
from unknot.rasa_patches.inputs import MadeOfOurFiles
from unknot.reading.types import Clause

READ = "read_units"
"""Message property with a `ReadUnits`. Not part of the output."""


@dataclass(frozen=True)
class ReadUnits:
    """`parts`: the whole message, then its clauses; `similar`: their similarity to the landmarks, a row each; `own`:
    in training, which landmark each part is.
    """

    parts: tuple[Clause, ...]
    similar: Matrix
    own: tuple[int, ...] = ()

    def fingerprint(self) -> str:
        """What Rasa tells one value from another by."""
        return "\n".join(part.text for part in self.parts)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoder(MadeOfOurFiles, GraphComponent):
    """Sets the property `READ` of every message that has a text. What it learns are the landmarks."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`gamma`, `lexical`: see `encoder.kernel.Landmarks`; threads of onnxruntime, tokens after which a text is
        cut, vectors kept in memory.
        """
        return {
            "gamma": 1.0,
            "lexical": 0.2,
            "threads": 1,
            "max_tokens": 128,
            "cache_size": 512,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        landmarks: Landmarks | None = None,
    ) -> None:
        self._kernel = {"gamma": float(config["gamma"]), "lexical": float(config["lexical"])}
        self._storage = model_storage
        self._resource = resource
        self._landmarks = landmarks
        self._encoder = shared_encoder(config["threads"], config["max_tokens"], config["cache_size"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
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
    ) -> SentenceEncoder:
        """Rasa's constructor of a trained component. Raises ValueError when it was never trained."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Landmarks.load(folder))

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raise ValueError for a setting that cannot work."""
        for key, least in (("threads", 1), ("max_tokens", 3), ("cache_size", 0)):
            if int(config.get(key, least)) < least:
                raise ValueError(f"SentenceEncoder: {key} must be at least {least}")

    def train(self, training_data: TrainingData) -> Resource:
        """Make every text of the examples, and every clause of one, a landmark."""
        texts = list(dict.fromkeys(part.text for message in _typed(training_data) for part in _parts(message)))
        self._landmarks = Landmarks.of(texts, self._encoder.encode(texts), **self._kernel)
        with self._storage.write_to(self._resource) as folder:
            self._landmarks.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message that has a text; the component must be trained."""
        for message in messages:
            if message.get(TEXT) is not None:
                parts = _parts(message)
                message.set(READ, ReadUnits(parts, self._similar([part.text for part in parts])))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Read the training examples, whose vectors the landmarks hold already."""
        if self._landmarks is None:
            raise ValueError("SentenceEncoder: not trained")
        read = [(message, _parts(message)) for message in _typed(training_data)]
        texts = [part.text for _, parts in read for part in parts]
        place = {text: at for at, text in enumerate(dict.fromkeys(texts))}
        own = [place[text] for text in texts]
        similar = self._landmarks.similarity(texts, self._landmarks.columns.T[own])
        start = 0
        for message, parts in read:
            end = start + len(parts)
            message.set(READ, ReadUnits(parts, similar[start:end], tuple(own[start:end])))
            start = end
        return training_data

    def _similar(self, texts: list[str]) -> Matrix:
        if self._landmarks is None:
            raise ValueError("SentenceEncoder: not trained")
        return self._landmarks.similarity(texts, self._encoder.encode(texts))


def _typed(training_data: TrainingData) -> list[Message]:
    return [message for message in training_data.training_examples if message.get(TEXT)]


def _parts(message: Message) -> tuple[Clause, ...]:
    return tuple(units(message.get(TEXT)))
