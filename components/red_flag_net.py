"""The second net for red flags: the meaning of a sentence, learnt from examples, whatever words it uses.

The first net is the clinical reader's rules. This one is kernel ridge regression for each finding over the
whole message and each clause. Examples in `data/nlu` carry the finding they state as
Rasa metadata `finding: <id>` (several: separated by commas); every other example counts as stating none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, METADATA, METADATA_EXAMPLE, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from clinical_text.types import POSSIBLE, PRESENT, SELF, Clause
from components.calibration import fit_each
from components.net import Net, read_of
from components.sentence_encoder import ReadUnits
from components.units import UNIT_INTENTS


def findings_of(example: Message) -> frozenset[str]:
    """Finding ids that a training example states, from its metadata (the example's own before the block's)."""
    metadata = example.get(METADATA) or {}
    for level in (METADATA_EXAMPLE, METADATA_INTENT):
        own = metadata.get(level) or {}
        if "finding" in own:
            return frozenset(part.strip() for part in str(own["finding"]).split(",")) - {"none", ""}
    return frozenset()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class RedFlagNet(Net):
    """Adds `finding` entities, "present" from one threshold on and "possible" from a lower one."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Thresholds on the probability of a finding; `stating`: intents in which people state what they have
        (empty: all); `ridge`, `balance`: see `components.kernel.fit`."""
        return {
            "present": 0.85,
            "possible": 0.45,
            "stating": [],
            "ridge": 0.1,
            "balance": 0.75,
        }

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all intent examples and keep the weights in the model."""
        units, labels = training_units(training_data.intent_examples)
        scores = self._fit(units, labels)
        names = sorted(set().union(*labels))
        self._calibration = fit_each(scores, np.array([[name in own for name in names] for own in labels]))
        return self._keep()

    def process(self, messages: list[Message]) -> list[Message]:
        """Append the findings to the entities of each message."""
        for message in messages:
            found = self.add_extractor_name(self._read(message))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _read(self, message: Message) -> list[dict[str, Any]]:
        text = message.get(TEXT) or ""
        if self._weights is None or not text.strip():
            return []
        read = read_of(message)
        parts, scores = read.parts, self._calibration.each(self._weights.scores(read.similar))
        states = [self._states(part, message.get(UNIT_INTENTS) or {}) for part in parts]
        found = []
        for column, finding in enumerate(self._weights.labels):
            row = int(scores[:, column].argmax())
            said = [
                entity
                for entity in message.get(ENTITIES, [])
                if entity.get("entity") == "finding" and entity.get("value") == finding
            ]
            entity = self._entity(finding, parts[row], float(scores[row, column]), states[row], said)
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


def training_units(examples: list[Message]) -> tuple[list[tuple[ReadUnits, int]], list[frozenset[str]]]:
    """Units to learn from, as what was read and which part of it, and the findings that each states.

    An example that states findings counts as a whole, for it is not known which of its clauses states them; one that
    states none counts by clause too, since none of its clauses does either.
    """
    units: list[tuple[ReadUnits, int]] = []
    labels: list[frozenset[str]] = []
    for example in examples:
        if not example.get(TEXT):
            continue
        findings, read = findings_of(example), read_of(example)
        parts = range(1 if findings else len(read.parts))
        units.extend((read, at) for at in parts)
        labels.extend([findings] * len(parts))
    return units, labels
