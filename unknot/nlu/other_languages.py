"""A message in another language: the worst signs are read in it, everything else gets a reply in it."""

from __future__ import annotations

from typing import Any, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from unknot.knowledge.languages import LANGUAGE, OTHER_LANGUAGE, STANDING
from unknot.reading.languages import ENGLISH, Guess, guess
from unknot.reading.other_languages import CRISIS, lexicons, reader
from unknot.reading.types import ABSENT, PRESENT, Mention

CRISIS_INTENT = "report_crisis"
FALLBACK_INTENT = "nlu_fallback"
CASE_SLOT = "case"
_TOLD = "told_level"
_EMERGENCY = "emergency"


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,  # only trainable components are handed the tracker
)
class OtherLanguages(GraphComponent):
    """Stands before the emergency guard and takes over a message that is not in English.

    It replaces what the English readers made of it: the intent becomes `other_language` or `report_crisis`, the
    entities are the signs that were read, the `language` (which chooses the words of every reply).
    The guard then does with the signs what it does with English ones. A message of which it is not sure is left as it
    is, unless one of the signs is in it. Of an English message it costs the guess.
    """

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        guess("una frase en la que hay duda")  # what it needs is loaded now and not while somebody waits
        for language in lexicons():
            reader(language)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> OtherLanguages:
        """Nothing is configured, learned or stored."""
        return cls(resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing to learn."""
        return self._resource

    # Rasa compares the types of its graph with `Optional`, which it does not know to be the same as `| None`.
    def process(self, messages: list[Message], tracker: Optional[DialogueStateTracker] = None) -> list[Message]:  # noqa: UP045
        """Set intent and entities of each message that is not in English, in place."""
        before = _slot(tracker, LANGUAGE)
        for message in messages:
            found = guess(message.get(TEXT) or "", before if before in lexicons() else "")
            if found.language != ENGLISH:
                self._read(message, found, tracker)
            elif (message.get(INTENT) or {}).get("name") == OTHER_LANGUAGE and found.sure:
                _not_another(message)
            if before and found.language == ENGLISH and found.sure:
                _add(message, _entity(LANGUAGE, ENGLISH))
        return messages

    def _read(self, message: Message, found: Guess, tracker: DialogueStateTracker | None) -> None:
        name, mentions = _signs(message.get(TEXT) or "", found)
        present = [mention for mention in mentions if mention.assertion == PRESENT]
        if not found.sure and not present:
            return
        language = _entity(LANGUAGE, name)
        if (_slot(tracker, CASE_SLOT) or {}).get(_TOLD) == _EMERGENCY:
            language[STANDING] = True
        kept: list[dict[str, Any]] = [] if found.sure else message.get(ENTITIES) or []
        # What is long past or only supposed is as good as not said: nobody can ask about it in this language.
        said = [mention for mention in mentions if mention.assertion in (PRESENT, ABSENT)]
        signs = [_sign(mention) for mention in said if mention.kind != CRISIS]
        message.set(ENTITIES, [*kept, *signs, language], add_to_output=True)
        crisis = any(mention.kind == CRISIS for mention in present)
        intent = {"name": CRISIS_INTENT if crisis else OTHER_LANGUAGE, "confidence": 1.0}
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [intent], add_to_output=True)


def _signs(text: str, found: Guess) -> tuple[str, tuple[Mention, ...]]:
    """The language in which a sign is stated, of those that it may be, and what was read in it."""
    for language in (found.language, *found.others):
        mentions = reader(language).read(text)
        if any(mention.assertion == PRESENT for mention in mentions):
            return language, mentions
    return found.language, reader(found.language).read(text)


def _sign(mention: Mention) -> dict[str, Any]:
    return {
        **_entity(mention.kind, mention.value),
        "start": mention.start,
        "end": mention.end,
        "assertion": mention.assertion,
        "experiencer": mention.experiencer,
        "confidence": mention.confidence,
    }


def _entity(kind: str, value: Any) -> dict[str, Any]:
    return {"entity": kind, "value": value, "extractor": OtherLanguages.__name__}


def _add(message: Message, entity: dict[str, Any]) -> None:
    message.set(ENTITIES, [*(message.get(ENTITIES) or []), entity], add_to_output=True)


def _not_another(message: Message) -> None:
    """The classifier took English for another language; the next of its guesses is better."""
    ranking = [item for item in message.get(INTENT_RANKING_KEY) or [] if item.get("name") != OTHER_LANGUAGE]
    best = ranking[0] if ranking else {"name": FALLBACK_INTENT, "confidence": 0.0}
    message.set(INTENT, best, add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)


def _slot(tracker: DialogueStateTracker | None, name: str) -> Any:
    return tracker.get_slot(name) if tracker is not None and name in tracker.slots else None
