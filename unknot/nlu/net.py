"""What the classifiers over the sentence encoder's likeness have in common: how Rasa makes, stores and loads them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.training_data.message import Message

from unknot.encoder.calibration import Calibration
from unknot.encoder.kernel import Matrix, Weights, fit
from unknot.nlu.sentence_encoder import READ, ReadUnits
from unknot.rasa_patches.inputs import MadeOfOurFiles

_Net = TypeVar("_Net", bound="Net")


class Net(MadeOfOurFiles, GraphComponent, EntityExtractorMixin):
    """A trainable component that weighs what `SentenceEncoder` read, and calibrates its scores."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        weights: Weights | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._weights = weights
        self._calibration = calibration or Calibration(15.0, 0.5)

    @classmethod
    def create(
        cls: type[_Net],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Net:
        """Rasa's constructor of an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls: type[_Net],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> _Net:
        """Rasa's constructor of a trained component. Raises ValueError when it was never trained."""
        with model_storage.read_from(resource) as folder:
            calibration = Calibration(**json.loads((folder / "calibration.json").read_text()))
            return cls(config, model_storage, resource, Weights.load(folder), calibration)

    def _fit(self, units: list[tuple[ReadUnits, int]], labels: list[frozenset[str]]) -> Matrix:
        """Learn the labels of some units (what was read, and which part of it); their leave-one-out scores."""
        similar = np.stack([read.similar[at] for read, at in units])
        own = np.array([read.own[at] for read, at in units])
        self._weights, scores = fit(similar, own, labels, self._config["ridge"], self._config["balance"])
        return scores

    def _keep(self) -> Resource:
        """Write what was learnt into the model."""
        if self._weights is None:
            raise ValueError(f"{type(self).__name__}: not trained")
        with self._storage.write_to(self._resource) as folder:
            self._weights.save(folder)
            (folder / "calibration.json").write_text(json.dumps(asdict(self._calibration)))
        return self._resource


def read_of(message: Message) -> ReadUnits:
    """What `SentenceEncoder` read of the message. Raises ValueError where it read nothing."""
    read = message.get(READ)
    if not isinstance(read, ReadUnits):
        raise ValueError("SentenceEncoder must stand before this component in the pipeline (config.yml).")
    return read
