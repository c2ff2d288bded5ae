"""Choosing an action with less work: the same events, states, rules and outputs as Rasa's own code finds."""

from __future__ import annotations

import itertools
import json
import random
from types import SimpleNamespace
from typing import Any

import dask
import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core import events as kinds
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from unknot.rasa_patches import predictions
from unknot.settings import ROOT

RULE_ONLY = {"rule_only_slots": ["severity"], "rule_only_loops": []}
ORDINARY = 40  # trackers of each kind that are drawn


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_file(str(ROOT / "domain.yml"))


def drawn(domain: Domain, seed: int, *, undoing: bool) -> list[Any]:
    """Events as turns have them, in an order that chance gives; with restarts and reverts if `undoing`."""
    chance = random.Random(seed)
    actions = ["action_listen", "action_assess", "action_interview", "utter_emergency"]
    makers = [
        lambda: kinds.ActionExecuted(chance.choice(actions), hide_rule_turn=chance.random() < 0.3),
        lambda: kinds.UserUttered("words", {"name": chance.choice(["inform", "affirm", "heat_or_ice"])}),
        lambda: kinds.SlotSet(chance.choice(["red_flags", "location", "severity"]), chance.choice([None, "7"])),
        lambda: kinds.SlotSet("case", {"seen": "1"}),
        lambda: kinds.BotUttered("words"),
        lambda: kinds.FollowupAction("action_listen"),
        lambda: kinds.DefinePrevUserUtteredFeaturization(False),
    ]
    if undoing:
        makers += [kinds.Restarted, kinds.SessionStarted, kinds.UserUtteranceReverted, kinds.ActionReverted]
        makers += [lambda: kinds.ActiveLoop("action_interview"), lambda: kinds.ActiveLoop(None)]
    beginning = [kinds.ActionExecuted("action_session_start"), kinds.SessionStarted()] * (seed % 2)
    return beginning + [chance.choice(makers)() for _ in range(chance.randrange(1, 40))]


