"""How Rasa chooses an action, with less work and the same outcome: put in place by `unknot.rasa_patches.quick`.

A turn predicts two or three times, and each time several policies play the whole tracker through again, the first of
them twice. Here a tracker is played through once, and goes on from there with its next event; a rule is only compared
where its last step can fit; and the few nodes of the graph are run one after the other, without a scheduler.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rasa.core import processor
from rasa.core.policies import memoization, rule_policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core import events as kinds
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

State = dict[str, Any]
Steps = tuple[Any, Any]

_ROLES = {
    "undoing": (kinds.ActionReverted, kinds.UserUtteranceReverted, kinds.ActiveLoop),
    "beginning": (kinds.Restarted, kinds.SessionStarted),
}
_role_of: dict[type[Event], str] = {}
_HINDSIGHT = kinds.DefinePrevUserUtteredFeaturization
_PLAYED, _ORDERS, _RULES = "played_through", "node_orders", "rules_by_step"  # attributes of Rasa's objects
_all_applied = DialogueStateTracker.applied_events
_all_states = Domain.states_for_tracker_history


def quicken_predictions() -> None:
    """Puts it in the place of Rasa's own, for this process; a second time changes nothing."""
    DialogueStateTracker.applied_events = _applied
    Domain.states_for_tracker_history = _states
    RulePolicy._get_possible_keys = _possible_rules
    DaskGraphRunner.run = _run
    for module in (processor, memoization, rule_policy):
        module.copy = _Uncopied


class _Uncopied:
    """Stands for `copy` in modules that only copy what they hand to a debug line, which is written at once."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        return value


# --- the events that count ---


def _role(kind: type[Event]) -> str:
    """What a class of events does to those before: "undoing", "beginning" or nothing."""
    if kind not in _role_of:
        _role_of[kind] = next((role for role, classes in _ROLES.items() if issubclass(kind, classes)), "")
    return _role_of[kind]


def _applied(tracker: DialogueStateTracker) -> list[Event]:
    """`applied_events`: all since the last beginning, where nothing is taken back and no form is active."""
    events, start = list(tracker.events), 0
    for at, event in enumerate(events):
        role = _role(type(event))
        if role == "undoing":
            found: list[Event] = _all_applied(tracker)
            return found
        if role == "beginning":
            start = at + 1
    return events[start:]


# --- the states that policies look at ---


@dataclass
class _Step:
    """What Rasa asks of a tracker as it was before one action, or is now."""

    state: State
    hidden: bool
    previous: Mapping[str, str] | None
    sticks: bool  # a follow-up action or a form at work does not change whether a turn is hidden


@dataclass
class _Played:
    """A tracker played through so far: `events` are those that `copy` has seen, `steps` were before its actions."""

    domain: Domain
    copy: DialogueStateTracker
    events: list[Event] = field(default_factory=list)
    steps: list[_Step] = field(default_factory=list)
    answered: int = 0  # how many steps there were at the person's last message

    def goes_on(self, events: Sequence[Event]) -> bool:
        """Whether `events` begin with those that were played, and none of the others changes what was seen."""
        count = len(self.events)
        if len(events) < count or not all(map(_same, self.events, events)):
            return False
        # It changes the message in hindsight, and with it every step since.
        seen_since = len(self.steps) > self.answered
        return not (seen_since and any(isinstance(event, _HINDSIGHT) for event in events[count:]))

    def play(self, events: Sequence[Event]) -> None:
        """Plays what is new of `events`."""
        for event in events[len(self.events) :]:
            if isinstance(event, ActionExecuted):
                self.steps.append(self.step(event.hide_rule_turn))
            elif isinstance(event, kinds.UserUttered):
                self.answered = len(self.steps)
            self.copy.update(event)
            self.events.append(event)

    def step(self, hidden: bool) -> _Step:
        """Of now."""
        copy = self.copy
        sticks = bool(copy.followup_action) or copy.latest_action_name == copy.active_loop_name
        return _Step(self.domain.get_active_state(copy), hidden, copy.latest_action, sticks)


def _same(one: Event, other: Event) -> bool:
    return one is other


def _steps(domain: Domain, tracker: DialogueStateTracker) -> list[_Step]:
    events = tracker.applied_events()
    played: _Played | None = getattr(tracker, _PLAYED, None)
    if played is None or played.domain is not domain or not played.goes_on(events):
        played = _Played(domain, tracker.init_copy())
        setattr(tracker, _PLAYED, played)
    played.play(events)
    return [*played.steps, played.step(False)]


def _states(
    domain: Domain,
    tracker: DialogueStateTracker,
    omit_unset_slots: bool = False,
    ignore_rule_only_turns: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    """`states_for_tracker_history`, step by step as Rasa's."""
    if omit_unset_slots:
        found: list[State] = _all_states(domain, tracker, omit_unset_slots, ignore_rule_only_turns, rule_only_data)
        return found
    steps = _steps(domain, tracker)
    if not ignore_rule_only_turns:
        return [_own(step.state) for step in steps]
    states: list[State] = []
    previous, hidden = None, False
    for step in steps:
        if not hidden:
            previous = step.previous
        if not step.sticks:
            hidden = step.hidden
        if hidden:
            continue
        state = _own(step.state)
        domain._remove_rule_only_features(state, rule_only_data)
        if states:
            domain._substitute_rule_only_user_input(state, states[-1])
        if previous:
            state[PREVIOUS_ACTION] = dict(previous)
        states.append(domain._clean_state(state))
    return states


