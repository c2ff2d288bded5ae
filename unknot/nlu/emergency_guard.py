"""The last word on every message: an emergency or a crisis outranks whatever the classifier thought."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from unknot.knowledge.loader import load
from unknot.nlu.dialogue_state import with_dialogue_state
from unknot.nlu.moments import moment_of
from unknot.nlu.units import asks
from unknot.settings import load_settings
from unknot.triage.case import Case
from unknot.triage.choices import is_own
from unknot.triage.conversation import take_in
from unknot.triage.emergency import is_news
from unknot.triage.engine import assess
from unknot.triage.steps import CRISIS as CRISIS_PHASE
from unknot.triage.steps import EMERGENCY as EMERGENCY_PHASE
from unknot.triage.steps import phase_of
from unknot.triage.turn import EMERGENCY as EMERGENCY_INTENT
from unknot.triage.turn import READ_AS, Turn, unread
from unknot.triage.update import update

CRISIS_INTENT = "report_crisis"
INFORM_INTENT = "inform"
START_OVER_INTENT = "start_over"
CASE_SLOT = "case"
_MISTAKEN = frozenset({"out_of_scope", "other_language", START_OVER_INTENT, DEFAULT_NLU_FALLBACK_INTENT_NAME})
_WORDS_FOR = {
    "stop": "stop_word",
    START_OVER_INTENT: "new_word",
    "new_episode": "new_word",
    CRISIS_INTENT: "crisis_word",
}
_LONGEST_WORD = 20
# Intents that a plain response answers, without an action.
_ANSWERED_HERE = {EMERGENCY_INTENT: EMERGENCY_PHASE, CRISIS_INTENT: CRISIS_PHASE}
_FACTS = frozenset({"condition", "location", "side", "pregnancy_weeks"})


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,  # only trainable components are handed the tracker
)
class EmergencyGuard(GraphComponent):
    """Weighs the message together with everything said before, by the same rules as the actions.

    It runs inside the assistant, so that an emergency is recognised and answered with the action server dead. It sets
    intent `report_emergency` when an emergency stands that was not yet said, `report_crisis` when the classifier
    gives that intent more than `crisis_threshold`, and adds what the stories go by (`dialogue_state.py`).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Thresholds are confidences, 0 to 1: of a crisis, of a doubtful message to be taken for something told, and
        below which another topic is doubtful. `ranking`: how many intents of the ranking the tracker keeps.
        """
        return {"crisis_threshold": 0.3, "inform_threshold": 0.2, "mistaken_below": 0.9, "ranking": 4}

    def __init__(self, config: dict[str, Any], resource: Resource) -> None:
        self._config = {**self.get_default_config(), **config}
        self._resource = resource
        self._knowledge = load()
        self._region = self._knowledge.regions[load_settings().region]
        self.clock: Callable[[], float] = time.time

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EmergencyGuard:
        """A guard; nothing is learned or stored."""
        return cls(config, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing to learn."""
        return self._resource

    # Rasa compares hints by typing_utils, which does not know `X | None`.
    def process(self, messages: list[Message], tracker: Optional[DialogueStateTracker] = None) -> list[Message]:  # noqa: UP045
        """Set intent and entities of each message in place."""
        for message in messages:
            self._guard(message, tracker)
        return messages

    def _guard(self, message: Message, tracker: DialogueStateTracker | None) -> None:
        ranking: list[Mapping[str, Any]] = message.get(INTENT_RANKING_KEY) or []
        parse: dict[str, Any] = {
            INTENT: message.get(INTENT) or {},
            ENTITIES: message.get(ENTITIES) or [],
            INTENT_RANKING_KEY: ranking,
        }
        stored, earlier = _state(tracker)
        case = stored
        came = moment_of(message.get("metadata"), case, self.clock())
        parse[ENTITIES] = [*parse[ENTITIES], {**came, "extractor": type(self).__name__}]
        message.set(ENTITIES, parse[ENTITIES], add_to_output=True)
        turn = Turn.from_parse(message.get(TEXT), parse)
        for seen in earlier:
            case = update(case, seen, self._knowledge).case
        after = update(case, turn, self._knowledge).case
        news = is_news(case, after, assess(after, self._knowledge))
        own = is_own(turn.text, case, self._knowledge)
        crisis = not own and self._is_crisis(ranking, turn)
        if news:
            self._set(message, EMERGENCY_INTENT, read_as=turn.intent, crisis=crisis)
        elif crisis:
            self._set(message, CRISIS_INTENT)
        elif own or _is_mere_word(turn):
            # One of our own choices means what it stands for, and one word of anybody's is no command to us.
            message.set(INTENT, {"name": INFORM_INTENT, "confidence": 1.0}, add_to_output=True)
        elif turn.intent == START_OVER_INTENT and _is_command(turn.text):
            # "/restart" is a habit from other programs; nothing may be forgotten by it.
            message.set(INTENT, {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 0.0}, add_to_output=True)
        elif turn.intent == EMERGENCY_INTENT or self._is_told(turn, ranking, parse[ENTITIES]):
            # The classifier alone is no ground for an alarm: both nets read the message and found none.
            message.set(INTENT, {"name": INFORM_INTENT, "confidence": turn.confidence}, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking"]], add_to_output=True)
        self._say_where_it_stands(message, tracker, stored, earlier)

    def _say_where_it_stands(
        self, message: Message, tracker: DialogueStateTracker | None, case: Case, earlier: list[Turn]
    ) -> None:
        """For the stories, from the same steps as the action will take with this message."""
        parse = {key: message.get(key) for key in (INTENT, ENTITIES, INTENT_RANKING_KEY)}
        turns = [*earlier, Turn.from_parse(message.get(TEXT), parse)]
        phase = _ANSWERED_HERE.get(parse[INTENT]["name"])
        if phase is None:
            outcome = take_in(case, turns, self._knowledge, self._region)
            case, phase = outcome.case, phase_of(outcome, self._knowledge)
        else:
            for turn in turns:
                case = update(case, turn, self._knowledge).case
        slots = tracker.current_slot_values() if tracker else {}
        entities = with_dialogue_state(
            parse[ENTITIES] or [], phase, case, slots, self._knowledge, type(self).__name__
        )
        message.set(ENTITIES, entities, add_to_output=True)

    def _is_told(self, turn: Turn, ranking: list[Mapping[str, Any]], entities: list[Mapping[str, Any]]) -> bool:
        """Whether a message that the classifier left in doubt may well tell something: then it is taken so.

        So is one that it took for another topic or a new start, and not with certainty (it knows other languages, in
        which the reader may find words that look like ours), though the reader read a medicine or a place in it.

        To a person in pain a question about their back is a better reply than "did you mean".
        """
        unclear = turn.intent == DEFAULT_NLU_FALLBACK_INTENT_NAME or turn.confidence < self._config["mistaken_below"]
        doubtful = turn.intent in _MISTAKEN and unclear
        if doubtful and not asks(turn.text) and any(map(_is_fact, entities)):
            return True
        if turn.intent != DEFAULT_NLU_FALLBACK_INTENT_NAME:
            return False
        best = next((item for item in ranking if item.get("name") == INFORM_INTENT), None)
        return best is not None and float(best.get("confidence") or 0.0) >= self._config["inform_threshold"]

    def _is_crisis(self, ranking: list[Mapping[str, Any]], turn: Turn) -> bool:
        if _is_one_word(turn.text):
            return "crisis_word" in turn.acts()
        if turn.in_crisis:
            return True
        best = next((item for item in ranking if item.get("name") == CRISIS_INTENT), None)
        return best is not None and float(best.get("confidence") or 0.0) >= self._config["crisis_threshold"]

    def _set(self, message: Message, intent: str, read_as: str | None = None, crisis: bool = False) -> None:
        named: dict[str, Any] = {"name": intent, "confidence": 1.0}
        if read_as is not None:
            # What the message was read as goes along: a bare yes is a yes to the action as it was to the guard.
            named[READ_AS] = read_as
        message.set(INTENT, named, add_to_output=True)
        if crisis:
            said = {"entity": "crisis", "value": "yes", "extractor": type(self).__name__}
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), said], add_to_output=True)


