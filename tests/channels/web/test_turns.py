"""Messages, streams, history, choices: what a conversation needs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.channels.web.conftest import Person, events, payloads, problem
from tests.channels.web.serve import FakeServer


def test_replies_come_in_order_and_the_history_has_the_same_ids(person: Person) -> None:
    told = events(person.post({"text": "my back is in spasm"}, "message-ids1"))
    assert [event["event"] for event in told] == ["accepted", "reply", "reply", "done"]
    assert [item["id"] for item in person.history()] == ["message-ids1", "message-ids1.0", "message-ids1.1"]
    assert [item["payload"] for item in person.history()[1:]] == [event["payload"] for event in told[1:3]]


def test_each_reply_is_sent_when_it_is_there(person: Person) -> None:
    came: list[float] = []
    with person.http.stream("POST", "/api/messages", json={"id": "message-slow", "text": "slow"}) as answer:
        for line in answer.iter_lines():
            if '"reply"' in line:
                came.append(time.monotonic())
    assert came[1] - came[0] > 0.3


def test_an_emergency_does_not_wait_for_a_hung_action_server(person: Person) -> None:
    with person.http.stream("POST", "/api/messages", json={"id": "message-hang", "text": "hang"}) as answer:
        began = time.monotonic()
        for line in answer.iter_lines():
            if '"emergency"' in line:
                break
        assert time.monotonic() - began < 1
    # The page is gone, the turn is not: it ends, and is in the history.
    person.server.do(person.server.agent.hold.set)
    for _ in range(50):
        if len(person.history()) == 3:
            break
        time.sleep(0.05)
    assert [item["payload"]["level"] for item in person.history()[1:]] == ["emergency", "emergency"]
    person.server.do(person.server.agent.hold.clear)


def test_a_late_turn_ends_the_stream_and_goes_on(own_server: Callable[..., FakeServer]) -> None:
    server = own_server(turn_seconds=0.3, heartbeat_seconds=0.1)
    person = Person(server)
    person.begin()
    answer = person.post({"text": "hang"}, "message-late")
    assert [event["event"] for event in events(answer)] == ["accepted", "reply", "late"]
    assert answer.text.count("\n\n") >= 1, "no sign of life in between"
    opened = person.begin()
    assert opened["pending"] == ["message-late"]
    assert [item["id"] for item in opened["items"]] == ["message-late", "message-late.0"]
    server.do(server.agent.hold.set)
    again = events(person.post({"text": "hang"}, "message-late"))
    assert [event["event"] for event in again] == ["accepted", "reply", "reply", "done"]
    assert server.agent.turns == 1


@pytest.mark.parametrize("pause", [0.0, 0.3])
def test_a_retry_never_doubles_a_turn(person: Person, pause: float) -> None:
    before = person.server.agent.turns
    answers: list[list[dict[str, object]]] = []
    message = f"message-twice{int(pause * 10)}"

    def send() -> None:
        answers.append(events(person.post({"text": "slow"}, message)))

    first, second = threading.Thread(target=send), threading.Thread(target=send)
    first.start()
    time.sleep(pause)
    second.start()
    first.join()
    second.join()
    assert person.server.agent.turns == before + 1
    assert [event["event"] for event in answers[0]] == [event["event"] for event in answers[1]]
    assert len(person.history()) == 3


def test_a_restart_keeps_conversation_session_and_message_ids(own_server: Callable[..., FakeServer]) -> None:
    server = own_server()
    person = Person(server)
    person.begin()
    person.say("my back is in spasm", "message-first")
    said = person.history()
    server.stop()
    server.start()
    opened = person.begin()
    assert opened["new"] is False
    assert opened["items"] == said
    assert payloads(person.post({"text": "my back is in spasm"}, "message-first")) == [
        item["payload"] for item in said[1:]
    ]
    assert server.agent.turns == 0
    assert payloads(person.post({"choices": ["none_of_these"]}))[0]["asks"] == ["location"]
    assert server.agent.texts == ["None of these"]


def test_a_turn_cut_off_by_a_crash_runs_again(own_server: Callable[..., FakeServer]) -> None:
    server = own_server(turn_seconds=0.2, claim_seconds=0.01)
    person = Person(server)
    person.begin()
    assert events(person.post({"text": "hang"}, "message-crash"))[-1]["event"] == "late"
    server.stop()
    server.config = replace(server.config, turn_seconds=20.0)
    server.start()
    server.do(server.agent.hold.set)
    assert events(person.post({"text": "hang"}, "message-crash"))[-1]["event"] == "done"
    assert server.agent.turns == 1


def test_a_failed_turn_says_so_and_may_be_tried_again(person: Person, caplog: pytest.LogCaptureFixture) -> None:
    told = events(person.post({"text": "boom secret words"}, "message-boom"))
    assert [event["event"] for event in told] == ["accepted", "failed"]
    assert told[1]["message"]
    assert "secret words" not in caplog.text
    before = person.server.agent.turns
    assert events(person.post({"text": "boom secret words"}, "message-boom"))[-1]["event"] == "failed"
    assert person.server.agent.turns == before + 1


def test_silence_is_not_success(person: Person) -> None:
    assert events(person.post({"text": "silence"}))[-1]["event"] == "silent"


def test_choices_are_ids_and_reach_the_assistant_as_words(person: Person) -> None:
    person.say("my back is in spasm")
    assert problem(person.post({"choices": ["upper"]})) == (409, "stale_choice")
    person.post({"choices": ["none_of_these"]})
    person.post({"choices": ["upper"], "side": "left"})
    assert person.server.agent.texts[-1] == "Upper back, left side"
    assert person.history()[-2]["text"] == "Upper back, left side"
    assert problem(person.post({"choices": ["none_of_these"]})) == (409, "stale_choice")


def test_several_choices_are_several_sentences(person: Person) -> None:
    person.say("my back is in spasm")
    told = payloads(person.post({"choices": ["urinary_retention", "chest_pain", "chest_pain"]}))
    assert told[0]["level"] == "emergency"
    words = person.server.agent.texts[-1]
    assert words == "I cannot pee, or it is hard to start. I have chest pain, or pain in my arm or jaw"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": 7},
        {"text": None},
        {"choices": []},
        {"choices": "upper"},
        {"choices": [7]},
        {"choices": ["upper"] * 41},
        {"choices": ["none_of_these"], "side": "top"},
        {"id": "short", "text": "x"},
        {"id": "x" * 65, "text": "x"},
        {"id": "white space 1", "text": "x"},
        {"id": 12345678, "text": "x"},
    ],
)
def test_malformed_messages(person: Person, body: dict[str, object]) -> None:
    assert problem(person.http.post("/api/messages", json={"id": "message-bad1", **body})) == (
        400,
        "bad_request",
    )


@pytest.mark.parametrize("text", ["", "   \n ", "\x00\x01\ud800", "\u00a0\u2003"])
def test_nothing_said(person: Person, text: str) -> None:
    body = json.dumps({"id": "message-none", "text": text})
    answer = person.http.post("/api/messages", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer) == (400, "empty_text")


def test_a_thousand_characters_and_no_more(person: Person) -> None:
    assert events(person.post({"text": "a" * 1000}))[0]["text"] == "a" * 1000
    assert problem(person.post({"text": "a" * 1001})) == (400, "text_too_long")
    assert problem(person.post({"text": "a" * 20_000})) == (413, "too_large")


@pytest.mark.parametrize(
    "text", ["/restart", '/inform{"severity": 3}', " \t/back", "\x1c/session_start", "/", "\x00/restart", "//x"]
)
def test_typed_text_is_never_an_intent(person: Person, text: str) -> None:
    person.say(text)
    heard = person.server.agent.texts[-1]
    assert not heard.strip().startswith("/")
    visible = "".join(sign for sign in text if sign >= " ").strip()
    assert person.history()[-3 if len(person.history()) > 2 else 0]["text"] == visible


def test_lone_surrogates_and_control_characters_do_not_break_the_store(person: Person) -> None:
    body = b'{"id": "message-odd1", "text": "my \\ud83d back\\u0000 \\u0007hurts \xf0\x9f\x98\x80"}'
    answer = person.http.post("/api/messages", content=body, headers={"Content-Type": "application/json"})
    assert events(answer)[0]["text"] == "my  back hurts 😀"
    assert person.history()[0]["text"] == "my  back hurts 😀"


def test_reloading_while_a_turn_runs_shows_it_as_pending(person: Person) -> None:
    with person.http.stream("POST", "/api/messages", json={"id": "message-load", "text": "slow"}) as answer:
        next(line for line in answer.iter_lines() if '"reply"' in line)
        opened = person.begin()
    assert opened["pending"] == ["message-load"]
    assert [item["id"] for item in opened["items"]] == ["message-load", "message-load.0"]
