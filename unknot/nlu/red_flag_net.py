"""The second net for red flags: the meaning of a sentence, learnt from examples, whatever words it uses.

The first net is the clinical reader's rules. This one is kernel ridge regression for each finding over the
whole message and each clause. Examples in `data/nlu` carry the finding they state as
Rasa metadata `finding: <id>` (several: separated by commas); every other example counts as stating none.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, METADATA, METADATA_EXAMPLE, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from unknot.encoder.calibration import fit_each
from unknot.encoder.kernel import Matrix
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level
from unknot.nlu.clinical_reader import SENSES
from unknot.nlu.net import Net, read_of
from unknot.nlu.sentence_encoder import ReadUnits
from unknot.nlu.units import UNIT_INTENTS
from unknot.reading.types import HYPOTHETICAL, PAST, POSSIBLE, PRESENT, SELF, Clause

ANY = "any_emergency"  # the label of examples that state an emergency, whichever it is


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
    """Adds `finding` entities, "present" from one threshold on and "possible" from a lower one.

    One more label, `ANY`, stands for every finding that is an emergency by itself. Words that fit no single sign well
    often fit the lot of them: where `ANY` is likely, the likeliest emergency is named. And where it is unlikely,
    a sign that the clinical reader found by its words alone is a doubt, to be asked about.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Thresholds on the probability of a finding, and of any emergency at all. The reader's finding is in doubt
        where the parts that state something are below `unlikely` and all parts below `unsure`. From `sure` on, what
        the reader takes as only asked about may be so as well. `stating`: intents in which people state what they
        have (empty: all); `ridge`, `balance`: see `unknot.encoder.kernel.fit`.
        """
        return {
            "present": 0.85,
            "sure": 0.95,
            "possible": 0.45,
            "any_present": 0.85,
            "any_possible": 0.6,
            "unlikely": 0.05,
            "unsure": 0.5,
            "stating": [],
            "ridge": 0.1,
            "balance": 0.75,
        }

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all intent examples and keep the weights in the model."""
        units, stated = training_units(training_data.intent_examples)
        labels = [own | {ANY} if own & emergencies() else own for own in stated]
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
        said = [e for e in message.get(ENTITIES, []) if e.get("entity") == "finding"]
        states = [self._states(part, message) for part in parts]
        found = []
        for column, finding in enumerate(self._weights.labels):
            if finding == ANY:
                continue
            row = int(scores[:, column].argmax(axis=0))
            same = [entity for entity in said if entity["value"] == finding]
            entity = self._entity(finding, parts[row], float(scores[row, column]), states[row], same)
            if entity:
                found.append(entity)
        if ANY in self._weights.labels:
            likely = scores[:, self._weights.labels.index(ANY)]
            if not any(e["value"] in emergencies() and e["assertion"] == PRESENT for e in found):
                found += self._any(parts, scores, likely, states, said)
            stated = max((float(score) for score, so in zip(likely, states, strict=True) if so), default=0.0)
            if stated < self._config["unlikely"] and float(likely.max(axis=0)) < self._config["unsure"]:
                _doubt(said)
        return found

    def _states(self, part: Clause, message: Message) -> bool:
        """Whether this part of the message states something of now, rather than asks, denies or looks back."""
        if part.text.rstrip().endswith("?"):
            return False
        meant = [s for s in message.get(SENSES) or () if s.start < part.end and part.start < s.end]
        if meant and all(sense.assertion in (PAST, HYPOTHETICAL) for sense in meant):
            return False
        intents: dict[tuple[int, int], str] = message.get(UNIT_INTENTS) or {}
        stating, intent = self._config["stating"], intents.get((part.start, part.end))
        return not stating or intent is None or intent in stating

    def _entity(
        self, finding: str, part: Clause, score: float, states: bool, read: list[dict[str, Any]]
    ) -> dict[str, Any] | None:
        """What the net says of a finding, given what the clinical reader `read` of the same one.

        The net sees meaning but reads grammar badly: where the reader says that the finding is denied, over or only
        asked about, the reader is right; and where nothing is stated ("fever?"), it is at most possible.
        """
        here = [e for e in read if _overlap(e, part)] or read
        certain = self._config["present"]
        if here and not any(e.get("assertion") in (PRESENT, POSSIBLE) for e in here):
            supposed = all(e.get("assertion") == HYPOTHETICAL for e in here)
            if not supposed or score < self._config["sure"]:
                return None
            states = False  # it may be asked about and so as well: "how do I get up when my legs won't move"
        if score < (self._config["possible"] if states else certain):
            return None
        who = here[0].get("experiencer", SELF) if here else SELF
        return _made(finding, part, states and score >= certain, who, score)

    def _any(
        self,
        parts: tuple[Clause, ...],
        scores: Matrix,
        likely: Matrix,
        states: list[bool],
        said: list[dict[str, Any]],
    ) -> list[dict[str, Any]]:
        """The likeliest emergency of the part that most likely speaks of one, whichever it is.

        Where nothing of now is stated it is at most possible, as in `_entity`.
        """
        open_to = [row for row, part in enumerate(parts) if not _taken_back([e for e in said if _overlap(e, part)])]
        row = max(open_to, key=lambda at: (states[at], float(likely[at])), default=None)
        stated = row is not None and states[row] and bool(likely[row] >= self._config["any_possible"])
        if not stated:
            row = max(open_to, key=lambda at: float(likely[at]), default=None)
        certain = row is not None and bool(likely[row] >= self._config["any_present"])
        if row is None or self._weights is None or not (stated or certain):
            return []
        columns = [at for at, label in enumerate(self._weights.labels) if label in emergencies()]
        finding = self._weights.labels[max(columns, key=lambda at: float(scores[row, at]))]
        return [_made(finding, parts[row], stated and certain, SELF, float(likely[row]))]


@lru_cache(maxsize=1)
def emergencies() -> frozenset[str]:
    """Findings that are an emergency by themselves."""
    return frozenset(f.id for f in load().findings.values() if f.floor is Level.EMERGENCY)


def _overlap(entity: dict[str, Any], part: Clause) -> bool:
    return bool(entity["start"] < part.end and part.start < entity["end"])


def _taken_back(said: list[dict[str, Any]]) -> bool:
    """Whether the reader found emergencies here and none of them is so, or may be."""
    signs = [e for e in said if e["value"] in emergencies()]
    return bool(signs) and not any(e.get("assertion") in (PRESENT, POSSIBLE) for e in signs)


def _doubt(said: list[dict[str, Any]]) -> None:
    """Make the emergencies that the reader is sure of a matter for a direct question, in place."""
    for entity in said:
        if entity["value"] in emergencies() and entity.get("assertion") == PRESENT:
            entity["assertion"] = POSSIBLE


def _made(finding: str, part: Clause, certain: bool, who: str, score: float) -> dict[str, Any]:
    return {
        "entity": "finding",
        "value": finding,
        "start": part.start,
        "end": part.end,
        "assertion": PRESENT if certain else POSSIBLE,
        "experiencer": who,
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