def _own(state: State) -> State:
    """A state that may be changed, as policies do."""
    return {kind: dict(part) for kind, part in state.items()}


# --- the rules that fit ---


def _possible_rules(policy: RulePolicy, lookup: Mapping[str, str], states: Sequence[State]) -> set[str]:
    """`_get_possible_keys`: the rules of `lookup` that fit the latest states, back to where each rule begins."""
    if not states:
        return set(lookup)
    by_step = _by_step(policy, lookup)
    last = states[-1]
    action, intent = last.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), last.get(USER, {}).get(INTENT)
    return {
        key
        for pair in {(action, intent), (action, None), (None, None)}
        for key, length in by_step.get(pair, ())
        if all(policy._is_rule_applicable(key, at, states[-1 - at]) for at in range(min(length, len(states))))
    }


def _by_step(policy: RulePolicy, lookup: Mapping[str, str]) -> Mapping[Steps, list[tuple[str, int]]]:
    """Rules and their lengths by the action and intent that a rule's last step must have; None where any will do."""
    kept = getattr(policy, _RULES, {})
    if id(lookup) not in kept or kept[id(lookup)][0] is not lookup or kept[id(lookup)][1] != len(lookup):
        found: dict[Steps, list[tuple[str, int]]] = defaultdict(list)
        for key in lookup:
            rule = policy._rule_key_to_state(key)
            action = _demanded(rule[-1].get(PREVIOUS_ACTION, {}).get(ACTION_NAME)) if rule else None
            intent = _demanded(rule[-1].get(USER, {}).get(INTENT)) if action else None
            found[action, intent].append((key, len(rule)))
        kept = {**kept, id(lookup): (lookup, len(lookup), found)}
        setattr(policy, _RULES, kept)
    by_step: Mapping[Steps, list[tuple[str, int]]] = kept[id(lookup)][2]
    return by_step


def _demanded(value: Any) -> str | None:
    """A value that a state must have to fit; None where it need not."""
    return value if isinstance(value, str) and value and value != SHOULD_NOT_BE_SET else None


# --- the graph ---


def _run(
    runner: DaskGraphRunner, inputs: Mapping[str, Any] | None = None, targets: Sequence[str] | None = None
) -> dict[str, Any]:
    """`run`: outputs by target. Raises GraphRunError as Rasa's does."""
    wanted = tuple(targets or runner._graph_schema.target_names)
    orders: dict[tuple[str, ...], list[tuple[str, list[str]]]] = runner.__dict__.setdefault(_ORDERS, {})
    if wanted not in orders:
        orders[wanted] = list(_in_order(runner, wanted))
    results: dict[str, tuple[str, Any]] = {name: (name, value) for name, value in (inputs or {}).items()}
    nodes = runner._instantiated_nodes
    if clashing := [value for _, value in results.values() if isinstance(value, str) and value in nodes]:
        raise GraphRunError(f"Input value '{clashing[0]}' clashes with a node name.")
    try:
        for name, needs in orders[wanted]:
            results[name] = nodes[name](*(results.get(need, need) for need in needs))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(results[name] for name in wanted)


def _in_order(runner: DaskGraphRunner, targets: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """The nodes that the targets need, each after those that it needs itself, with their names."""
    nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
    done: set[str] = set()

    def visit(name: str) -> Iterator[tuple[str, list[str]]]:
        if name in done or name not in nodes:
            return
        done.add(name)
        needs = list(nodes[name].needs.values())
        for need in needs:
            yield from visit(need)
        yield name, needs

    for target in targets:
        yield from visit(target)
