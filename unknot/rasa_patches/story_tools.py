"""Rasa's tools for stories, where a reader finds more than a story can write: values that lie over one another in the
text, and values without a place in it. The tools take either for an error. A running assistant is not concerned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.core import test as story_test
from rasa.shared.nlu.training_data.formats.readerwriter import TrainingDataWriter

_collect = story_test._collect_user_uttered_predictions
_evaluate = story_test.evaluate_entities
_generate = TrainingDataWriter.generate_message


def compare_what_is_annotated(event: Any, predicted: dict[str, Any], *further: Any, **named: Any) -> Any:
    """`rasa test` compares the kinds of entities that a story's text annotates, each in full, and no others."""
    annotated = {entity.get("entity") for entity in event.entities}
    found = [entity for entity in predicted.get("entities") or [] if entity.get("entity") in annotated]
    return _collect(event, {**predicted, "entities": [e for e in found if "start" in e]}, *further, **named)


def evaluate_what_there_is(entity_results: list[Any], *further: Any, **named: Any) -> None:
    """`rasa test core` evaluates entities of policies that find any; without one, today's scikit-learn fails."""
    if entity_results:
        _evaluate(entity_results, *further, **named)


def write_what_fits(message: Mapping[str, Any]) -> str:
    """`rasa interactive` shows and saves a text with those entities marked that do not lie over an earlier one."""
    marked: list[Mapping[str, Any]] = []
    placed = (e for e in message.get("entities") or [] if "start" in e and "end" in e)
    for entity in sorted(placed, key=lambda e: (e["start"], -e["end"])):
        if not marked or entity["start"] >= marked[-1]["end"]:
            marked.append({key: entity[key] for key in ("start", "end", "entity", "value") if key in entity})
    return str(_generate({**message, "entities": marked}))


def put() -> None:
    """In the place of Rasa's own, for this process."""
    story_test._collect_user_uttered_predictions = compare_what_is_annotated
    story_test.evaluate_entities = evaluate_what_there_is
    TrainingDataWriter.generate_message = staticmethod(write_what_fits)