def _is_fact(entity: Mapping[str, Any]) -> bool:
    """Whether the reader read something that hardly anybody says of anything but their own case."""
    told = entity.get("entity") in _FACTS and entity.get("value") != "elsewhere"
    return told and entity.get("assertion", "present") == "present"


def _is_mere_word(turn: Turn) -> bool:
    """Whether one word was taken for a wish to stop, to begin anew or to die, and is none of the words for it."""
    word = _WORDS_FOR.get(turn.intent)
    return word is not None and _is_one_word(turn.text) and word not in turn.acts()


def _is_one_word(text: str) -> bool:
    """Whether a message is a single word, in letters that are written with spaces between words."""
    return len(text.split()) == 1 and text.isascii() and not _is_command(text) and len(text) <= _LONGEST_WORD


def _is_command(text: str) -> bool:
    """Whether a typed text begins with a slash, behind whatever the typed-text guard and the person put before it."""
    return text.lstrip("\u2060\u200b\ufeff \t\n").startswith("/")


def _state(tracker: DialogueStateTracker | None) -> tuple[Case, list[Turn]]:
    """The case and the messages that no action has taken in yet, oldest first."""
    if tracker is None:
        return Case(), []
    case = Case.from_json(tracker.get_slot(CASE_SLOT) if CASE_SLOT in tracker.slots else None)
    newest_first = (e.as_dict() for e in reversed(tracker.events) if isinstance(e, UserUttered | SlotSet))
    return case, unread(newest_first, case.seen, CASE_SLOT)
