"""Rasa entity extractor over `unknot.reading.reader`: every mention becomes an entity."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

CLAUSES = "clauses"
"""Message property: the clauses of the message (`unknot.reading.types.Clause`). Not part of the output."""


_OF_A_DOSE = ("amount", "tablets", "minute", "ago")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ClinicalReader(GraphComponent, EntityExtractorMixin):
    """Adds the mentions that the clinical reader finds in the text to the message's entities."""

    def __init__(self) -> None:
        # Imported here: spaCy takes a second or more, and loading this module must not.
        from unknot.knowledge.loader import load
        from unknot.reading import days, follow_up, replies
        from unknot.reading.reader import Reader

        self._reader = Reader(load())
        self._acts = replies.read
        self._wishes = follow_up.read
        self._days = days.read

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ClinicalReader:
        """Rasa's constructor of a component."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Append entities `{entity, value, start, end, assertion, experiencer, confidence, extractor}`.

        A dose also has what was said of its `amount`, `tablets`, `minute` and `ago`.
        """
        for message in messages:
            text = message.get(TEXT) or ""
            reading = self._reader.read(text)
            message.set(CLAUSES, reading.clauses)
            found = [
                {
                    "entity": mention.kind,
                    "value": mention.value,
                    "start": mention.start,
                    "end": mention.end,
                    "assertion": mention.assertion,
                    "experiencer": mention.experiencer,
                    "confidence": float(mention.confidence),
                    **{name: value for name in _OF_A_DOSE if (value := getattr(mention, name)) is not None},
                }
                for mention in (
                    *reading.mentions,
                    *self._acts(text, reading.mentions),
                    *self._wishes(text, reading.spelled),
                    *self._days(text),
                )
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(found), add_to_output=True)
        return messages
