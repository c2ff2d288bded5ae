"""What a message is about: its intent, and the questions asked in its clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from unknot.encoder.calibration import fit_shared
from unknot.encoder.kernel import Matrix
from unknot.nlu.net import Net, read_of
from unknot.nlu.units import UNIT_INTENTS, asks
from unknot.reading.types import Clause


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,
)
class MeaningClassifier(Net, IntentClassifier):
    """Kernel ridge regression over the intents, with calibrated confidences.

    A message of several clauses is classified as a whole; in addition every clause that asks one of `questions`
    gives an entity `question`, unless that is the intent of the message. Where the clauses ask two or more questions
    and the whole looks like none of them (a blend of both), the first becomes the intent.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`ridge`, `balance`: see `unknot.encoder.kernel.fit`; `merge`: intents that are trained as another one;
        `not_questions`: intents that no clause is read for; `anywhere`: intents that take over the message from one
        clause, with the least probability for it; `joining`, `second`, `both`: words, and probabilities of the second
        and of both together, from which on a clause is taken to ask two questions; `telling`: intents of facts, which
        may stand beside a question; `sharpness`: see `encoder.calibration`. Left out one by one, 84 in 100 of the
        examples are right, for they were written to be hard; of the test sets' messages it is 97 to 99. Confidences
        calibrated on the examples alone are too low for messages; the sharpness makes up for it.
        """
        return {
            "ridge": 0.1,
            "balance": 0.75,
            "merge": {},
            "not_questions": [],
            "anywhere": {},
            "question_threshold": 0.5,
            "joining": ["and", "or", "also", "plus", "&", "+", "/", ","],
            "telling": ["inform", "got_worse", "new_episode"],
            "second": 0.15,
            "sharpness": 1.4,
            "both": 0.7,
            "ranking_length": 10,
        }

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the intent examples, calibrate on their leave-one-out scores, keep both in the model."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        labels = [self._config["merge"].get(intent, intent) for intent in (e.get(INTENT) for e in examples)]
        scores = self._fit([(read_of(e), 0) for e in examples], [frozenset([label]) for label in labels])
        names = sorted(set(labels))
        fitted = fit_shared(scores, np.array([names.index(label) for label in labels]))
        self._calibration = replace(fitted, sharpness=self._config["sharpness"])
        return self._keep()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and `question` entities of each message."""
        for message in messages:
            self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        if self._weights is None or not any(character.isalnum() or character == "?" for character in text):
            message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
            return
        read, labels = read_of(message), self._weights.labels
        parts, rows = read.parts, self._calibration.shared(self._weights.scores(read.similar))
        best = rows.argmax(axis=1)
        intents = {(p.start, p.end): labels[at] for p, at in zip(parts, best, strict=True)}
        message.set(UNIT_INTENTS, intents)
        ranking = [{"name": labels[at], "confidence": float(rows[0, at])} for at in np.argsort(-rows[0])]
        asked = self._questions(labels, parts[1:], rows[1:])
        first = next(iter(asked), None)
        if len(asked) > 1 and first and ranking[0]["name"] not in asked and self._asks(str(ranking[0]["name"])):
            ranking = _to_the_front(ranking, first, asked[first]["confidence"])
        self._answer_both(text, ranking, asked)
        self._keep_question(text, ranking, asked)
        for name, least in self._config["anywhere"].items():
            clear = float(rows[:, labels.index(name)].max(axis=0))
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

    def _keep_question(self, text: str, ranking: list[dict[str, Any]], asked: dict[str, dict[str, Any]]) -> None:
        """Where facts and a question share the probability, the question gets it, in place: facts are read anyway.

        Otherwise the fallback takes the two for a doubt and the question is lost.
        """
        if len(ranking) < 2 or not asks(text):
            return
        first, second = ranking[:2]
        for item, other in ((first, second), (second, first)):
            name, both = str(item["name"]), first["confidence"] + second["confidence"]
            if not self._asks(name) or self._asks(str(other["name"])) or other["name"] not in self._config["telling"]:
                continue
            clear = asked[name]["confidence"] if name in asked else 0.0
            shared = both >= self._config["both"] and item["confidence"] >= self._config["second"]
            if item is first and (clear or shared):
                item["confidence"] = max(clear, both)
                other["confidence"] = min(other["confidence"], 1.0 - item["confidence"])
            elif shared and not asked:
                whole = {"entity": "question", "value": name, "start": 0, "end": len(text)}
                asked[name] = {**whole, "confidence": round(float(item["confidence"]), 4)}

    def _asks(self, intent: str) -> bool:
        return intent not in self._config["not_questions"]

    def _questions(self, labels: Sequence[str], parts: Sequence[Clause], rows: Matrix) -> dict[str, dict[str, Any]]:
        """Entities by question id, in the order of the text."""
        found: dict[str, dict[str, Any]] = {}
        for part, row in zip(parts, rows, strict=True):
            best = int(row.argmax())
            label = labels[best]
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
