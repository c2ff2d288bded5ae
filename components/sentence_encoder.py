"""Rasa featurizer: one MiniLM vector a message."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.minilm import shared_encoder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Gives every message the sentence feature of `components.minilm` (shape (1, 384)).

    It tokenises by itself: Rasa's tokens are needed only by what else may stand in the pipeline.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Threads of onnxruntime, tokens after which a text is cut, vectors kept in memory."""
        return {**DenseFeaturizer.get_default_config(), "threads": 1, "max_tokens": 128, "cache_size": 512}

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._encoder = shared_encoder(config["threads"], config["max_tokens"], config["cache_size"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """Rasa's constructor of a component."""
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raise ValueError for a setting that cannot work."""
        for key, least in (("threads", 1), ("max_tokens", 3), ("cache_size", 0)):
            if int(config.get(key, least)) < least:
                raise ValueError(f"SentenceEncoder: {key} must be at least {least}")

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the feature to each message that has a text."""
        with_text = [message for message in messages if message.get(TEXT) is not None]
        vectors = self._encoder.encode([message.get(TEXT) for message in with_text])
        for row, message in enumerate(with_text):
            message.add_features(
                Features(
                    vectors[row : row + 1],
                    FEATURE_TYPE_SENTENCE,
                    TEXT,
                    self._config[FEATURIZER_CLASS_ALIAS] or self._identifier,
                )
            )
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the feature to the training examples, encoded in batches."""
        self.process(training_data.training_examples)
        return training_data