def tracker_of(domain: Domain, events: list[Any]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("somebody", events, domain.slots)


@pytest.mark.parametrize(("seed", "undoing"), itertools.product(range(ORDINARY), (False, True)))
def test_events_and_states_are_rasas_at_every_event_of_a_conversation(
    domain: Domain, seed: int, undoing: bool
) -> None:
    events = drawn(domain, seed, undoing=undoing)
    tracker = tracker_of(domain, [])
    for event in events:
        tracker.update(event)
        ours, theirs = predictions._applied(tracker), predictions._all_applied(tracker)
        assert len(ours) == len(theirs)
        assert all(a is b for a, b in zip(ours, theirs, strict=True))
        for hidden_too, rule_only in ((False, None), (True, None), (True, RULE_ONLY)):
            found = predictions._states(domain, tracker, False, hidden_too, rule_only)
            assert found == predictions._all_states(domain, tracker, False, hidden_too, rule_only)
            for state in found:  # what a policy does to its states must not reach the next one's
                for part in state.values():
                    part["spoilt"] = "yes"
    unset_left_out = predictions._states(domain, tracker, True)
    assert unset_left_out == predictions._all_states(domain, tracker, True)


def test_another_trackers_states_are_its_own(domain: Domain) -> None:
    one = tracker_of(domain, drawn(domain, 3, undoing=False))
    other = one.copy()
    other.update(kinds.SlotSet("location", "lower"))
    for tracker in (one, other, one):
        assert predictions._states(domain, tracker) == predictions._all_states(domain, tracker)


def rule(*steps: dict[str, Any]) -> str:
    return json.dumps(steps)


def step(action: str | None, intent: str | None = None, **slots: Any) -> dict[str, Any]:
    state: dict[str, Any] = {"prev_action": {"action_name": action}} if action else {}
    state |= {"user": {"intent": intent}} if intent else {}
    return state | ({"slots": slots} if slots else {})


LOOKUP = {
    rule(step("action_listen", "inform")): "action_assess",
    rule(step("action_listen", "affirm")): "action_assess",
    rule(step("action_listen", "inform"), step("action_assess", "inform")): "action_interview",
    rule(step("action_listen")): "utter_emergency",
    rule(step(None), step("action_listen", "heat_or_ice")): "action_assess",
    rule(step(None)): "action_listen",
    rule(step("action_listen", "inform", location=[1.0])): "action_assess",
    rule(step("action_assess", "inform", severity="should_not_be_set")): "action_assess",
    rule(step("should_not_be_set", "inform")): "action_assess",
    rule(step("action_listen", "should_not_be_set")): "action_listen",
    rule(step("utter_emergency"), step("action_listen"), step("action_interview")): "action_listen",
}


def rasas_rules(policy: Any, lookup: dict[str, str], states: list[Any]) -> set[str]:
    possible = set(lookup)
    for at, state in enumerate(reversed(states)):
        possible = {key for key in possible if policy._is_rule_applicable(key, at, state)}
    return possible


def test_rules_that_fit_are_those_that_a_comparison_with_all_finds(domain: Domain) -> None:
    policy, fitting = RulePolicy.__new__(RulePolicy), 0
    for seed in range(ORDINARY):
        states = predictions._all_states(domain, tracker_of(domain, drawn(domain, seed, undoing=False)))
        for end in range(len(states) + 1):
            expected = rasas_rules(policy, LOOKUP, states[:end])
            assert predictions._possible_rules(policy, LOOKUP, states[:end]) == expected
            fitting += bool(expected) and len(expected) < len(LOOKUP)
    assert fitting > ORDINARY


def test_another_lookup_is_not_mixed_up_with_the_first() -> None:
    policy, states = RulePolicy.__new__(RulePolicy), [step("action_listen", "inform")]
    few = dict(list(LOOKUP.items())[:1])
    assert predictions._possible_rules(policy, LOOKUP, states) == rasas_rules(policy, LOOKUP, states)
    assert predictions._possible_rules(policy, few, states) == set(few)
    few[rule(step("action_listen"))] = "action_listen"  # training adds rules
    assert predictions._possible_rules(policy, few, states) == set(few)


def runner(nodes: dict[str, tuple[Any, dict[str, str]]], targets: tuple[str, ...]) -> Any:
    """A runner over plain functions: `nodes` are functions with what they need, by parameter."""

    def node(name: str, function: Any) -> Any:
        def call(*given: Any) -> tuple[str, Any]:
            unresolved = [item for item in given if isinstance(item, str)]
            return name, function(*unresolved, *(value for _, value in (g for g in given if isinstance(g, tuple))))

        return call

    schema = {
        name: SchemaNode(needs, type(None), "", "", {}, is_target=name in targets)
        for name, (_, needs) in nodes.items()
    }
    made = DaskGraphRunner.__new__(DaskGraphRunner)
    made._graph_schema = GraphSchema(schema)
    made._instantiated_nodes = {name: node(name, function) for name, (function, _) in nodes.items()}
    made._execution_context = SimpleNamespace()
    return made


NODES = {
    "both": (lambda a, b: [a, b], {"a": "double", "b": "text"}),
    "double": (lambda x: x * 2, {"x": "number"}),
    "text": (lambda x, y: f"{x}{y}", {"x": "double", "y": "number"}),
    "unneeded": (lambda: pytest.fail("no target needs it"), {}),
}


@pytest.mark.parametrize("targets", [["both"], ["text"], ["double", "both"], None])
def test_a_graph_gives_what_dask_gives(targets: list[str] | None) -> None:
    made = runner(NODES, ("both",))
    inputs = {"number": 4}
    wanted = targets or made._graph_schema.target_names
    graph = made._build_dask_graph(made._graph_schema.minimal_graph_schema(wanted))
    made._add_inputs_to_graph(inputs, graph)
    for _ in range(2):
        assert predictions._run(made, inputs, targets) == dict(dask.get(graph, wanted))


def test_a_graph_fails_as_rasas_does() -> None:
    def fails(x: Any) -> None:
        raise RuntimeError("no")

    made = runner({"bad": (fails, {"x": "number"})}, ("bad",))
    with pytest.raises(GraphRunError):
        predictions._run(made, {"number": 1})
    with pytest.raises(GraphRunError, match="clashes"):
        predictions._run(made, {"number": "bad"})
    seen = runner({"asks": (lambda x: x, {"x": "nobody"})}, ("asks",))
    assert predictions._run(seen) == {"asks": "nobody"}  # Rasa's nodes say what is missing when they get a name
