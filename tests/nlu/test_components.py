"""The trainable components, trained on a handful of examples and loaded again as Rasa does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from unknot.nlu.intent_classifier import MeaningClassifier
from unknot.nlu.red_flag_net import RedFlagNet, findings_of
from unknot.nlu.sentence_encoder import READ, SentenceEncoder
from unknot.reading.types import Sense

EXAMPLES = {
    "heat_or_ice": ["heat or ice", "is heat ok", "should i use a cold pack", "hot water bottle?", "ice or warmth"],
    "spasm_duration": [
        "how long does it last",
        "when is it over",
        "how many days will it take",
        "how long until i heal",
    ],
    "inform": ["lower back", "it started on monday", "i lifted a box", "my back is in spasm", "it is an 8"],
    "report_emergency": ["i can't pee", "unable to pass urine", "my bladder won't empty", "i haven't peed all day"],
    "deny": ["no", "i can pee fine", "no trouble with my bladder", "nope nothing", "no problem peeing"],
    "report_crisis": ["i want to die", "i want to kill myself", "i do not want to live any more"],
}
CONTEXT = ExecutionContext(GraphSchema({}), node_name="component")


def training() -> TrainingData:
    messages = [Message.build(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    for message in messages:
        if message.get("intent") == "report_emergency":
            message.set("metadata", {"intent": {"finding": "urinary_retention"}})
    return TrainingData(messages)


def stored(kind: type, folder: Path, data: TrainingData, **config: Any) -> Any:
    storage, resource = LocalModelStorage.create(folder), Resource(kind.__name__)
    settings = {**kind.get_default_config(), **config}
    kind.create(settings, storage, resource, CONTEXT).train(data)
    return kind.load(settings, storage, resource, CONTEXT)


def trained(kind: type, folder: Path, **config: Any) -> Any:
    """The component trained and loaded, and the encoder it stands behind as `encoder`."""
    data = training()
    encoder = stored(SentenceEncoder, folder, data)
    component = stored(kind, folder, encoder.process_training_data(data), **config)
    component.encoder = encoder
    return component


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storage")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> MeaningClassifier:
    return trained(
        MeaningClassifier,
        tmp_path_factory.mktemp("classifier"),
        merge={"report_emergency": "inform"},
        not_questions=["inform", "deny", "report_crisis"],
        anywhere={"report_crisis": 0.4},
        question_threshold=0.4,
    )


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> RedFlagNet:
    return trained(RedFlagNet, tmp_path_factory.mktemp("net"), present=0.5, possible=0.3, stating=["inform"])


def understood(component: Any, text: str | None, **properties: Any) -> Message:
    return component.process(component.encoder.process([Message({"text": text, **properties})]))[0]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("warm or cold?", "heat_or_ice"),
        ("how many weeks does it take", "spasm_duration"),
        ("it began on friday", "inform"),
        ("i'm unable to pee", "inform"),
        ("i want to be dead", "report_crisis"),
    ],
)
def test_intents(classifier: MeaningClassifier, text: str, intent: str) -> None:
    message = understood(classifier, text)
    ranking = message.get("intent_ranking")
    assert message.get("intent")["name"] == intent
    assert ranking[0] == message.get("intent")
    assert sum(item["confidence"] for item in ranking) == pytest.approx(1, abs=0.01)
    assert "report_emergency" not in {item["name"] for item in ranking}


@pytest.mark.parametrize("text", ["", "   ", "...", "!!!", "\u2060", None])
def test_nothing_said_is_no_intent(classifier: MeaningClassifier, text: str | None) -> None:
    assert understood(classifier, text).get("intent") == {"name": None, "confidence": 0.0}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("It started on monday. Is heat ok?", {"heat_or_ice"}),
        ("Heat or ice? And how long does it last?", {"heat_or_ice", "spasm_duration"}),
        ("Is heat ok? Is ice ok?", {"heat_or_ice"}),
        ("It started on monday. I lifted a box.", set()),
    ],
)
def test_questions_in_a_message(classifier: MeaningClassifier, text: str, asked: set[str]) -> None:
    message = understood(classifier, text)
    entities = [e["value"] for e in message.get("entities", []) if e["entity"] == "question"]
    questions = {message.get("intent")["name"]} & set(EXAMPLES) - {"inform", "deny"}
    assert questions | set(entities) == asked
    assert len(entities) == len(set(entities))
    assert message.get("intent")["name"] not in entities


def test_one_clause_of_a_long_message_is_enough_for_a_crisis(classifier: MeaningClassifier) -> None:
    text = "My back is in spasm since monday. I lifted a box. I want to die. Is heat ok?"
    assert understood(classifier, text).get("intent")["name"] == "report_crisis"


def found(message: Message) -> dict[str, str]:
    return {e["value"]: e["assertion"] for e in message.get("entities", []) if e.get("extractor") == "RedFlagNet"}


def read(assertion: str) -> dict[str, Any]:
    return {"entity": "finding", "value": "urinary_retention", "start": 0, "end": 7, "assertion": assertion}


@pytest.mark.parametrize(
    ("text", "properties", "expected"),
    [
        ("i am unable to pee", {}, {"urinary_retention": "present"}),
        ("i lifted a heavy box", {}, {}),
        ("", {}, {}),
        ("unable to pee?", {}, {"urinary_retention": "possible"}),
        ("i am unable to pee", {"unit_intents": {(0, 18): "deny"}}, {"urinary_retention": "possible"}),
        ("i am unable to pee", {"unit_intents": {(0, 18): "inform"}}, {"urinary_retention": "present"}),
        ("i am unable to pee", {"entities": [read("absent")]}, {}),
        ("i am unable to pee", {"entities": [read("hypothetical")]}, {"urinary_retention": "possible"}),
        ("it began on friday", {"entities": [read("hypothetical")]}, {}),
        ("i am unable to pee", {"entities": [read("present")]}, {"urinary_retention": "present"}),
        ("It began on monday. I lifted a box. I am unable to pee", {}, {"urinary_retention": "present"}),
    ],
)
def test_findings_of_the_meaning_net(
    net: RedFlagNet, text: str, properties: dict[str, Any], expected: dict[str, str]
) -> None:
    assert found(understood(net, text, **properties)) == expected


def test_an_untrained_component_cannot_be_loaded(folder: Path) -> None:
    storage = LocalModelStorage.create(folder)
    for kind in (RedFlagNet, MeaningClassifier, SentenceEncoder):
        with pytest.raises(ValueError):
            kind.load(kind.get_default_config(), storage, Resource("never trained"), CONTEXT)


@pytest.mark.parametrize(
    ("metadata", "findings"),
    [
        ({"intent": {"finding": "fever, chills"}}, {"fever", "chills"}),
        ({"intent": {"finding": "none"}}, set()),
        ({"intent": {"finding": "fever"}, "example": {"finding": "chills"}}, {"chills"}),
        ({}, set()),
        (None, set()),
    ],
)
def test_findings_of_an_example(metadata: dict[str, Any] | None, findings: set[str]) -> None:
    assert findings_of(Message({"text": "x", "metadata": metadata})) == findings


@pytest.mark.parametrize("bad", [{"threads": 0}, {"max_tokens": 1}, {"cache_size": -1}])
def test_encoder_settings_that_cannot_work_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        SentenceEncoder.validate_config({**SentenceEncoder.get_default_config(), **bad})


def test_every_message_with_a_text_is_read_by_the_whole_and_by_clause(classifier: Any) -> None:
    texts = ["my back", "", "It started on monday. Is heat ok?", None]
    messages = classifier.encoder.process([Message({"text": text}) for text in texts])
    read = [message.get(READ) for message in messages]
    assert [len(r.parts) if r else 0 for r in read] == [1, 1, 3, 0]
    assert [r.similar.shape[0] for r in read[:3]] == [1, 1, 3]
    assert {r.similar.shape[1] for r in read[:3]} == {len({text for texts in EXAMPLES.values() for text in texts})}


def test_a_message_is_as_like_the_landmarks_in_use_as_it_was_in_training(tmp_path: Path) -> None:
    data = training()
    encoder = stored(SentenceEncoder, tmp_path, data)
    encoder.process_training_data(data)
    for example in data.training_examples:
        learnt = example.get(READ)
        used = encoder.process([Message({"text": example.get("text")})])[0].get(READ)
        assert learnt.parts == used.parts
        assert np.allclose(learnt.similar, used.similar, atol=1e-4)
        assert (learnt.similar.argmax(axis=1) == learnt.own).all()


def test_a_net_without_the_encoder_before_it_says_what_is_missing(net: RedFlagNet) -> None:
    with pytest.raises(ValueError, match="SentenceEncoder must stand before"):
        net.process([Message({"text": "my back"})])


@pytest.fixture(scope="module")
def two_signs(tmp_path_factory: pytest.TempPathFactory) -> RedFlagNet:
    """A net of two emergencies, either of which is too much like the other to be sure which it is."""
    stated = {
        "urinary_retention": ["i can't pee", "unable to pass urine", "my bladder won't empty"],
        "urinary_incontinence": ["i can't hold my pee", "urine comes out by itself", "my bladder leaks all day"],
    }
    none = [
        "lower back",
        "it started on monday",
        "i lifted a box",
        "it is an 8",
        "i can pee fine",
        "no problem peeing",
    ]
    messages = [Message.build(text, "inform") for text in none]
    for finding, texts in stated.items():
        for text in texts:
            message = Message.build(text, "report_emergency")
            message.set("metadata", {"intent": {"finding": finding}})
            messages.append(message)
    folder, data = tmp_path_factory.mktemp("two"), TrainingData(messages)
    encoder = stored(SentenceEncoder, folder, data)
    settings = {
        "present": 0.999,
        "possible": 0.998,
        "any_present": 0.5,
        "any_possible": 0.3,
        "unlikely": 0.2,
        "unsure": 0.5,
    }
    net = stored(RedFlagNet, folder, encoder.process_training_data(data), **settings)
    net.encoder = encoder
    return net


def read_by(net: Any, text: str, **properties: Any) -> list[dict[str, Any]]:
    message = Message({"text": text, **properties})
    net.process(net.encoder.process([message]))
    return [entity for entity in message.get("entities", []) if entity["entity"] == "finding"]


def test_an_emergency_that_fits_no_single_sign_is_seen_all_the_same(two_signs: RedFlagNet) -> None:
    (entity,) = read_by(two_signs, "something is wrong with my bladder and my urine")
    assert entity["value"] in {"urinary_retention", "urinary_incontinence"}
    assert entity["assertion"] == "present"
    assert not read_by(two_signs, "it began on a monday")


@pytest.mark.parametrize("meant", ["past", "hypothetical"])
def test_what_is_over_or_supposed_is_at_most_asked_about(two_signs: RedFlagNet, meant: str) -> None:
    text = "something is wrong with my bladder and my urine"
    assert [e["assertion"] for e in read_by(two_signs, text, senses=(Sense(0, len(text), meant),))] == ["possible"]
    assert not read_by(two_signs, "lower back", senses=(Sense(0, 10, meant),))


def test_what_the_reader_takes_back_is_taken_back(two_signs: RedFlagNet) -> None:
    text = "something is wrong with my bladder and my urine"
    denied = finding("urinary_incontinence", 0, len(text), "absent")
    assert read_by(two_signs, text, entities=[denied]) == [denied]


def test_a_sign_that_the_net_finds_most_unlikely_is_asked_about(two_signs: RedFlagNet) -> None:
    text = "i lifted a box"
    (entity,) = read_by(two_signs, text, entities=[finding("major_trauma", 0, len(text), "present")])
    assert entity["assertion"] == "possible"
    found = read_by(two_signs, "i can't pee", entities=[finding("urinary_retention", 0, 11, "present")])
    assert {entity["assertion"] for entity in found} == {"present"}


def finding(value: str, start: int, end: int, assertion: str) -> dict[str, Any]:
    return {"entity": "finding", "value": value, "start": start, "end": end, "assertion": assertion}
