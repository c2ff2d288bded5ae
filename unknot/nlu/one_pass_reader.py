"""Intents, further questions, findings with their states, and crises, from one pass over the message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
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

from unknot.encoder import minilm_graph
from unknot.encoder.minilm import Tokens, packaged_files
from unknot.encoder.one_pass import EMERGENCY, NOW, STATES, Heads, OnePass, Read, packaged_heads, packaged_layers
from unknot.encoder.readout import fit
from unknot.knowledge.loader import load
from unknot.nlu.clinical_reader import CLAUSES
from unknot.nlu.labels import emergencies, labelled
from unknot.rasa_patches.inputs import MadeOfOurFiles, write_into
from unknot.reading.agreement import Agreed, Thresholds, agree, from_rules
from unknot.reading.types import Clause, Mention

CRISIS = "crisis"
CRISIS_INTENT = "report_crisis"
_GRAPH, _HEADS = "encoder.onnx", "heads.npz"


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,
)
class OnePassReader(MadeOfOurFiles, GraphComponent, IntentClassifier, EntityExtractorMixin):
    """Classifies a message and states its findings; stands behind `ClinicalReader`, whose findings it weighs.

    Training fits the readouts to the examples; the adapted encoder and the readouts to begin from are part of the
    program (`unknot/encoder/weights`, made by `make tune`).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threads` of onnxruntime, `max_tokens` after which a text is cut; `merge`: intents trained as another one;
        `telling`: intents of facts, beside which a question is the intent; `question`: probability from which a
        clause's question is answered too; `crisis`: probability from which a message is a crisis; `emergency`:
        probability that the message as a whole states an emergency, below which a sign that it states is asked about;
        `agreement`: `unknot.reading.agreement.Thresholds` by name; `surer`: findings that the model states alone only
        from this probability on, and asks about where it would state others;
        `sharpness`: inverse temperature of the ranking;
        `pull`: see `unknot.encoder.readout.fit`.
        """
        return {
            "threads": 1,
            "max_tokens": 256,
            "merge": {"report_emergency": "inform", CRISIS_INTENT: "inform"},
            "telling": ["inform", "got_worse", "new_episode"],
            "question": 0.5,
            "crisis": 0.6,
            "emergency": 0.15,
            "agreement": {},
            "surer": {},
            "sharpness": 1.0,
            "pull": 0.05,
            "ranking_length": 10,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        reader: OnePass | None = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._reader = reader
        self._thresholds = Thresholds(**config["agreement"])
        asks_from = self._thresholds.stated  # what resembles everyday things is asked about where others are stated
        self._surer = {f: replace(self._thresholds, stated=p, possible=asks_from) for f, p in config["surer"].items()}
        self._questions = frozenset(load().questions)
        self._asked_unless_worded = frozenset(f.id for f in load().findings.values() if f.ask_unless_worded)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raise ValueError for a setting that cannot work."""
        known = {item.name for item in fields(Thresholds)}
        if unknown := set(config.get("agreement", {})) - known:
            raise ValueError(f"OnePassReader: agreement knows {sorted(known)}, not {sorted(unknown)}")
        Thresholds(**config.get("agreement", {}))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> OnePassReader:
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
    ) -> OnePassReader:
        """Rasa's constructor of a trained component. Raises EncoderError for a damaged model."""
        with model_storage.read_from(resource) as folder:
            tokens = _tokens(folder / _GRAPH, config)
            return cls(config, model_storage, resource, OnePass(tokens, Heads.load(folder / _HEADS)))

    def train(self, training_data: TrainingData) -> Resource:
        """Build the adapted encoder's graph, fit the readouts to the examples, keep both in the model."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        with self._storage.write_to(self._resource) as folder:
            model, _ = packaged_files()
            (folder / _GRAPH).write_bytes(minilm_graph.build(model.read_bytes(), packaged_layers(), fine=False))
            first = packaged_heads()
            reader = OnePass(_tokens(folder / _GRAPH, {**self._config, "threads": 2}), first)
            known = [labelled(example, self._config["merge"]) for example in examples]
            findings = {name for item in known for name in item.states or ()}
            first = first.knowing(sorted(findings), sorted({item.intent for item in known if item.intent}))
            vectors = reader.tokens.each([example.get(TEXT) for example in examples])
            heads = fit(first, vectors, known, self._config["pull"])
            heads.save(folder / _HEADS)
            write_into(folder)
            self._reader = reader.with_heads(heads)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of each message; its findings become those that both readers agree on."""
        for message in messages:
            self._read(message)
        return messages

    def _read(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        reader = self._reader
        if reader is None or not any(character.isalnum() or character == "?" for character in text):
            message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
            return
        read = reader.read(text)
        clauses = message.get(CLAUSES) or (Clause(text, 0, len(text)),)
        ranking, asked = self._intents(read, reader.heads.intents)
        crisis = float(read.states[reader.finding_at[CRISIS], NOW])
        if crisis >= self._config["crisis"]:
            ranking = [{"name": CRISIS_INTENT, "confidence": crisis}, *ranking]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking_length"]], add_to_output=True)
        entities = [e for e in message.get(ENTITIES) or [] if e.get("entity") != "finding"]
        said = [e for e in message.get(ENTITIES) or [] if e.get("entity") == "finding"]
        found = [
            *self._question_entities(text, asked, ranking),
            *self._findings(read, reader.finding_at, said, clauses),
        ]
        message.set(ENTITIES, entities + self.add_extractor_name(found), add_to_output=True)

    def _intents(self, read: Read, names: Sequence[str]) -> tuple[list[dict[str, Any]], dict[str, float]]:
        """The ranking, and the probabilities of the questions that the message asks."""
        scores = read.intents * self._config["sharpness"]
        shared = np.exp(scores - scores.max())
        shared /= shared.sum()
        each = 1 / (1 + np.exp(-read.intents))
        order = np.argsort(-shared)
        ranking = [{"name": names[at], "confidence": float(shared[at])} for at in order]
        asked = {
            names[at]: float(each[at])
            for at in order
            if names[at] in self._questions and each[at] >= self._config["question"]
        }
        first = next(iter(asked), None)
        if first and ranking[0]["name"] in self._config["telling"]:
            # Facts are read anyway; as an intent they would hide the question.
            ranking = [{"name": first, "confidence": asked[first]}, *(r for r in ranking if r["name"] != first)]
        elif first and ranking[0]["name"] in asked:
            ranking[0]["confidence"] = max(ranking[0]["confidence"], asked[ranking[0]["name"]])
        return ranking, asked

    def _question_entities(
        self, text: str, asked: dict[str, float], ranking: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        return [
            {"entity": "question", "value": name, "start": 0, "end": len(text), "confidence": round(confidence, 4)}
            for name, confidence in asked.items()
            if name != ranking[0]["name"]
        ]

    def _findings(
        self, read: Read, rows: Mapping[str, int], said: list[dict[str, Any]], clauses: tuple[Clause, ...]
    ) -> list[dict[str, Any]]:
        found = []
        likely = float(read.states[rows[EMERGENCY], NOW]) if EMERGENCY in rows else 1.0
        for name, row in rows.items():
            if name in (CRISIS, EMERGENCY):
                continue
            mine = [e for e in said if e["value"] == name]
            states = {state: float(p) for state, p in zip(STATES, read.states[row], strict=True)}
            agreed = agree([_mention(e) for e in mine], states, self._surer.get(name, self._thresholds))
            if agreed is not None and self._is_asked_about(name, agreed, likely):
                agreed = agreed.doubted()
            if agreed is not None:
                found.append(_entity(name, agreed, int(read.places[row]), clauses))
        others = [e for e in said if e["value"] not in rows]
        found += [_entity(e["value"], from_rules(_mention(e)), e["start"], clauses) for e in others]
        return found

    def _is_asked_about(self, name: str, agreed: Agreed, likely: float) -> bool:
        """A sign that is easily mistaken, without words for it; an emergency that the whole message hardly states."""
        if agreed.mention is None and name in self._asked_unless_worded:
            return True
        return name in emergencies() and likely < float(self._config["emergency"])


def _tokens(graph: Path, config: dict[str, Any]) -> Tokens:
    return Tokens(graph, packaged_files()[1], threads=config["threads"], max_tokens=config["max_tokens"])


def _mention(entity: dict[str, Any]) -> Mention:
    return Mention(
        "finding",
        entity["value"],
        entity["start"],
        entity["end"],
        entity["assertion"],
        entity["experiencer"],
        entity["confidence"],
    )


def _entity(finding: str, agreed: Agreed, place: int, clauses: tuple[Clause, ...]) -> dict[str, Any]:
    """An entity whose span are the words to quote: the rules' clause, or the one that the model attended to."""
    at = agreed.mention.start if agreed.mention else place
    clause = next((c for c in clauses if c.start <= at < c.end), None)
    start, end = (clause.start, clause.end) if clause else (at, at + 1)
    return {
        "entity": "finding",
        "value": finding,
        "start": start,
        "end": end,
        "certainty": agreed.certainty,
        "course": agreed.course,
        "owner": agreed.owner,
        "confidence": round(agreed.confidence, 4),
    }
