"""A conversation as Rasa runs it, without a model and without servers: what the readers would find goes in.

The guard, the slot mappings, the policies trained from rules and stories and the actions are the real ones, in one
process. What is left out is reading: a message is an intent and entities.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.core.actions.action import ActionExtractSlots
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies.ensemble import DefaultPolicyPredictionEnsemble
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.nlu.training_data.message import Message
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

import actions
from unknot.channels.shell import ReplyNlg
from unknot.nlu.action_failure_policy import ActionFailurePolicy
from unknot.nlu.emergency_guard import EmergencyGuard
from unknot.settings import ROOT

RULES = ROOT / "data" / "rules" / "conversation.yml"
STORIES = ROOT / "data" / "stories" / "assessment.yml"
LISTEN = "action_listen"
INTENTS = {"inform", "affirm", "deny", "unknown", "greet", "thank", "stop", "start_over"}
INTENTS |= {"heat_or_ice", "while_waiting"}
"""Those that a dialogue here can have; a test of the domain holds that every row has all intents."""
CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
_KINDS = {kind.__name__: kind for kind in (RulePolicy, MemoizationPolicy, ActionFailurePolicy)}
ACTIONS = {item.name(): item for item in (getattr(actions, name)() for name in actions.__all__)}


@lru_cache(maxsize=1)
def domain() -> Domain:
    """The project's domain."""
    return Domain.from_file(str(ROOT / "domain.yml"))


@lru_cache(maxsize=4)
def policies(stories: str) -> tuple[Policy, ...]:
    """The policies of config.yml, trained on the project's rules and these stories (YAML)."""
    texts = (RULES.read_text(encoding="utf-8"), stories)
    steps = [step for text in texts for step in YAMLStoryReader(domain()).read_from_string(_short(text))]
    trackers = TrainingDataGenerator(StoryGraph(steps), domain(), augmentation_factor=0).generate()
    return tuple(_trained(dict(entry), trackers) for entry in CONFIG["policies"])


def _short(text: str) -> str:
    """The same rows for a few intents: training takes time with the square of their number."""
    data = yaml.safe_load(text)
    for row in [*data.get("rules", []), *data.get("stories", [])]:
        for step in row["steps"]:
            if "or" in step:
                step["or"] = [intent for intent in step["or"] if intent["intent"] in INTENTS]
    return str(yaml.safe_dump(data, sort_keys=False))


def _trained(config: dict[str, Any], trackers: list[Any]) -> Policy:
    kind = _KINDS[config.pop("name").rpartition(".")[2]]
    storage = LocalModelStorage.create(Path(tempfile.mkdtemp()))
    context = ExecutionContext(GraphSchema({}))
    policy = kind.create({**kind.get_default_config(), **config}, storage, Resource(kind.__name__), context)
    policy.train(trackers, domain())
    return policy


class Dialogue:
    """`say` plays a turn. `calls` are the actions that the action server was asked for in it.

    With `server` unset the action server is away.
    """

    def __init__(self, stories: str | None = None) -> None:
        self.policies = policies(stories or STORIES.read_text(encoding="utf-8"))
        self.guard = EmergencyGuard({}, Resource("guard"))
        self.nlg: TemplatedNaturalLanguageGenerator = ReplyNlg(domain=domain())
        self.tracker = DialogueStateTracker("test", domain().slots)
        self.tracker.update(ActionExecuted(LISTEN))
        self.calls: list[str] = []
        self.replies: list[dict[str, Any]] = []
        self.server = True
        self.actions = ACTIONS
        self._count = 0

    def say(self, text: str, intent: str = "inform", *entities: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Payloads of the turn, in order."""
        self._count += 1
        self.calls, self.replies = [], []
        best = {"name": intent, "confidence": 0.9}
        found = [dict(entity) for entity in entities]
        message = Message({"text": text, "intent": best, "intent_ranking": [best], "entities": found})
        (read,) = self.guard.process([message], self.tracker)
        parse = {key: read.get(key) for key in ("text", "intent", "intent_ranking", "entities")}
        event = UserUttered(text, parse["intent"], parse["entities"], parse, message_id=str(self._count))
        self.tracker.update(event, domain())
        asyncio.run(self._turn())
        return self.replies

    @property
    def asked(self) -> list[str]:
        """Contract ask ids of the last turn."""
        return [identity for reply in self.replies if reply["type"] == "ask" for identity in reply["asks"]]

    async def _turn(self) -> None:
        channel = CollectingOutputChannel()
        slots = ActionExtractSlots(None)
        for event in await slots.run(channel, self.nlg, self.tracker, domain()):
            self.tracker.update(event, domain())
        for _ in range(10):
            name = self._next()
            self.tracker.update(ActionExecuted(name), domain())
            if name == LISTEN:
                return
            if name in self.actions:
                self._call(name)
            else:
                response = await self.nlg.generate(name, self.tracker, "test")
                self.replies.append((response or {})["custom"])
                self.tracker.update(BotUttered(None, {"custom": self.replies[-1]}), domain())
        raise AssertionError(f"the turn does not end: {self.calls}")

    def _next(self) -> str:
        followup = self.tracker.followup_action
        if followup:
            self.tracker.clear_followup_action()
            return followup
        rule_only: dict[str, Any] = {"rule_only_slots": [], "rule_only_loops": []}
        predictions = [p.predict_action_probabilities(self.tracker, domain(), rule_only) for p in self.policies]
        best = DefaultPolicyPredictionEnsemble().combine_predictions(predictions, self.tracker, domain())
        return str(domain().action_names_or_texts[best.max_confidence_index])

    def execute(self, name: str) -> list[dict[str, Any]]:
        """What `POST /conversations/…/execute` does: one action, whatever the policies would choose."""
        self.replies = []
        self.tracker.update(ActionExecuted(name), domain())
        self._call(name)
        return self.replies

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if not self.server:
            return
        state = self.tracker.current_state(EventVerbosity.AFTER_RESTART)
        dispatcher = CollectingDispatcher()
        for event in self.actions[name].run(dispatcher, Tracker.from_dict(state), {}):
            if event["event"] == "slot":
                self.tracker.update(SlotSet(event["name"], event["value"]), domain())
            elif event["event"] == "followup":
                self.tracker.trigger_followup_action(event["name"])
        self.replies += [sent["custom"] for sent in dispatcher.messages]
