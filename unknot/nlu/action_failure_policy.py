"""Says so when an action failed. In Rasa a custom action that fails is silence: the turn goes on as if it had run."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from unknot.rasa_patches.inputs import MadeOfOurFiles, write_into

APOLOGY = "utter_action_failed"
EXPLANATION = "action_explain_emergency"  # the emergency itself has been said; an apology would only distract


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class ActionFailurePolicy(MadeOfOurFiles, Policy):
    """Predicts the apology after a custom action that left no event, and otherwise nothing.

    Every action of ours returns at least one event, so none means that the action server was dead, hung or raised.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Above RulePolicy (5), so that no rule goes on after a failed step."""
        return {"priority": 7}

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Nothing to learn; it only says in the model what that was trained from, since it is in every whole one."""
        with self._model_storage.write_to(self._resource) as folder:
            write_into(folder)
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """All confidence on the apology (or on listening, after it) if the last action failed; else none at all."""
        following = self._following(tracker, domain)
        scores = self._default_predictions(domain)
        if following is not None:
            scores[domain.index_for_action(following)] = 1.0
        return self._prediction(scores, is_no_user_prediction=following is not None)

    def _following(self, tracker: DialogueStateTracker, domain: Domain) -> str | None:
        if tracker.latest_action_name == APOLOGY:
            return str(ACTION_LISTEN_NAME)  # said once; any other policy would try the action server again
        last = _last_event(tracker)
        if not isinstance(last, ActionExecuted) or not _was_sent(tracker):
            return None
        if last.action_name == EXPLANATION:
            return str(ACTION_LISTEN_NAME)
        name = last.action_name
        return APOLOGY if is_custom(name) and name in domain.user_actions else None

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ActionFailurePolicy:
        """There is nothing stored to load."""
        return cls(config, model_storage, resource, execution_context)


def _last_event(tracker: DialogueStateTracker) -> Event | None:
    return tracker.events[-1] if tracker.events else None


def _was_sent(tracker: DialogueStateTracker) -> bool:
    """Whether the message came from somebody: in a story nothing runs, so no action of it leaves an event."""
    message = tracker.latest_message
    return message is not None and bool(message.message_id or message.input_channel)


def is_custom(action: str | None) -> bool:
    """Whether an action is run by the action server."""
    return bool(action) and str(action).startswith("action_") and action != ACTION_LISTEN_NAME
