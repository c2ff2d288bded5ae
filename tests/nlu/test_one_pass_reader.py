"""The component that reads a message in one pass, trained on a handful of examples and loaded as Rasa does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from unknot.encoder.minilm import EncoderError
from unknot.encoder.one_pass import FOLDER, packaged_heads
from unknot.nlu.labels import labelled, states_of
from unknot.nlu.one_pass_reader import OnePassReader

CONTEXT = ExecutionContext(GraphSchema({}), node_name="component")
EXAMPLES = {
    "heat_or_ice": ["heat or ice", "is heat ok", "should i use a cold pack"],
    "spasm_duration": ["how long does it last", "when is it over", "how many days will it take"],
    "inform": ["lower back", "it started on monday", "i lifted a box"],
    "ask_the_moon": ["dear moon, what do you say", "moon, tell me", "what says the moon tonight"],
}


def example(text: str, intent: str, **metadata: str) -> Message:
    message = Message.build(text, intent)
    message.set("metadata", {"intent": metadata})
    return message


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> OnePassReader:
    data = TrainingData(
        [example(text, intent, findings="none") for intent, texts in EXAMPLES.items() for text in texts]
    )
    storage, resource = LocalModelStorage.create(tmp_path_factory.mktemp("model")), Resource("reader")
    settings = OnePassReader.get_default_config()
    OnePassReader.create(settings, storage, resource, CONTEXT).train(data)
    return OnePassReader.load(settings, storage, resource, CONTEXT)


def read(reader: OnePassReader, text: str, *findings: dict[str, Any]) -> Message:
    message = Message(data={"text": text, "entities": list(findings)})
    return reader.process([message])[0]


def found(message: Message) -> dict[str, tuple[str, str, str]]:
    return {
        e["value"]: (e["certainty"], e["course"], e["owner"])
        for e in message.get("entities")
        if e["entity"] == "finding"
    }


def test_an_intent_that_the_packaged_readouts_do_not_know_is_learnt(reader: OnePassReader) -> None:
    assert "ask_the_moon" not in packaged_heads().intents
    assert read(reader, "moon, what do you say tonight").get("intent")["name"] == "ask_the_moon"
    assert read(reader, "is heat ok").get("intent")["name"] == "heat_or_ice"


def test_a_sign_of_now_is_stated_and_a_denied_one_denied(reader: OnePassReader) -> None:
    text = "since this morning i cannot feel my bum or between my legs"
    assert found(read(reader, text))["saddle_numbness"] == ("stated", "unknown", "patient")
    assert found(read(reader, "no chest pain at all"))["chest_pain"][0] == "denied"


def test_the_words_that_decided_are_quoted(reader: OnePassReader) -> None:
    text = "my back went on tuesday. since this morning i cannot feel my bum"
    (entity,) = (e for e in read(reader, text).get("entities") if e.get("value") == "saddle_numbness")
    assert "feel my bum" in text[entity["start"] : entity["end"]] or entity["end"] == len(text)


def test_two_questions_are_both_found(reader: OnePassReader) -> None:
    message = read(reader, "heat or ice? and how long does it last?")
    asked = {
        message.get("intent")["name"],
        *(e["value"] for e in message.get("entities") if e["entity"] == "question"),
    }
    assert {"heat_or_ice", "spasm_duration"} <= asked


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\u2060", "a" * 1000, "💥" * 50, "ẞ" * 400])
def test_any_text_is_read_without_alarm(reader: OnePassReader, text: str) -> None:
    assert not [kind for kind in found(read(reader, text)).values() if kind[0] == "stated"]


def test_a_damaged_weight_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    for name in ("one_pass.npz", "one_pass.json"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    (tmp_path / "one_pass.npz").write_bytes(b"damaged")
    with pytest.raises(EncoderError, match=r"one_pass\.npz"):
        packaged_heads(tmp_path)


def test_labels_say_states_and_owners() -> None:
    assert states_of("chest_pain, fever:denied, stroke_signs:now:other") == {
        "chest_pain": "now",
        "fever": "denied",
        "stroke_signs": "other",
    }
    with pytest.raises(ValueError, match="none of"):
        states_of("fever:maybe")
    about = labelled(example("x", "report_emergency", findings="chest_pain"), {"report_emergency": "inform"})
    assert about.intent == "inform"
    assert about.states == {"chest_pain": "now", "emergency": "now"}
    assert labelled(example("x", "inform"), {}).states is None
    assert labelled(example("x", "inform", learn="findings", findings="none"), {}).intent is None


def said_in_words(name: str, text: str) -> dict[str, Any]:
    return {
        "entity": "finding",
        "value": name,
        "start": 0,
        "end": len(text),
        "assertion": "present",
        "experiencer": "self",
        "confidence": 1.0,
    }


@pytest.mark.parametrize("sign", ["stroke_signs", "pregnancy_pain"])
def test_words_that_say_a_sign_plainly_are_asked_about_whatever_the_model_thinks(
    reader: OnePassReader, sign: str
) -> None:
    text = "lower back"
    assert sign not in found(read(reader, text))
    assert found(read(reader, text, said_in_words(sign, text)))[sign][0] == "possible"


def test_being_pregnant_with_a_sore_back_is_asked_about_and_its_words_are_stated(reader: OnePassReader) -> None:
    text = "30 weeks pregnant and my back is in spasm"
    assert found(read(reader, text)).get("pregnancy_pain", ("possible",))[0] == "possible"
    waves = "33 weeks pregnant, back pain with contractions"
    assert found(read(reader, waves, said_in_words("pregnancy_pain", waves)))["pregnancy_pain"][0] == "stated"
