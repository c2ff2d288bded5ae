"""Home tab, dialogs, the form, deleting, the message after a choice."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import pytest

from tests.channels.slack.harness import elements, find, pressed, ticked
from tests.channels.terminal import samples
from unknot.conversations.access import AwayError

pytestmark = pytest.mark.anyio


async def open_home(app, user: str = "U1"):
    await app.event({"type": "app_home_opened", "user": user, "tab": "home", "channel": f"DT1{user}"})
    await app.settle()
    (published,) = app.slack.of("views.publish")
    return {"text": "", "channel": "", **published["view"]}, published


async def press_home(app, view, action: str) -> None:
    element, _ = find(view, action)
    payload = {"type": "block_actions", "actions": [{**element, "block_id": "home"}], "container": {"type": "view"}}
    assert (await app.interact(payload))[0] == 200


async def test_home_says_what_it_is_and_offers_six_things(app):
    view, published = await open_home(app)
    assert published["user_id"] == "U1"
    assert [item["text"]["text"] for item in elements(view)] == [
        "Start",
        "Last summary",
        "Copy of my data",
        "Remind me daily",
        "No reminders",
        "Delete my data",
    ]
    assert "not a clinician" in json.dumps(view)
    assert "confirm" in elements(view)[5]


async def test_the_messages_tab_publishes_nothing(app):
    await app.event({"type": "app_home_opened", "user": "U1", "tab": "messages"})
    await app.settle()
    assert app.slack.calls == []


async def test_home_starts_a_conversation(app):
    view, _ = await open_home(app)
    await press_home(app, view, "Start")
    assert app.assistant.words == ["Hello"]
    assert app.slack.posts[0]["channel"] == "DT1U1"


async def test_home_shows_the_last_summary(app):
    view, _ = await open_home(app)
    await app.say("summary")
    await app.say("thanks")
    await press_home(app, view, "Last summary")
    (opened,) = app.slack.of("views.open")
    assert opened["view"]["type"] == "modal"
    assert "upper back, left" in json.dumps(opened["view"])


async def test_home_says_when_there_is_no_summary(app):
    view, _ = await open_home(app)
    await press_home(app, view, "Last summary")
    assert "no summary yet" in json.dumps(app.slack.of("views.open"))


async def test_home_shows_nobody_elses_summary(app):
    view, _ = await open_home(app)
    await app.say("summary", user="U2")
    await press_home(app, view, "Last summary")
    assert "no summary yet" in json.dumps(app.slack.of("views.open"))


async def test_deleting_removes_the_conversation_and_only_that(app):
    view, _ = await open_home(app)
    await app.say("summary")
    await app.say("summary", user="U2")
    await press_home(app, view, "Delete my data")
    store = app.assistant.tracker_store
    assert await store.retrieve("slack:T1:U1") is None
    assert await store.retrieve("slack:T1:U2") is not None
    assert "Your data is deleted" in app.slack.texts[-1]


async def test_a_copy_of_ones_own_data(app):
    await app.say("thanks, 1 &lt; 2 &amp; my own words")
    await app.say("somebody else's words", user="U2")
    view, _ = await open_home(app)
    before = len(app.slack.texts)
    await press_home(app, view, "Copy of my data")
    await app.settle()
    begin, *parts = app.slack.texts[before:]
    assert "as JSON" in begin
    text = "".join(part.removeprefix("```").removesuffix("```") for part in parts)
    kept = json.loads(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert kept["messages"][0]["text"] == "thanks, 1 < 2 & my own words"
    assert [message["from"] for message in kept["messages"]][1] == "bot"
    assert all(message["text"] for message in kept["messages"])
    assert "somebody else" not in text


async def test_a_copy_of_nothing(app):
    view, _ = await open_home(app)
    await press_home(app, view, "Copy of my data")
    await app.settle()
    assert app.slack.texts[-1] == "Nothing is kept about you."


async def test_deleting_drops_what_could_not_be_sent(app):
    view, _ = await open_home(app)
    for _ in range(5):
        app.slack.plan("chat.postMessage", 500, "internal_error")
    await app.say("summary")
    await press_home(app, view, "Delete my data")
    await app.say("thanks")
    assert not any("To take with you" in text for text in app.slack.texts)


async def test_data_that_cannot_be_deleted_at_the_moment_is_admitted(app, monkeypatch):
    view, _ = await open_home(app)

    async def away(_):
        raise AwayError

    records = app.desk._records
    monkeypatch.setattr(records, "_database", SimpleNamespace(run=away))
    await press_home(app, view, "Delete my data")
    assert "could not be deleted" in app.slack.texts[-1]


async def test_what_is_said_after_the_deletion_was_asked_for_is_answered(app):
    await app.say("hi")
    view, _ = await open_home(app)
    stuck = asyncio.Event()

    async def wait(_):
        await stuck.wait()

    app.assistant.before = wait
    await app.event(app.message("thanks"))
    deleting = asyncio.create_task(press_home(app, view, "Delete my data"))
    await asyncio.sleep(0.2)
    await app.event(app.message("age"))
    stuck.set()
    await deleting
    await app.settle()
    assert app.assistant.words == ["hi", "thanks", "age"]
    kept = await app.desk._records.everything("slack:T1:U1")
    assert [one["text"] for one in kept["messages"] if one["from"] == "user"] == ["age"]


async def test_the_shortcut_starts(app):
    await app.interact({"type": "shortcut", "callback_id": "start"})
    assert app.assistant.words == ["Hello"]


@pytest.mark.parametrize(
    ("payload", "press", "ticks", "shown", "sent"),
    [
        (samples.LOCATION, "Neck", (), "Neck", "Neck"),
        (samples.SEVERITY, "7", (), "7", "7 out of 10"),
        (samples.SEVERITY, "Mild, about 2", (), "Mild, about 2", "Mild, about 2"),
        (samples.RED_FLAGS, "None of these", (), "None of these", "None of these"),
        (samples.RED_FLAGS, "Send", ("I cannot pee",), "I cannot pee", "I cannot pee"),
        (
            samples.RED_FLAGS,
            "Send",
            ("I cannot pee", "I have chest pain"),
            "I cannot pee; I have chest pain",
            "I cannot pee. I have chest pain",
        ),
        # A sign that was ticked is never lost to "none of these".
        (samples.RED_FLAGS, "None of these", ("I cannot pee",), "I cannot pee", "I cannot pee"),
    ],
)
async def test_after_a_choice_the_buttons_are_replaced_by_it(app, payload, press, ticks, shown, sent):
    app.assistant.answer = lambda text: [payload] if text == "x" else [samples.THANKS]
    await app.say("x")
    post = app.slack.posts[0]
    await app.press(post, press, ts="8.8", state=ticked(post, *ticks))
    assert app.assistant.words == ["x", sent]
    (update,) = app.slack.of("chat.update")
    assert (update["channel"], update["ts"]) == ("DT1U1", "8.8")
    assert not elements(update)
    assert update["blocks"][-1]["elements"][0]["text"] == f"*You chose:* {shown}"
    assert update["text"].endswith(f"You chose: {shown}")
    assert update["blocks"][0] == post["blocks"][0]
    assert len(update["blocks"]) == 2


async def test_ticking_alone_sends_nothing(app):
    await app.say("red_flags")
    await app.press(app.slack.posts[0], "I cannot pee")
    assert app.assistant.words == ["red_flags"]
    assert app.slack.of("chat.update") == []


async def test_send_without_a_tick_asks_for_one_and_stays(app):
    await app.say("red_flags")
    post = app.slack.posts[0]
    await app.press(post, "Send", ts="8.8", state=ticked(post))
    assert "Nothing is ticked" in app.slack.answers[0]["text"]
    assert app.slack.answers[0]["replace_original"] is False
    await app.press(post, "Send", ts="8.8", state=ticked(post, "I cannot pee"))
    assert app.assistant.words == ["red_flags", "I cannot pee"]


async def test_a_message_without_its_words_is_still_replaced(app):
    """Slack leaves the message out of the payload of an ephemeral one."""
    await app.say("location")
    post = app.slack.posts[0]
    payload = pressed(post, *find(post, "Neck"), "8.8", None)
    del payload["message"]
    await app.interact(payload)
    assert app.slack.of("chat.update")[0]["text"] == "You chose: Neck"


def submission(view, **picked: str):
    values = {}
    for block in view["blocks"]:
        options = block["element"]["options"]
        wanted = picked.get(block["block_id"])
        chosen = next((option for option in options if wanted in (option["text"]["text"], option["value"])), None)
        values[block["block_id"]] = {"value": {"type": "static_select", "selected_option": chosen}}
    return {"type": "view_submission", "view": {**view, "id": "V1", "state": {"values": values}}}


async def form(app):
    await app.say("location")
    await app.press(app.slack.posts[0], "open_form", ts="8.8")
    (opened,) = app.slack.of("views.open")
    assert opened["trigger_id"]
    return opened["view"]


@pytest.mark.parametrize(
    ("picked", "sent"),
    [
        ({"place": "Upper back", "side": "Left side", "pain": "7"}, "Upper back, left side, 7 out of 10"),
        ({"place": "Neck"}, "Neck"),
        ({"pain": "0"}, "0 out of 10"),
        ({"place": "Lower back", "pain": "10"}, "Lower back, 10 out of 10"),
    ],
)
async def test_the_form_sends_place_side_and_pain_in_one_go(app, picked, sent):
    view = await form(app)
    status, body = await app.interact(submission(view, **picked))
    assert (status, body) == (200, "")
    assert app.assistant.words[-1] == sent
    (update,) = app.slack.of("chat.update")
    assert update["ts"] == "8.8"
    assert update["text"] == f"Where does it hurt most?\nYou chose: {sent}"


async def test_an_empty_form_is_not_taken(app):
    view = await form(app)
    _, body = await app.interact(submission(view))
    assert json.loads(body)["response_action"] == "errors"
    assert app.assistant.words == ["location"]


async def test_form_and_buttons_are_one_choice(app):
    view = await form(app)
    await app.press(app.slack.posts[0], "Neck", ts="8.8")
    await app.interact(submission(view, place="Upper back"))
    assert app.assistant.words == ["location", "Neck"]


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_submission", "view": {"callback_id": "another"}},
        {"type": "view_closed", "view": {}},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": [{"action_id": "another", "value": "x"}]},
        {"type": "block_actions", "actions": [{"action_id": "choice.0", "type": "button"}]},
        {"type": "message_action"},
        {"type": "block_actions", "user": {}},
    ],
)
async def test_unknown_interactions_do_nothing(app, payload):
    assert (await app.interact(payload))[0] == 200
    assert app.assistant.heard == []


async def test_a_choice_that_looks_like_a_command_is_words(app):
    choices = [{"id": "a", "title": '/inform{"pain": "9"}'}, {"id": "b", "title": "B"}]
    app.assistant.answer = lambda text: [{"type": "ask", "asks": ["onset"], "text": "?", "choices": choices}]
    await app.say("x")
    await app.press(app.slack.posts[0], "choice.0")
    assert app.assistant.words[-1].startswith("\u2060/")
