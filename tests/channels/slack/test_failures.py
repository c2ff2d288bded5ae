"""Rate limits, errors of Slack and of the assistant: nothing said gets lost, and the person is told."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from tests.channels.terminal import samples

pytestmark = pytest.mark.anyio


async def test_rate_limits_are_obeyed(app):
    app.slack.plan("chat.postMessage", 429, "ratelimited", Retry_After="1")
    began = time.perf_counter()
    await app.say("hi")
    assert time.perf_counter() - began >= 1.0
    assert app.slack.texts == [samples.GREETING["text"], samples.RED_FLAGS["text"]]


async def test_a_rate_limit_holds_back_everybody_not_only_the_one_who_met_it(app):
    app.slack.plan("chat.postMessage", 429, "ratelimited", Retry_After="1")
    await app.event(app.message("thanks", "U1"))
    await asyncio.sleep(0.3)
    tried = len(app.slack.planned["chat.postMessage"])
    await app.event(app.message("thanks", "U2"))
    await asyncio.sleep(0.3)
    assert tried == 0
    assert app.slack.posts == []
    await app.settle()
    assert len(app.slack.posts) == 2


async def test_the_turn_is_over_while_slack_holds_back_its_messages(app):
    app.slack.plan("chat.postMessage", 429, "ratelimited", Retry_After="2")
    await app.event(app.message("thanks"))
    await asyncio.sleep(0.3)
    assert await app.assistant.tracker_store.retrieve("slack:T1:U1") is not None
    assert app.slack.posts == []
    await app.settle()
    assert app.slack.texts == ["You are welcome."]


@pytest.mark.parametrize(("status", "error"), [(500, "internal_error"), (503, ""), (200, "fatal_error")])
async def test_passing_failures_are_tried_again(app, status, error):
    for _ in range(3):
        app.slack.plan("chat.postMessage", status, error)
    await app.say("thanks")
    assert app.slack.texts == ["You are welcome."]


async def test_attempts_are_bounded_and_the_words_come_later(app):
    for _ in range(5):
        app.slack.plan("chat.postMessage", 500, "internal_error")
    await app.say("thanks")
    assert app.slack.posts == []
    tracker = await app.assistant.tracker_store.retrieve("slack:T1:U1")
    assert tracker is not None
    await app.say("age")
    assert app.slack.texts == ["This did not reach you earlier:", samples.THANKS["text"], samples.AGE["text"]]


@pytest.mark.parametrize("error", ["account_inactive", "invalid_auth", "restricted_action"])
async def test_lasting_failures_are_not_tried_again(app, error, caplog):
    app.slack.plan("chat.postMessage", error=error)
    app.slack.plan("chat.postMessage", error="never asked for")
    await app.say("thanks")
    assert len(app.slack.planned["chat.postMessage"]) == 1
    assert "chat.postMessage failed" in caplog.text


async def test_refused_blocks_become_text(app):
    app.slack.plan("chat.postMessage", error="invalid_blocks")
    await app.say("plan")
    (post,) = app.slack.posts
    assert "blocks" not in post
    assert "Short walks" in post["text"]


async def test_an_old_channel_is_opened_anew(app):
    app.slack.plan("chat.postMessage", error="channel_not_found")
    await app.say("thanks", channel="DOLD")
    assert [post["channel"] for post in app.slack.posts] == ["DT1U1"]


async def test_the_turn_is_kept_while_slack_is_out_of_reach(app):
    await app.slack.stop()
    await app.say("thanks")
    assert app.assistant.words == ["thanks"]
    assert await app.assistant.tracker_store.retrieve("slack:T1:U1") is not None


async def test_a_turn_that_fails_is_told(app, caplog):
    async def fail(message):
        if message.text == "boom":
            raise RuntimeError("my private words")

    app.assistant.before = fail
    await app.say("boom")
    assert "Something went wrong" in app.slack.texts[0]
    await app.say("thanks")
    assert app.slack.texts[-1] == "You are welcome."
    assert "my private words" not in caplog.text


async def test_a_turn_that_never_ends_is_given_up_and_told(start):
    app = await start(turn_seconds=0.2)

    async def hang(message):
        if message.text == "hang":
            await asyncio.sleep(60)

    app.assistant.before = hang
    await app.say("hang")
    assert "Something went wrong" in app.slack.texts[0]
    await app.say("thanks")
    assert app.slack.texts[-1] == "You are welcome."


async def test_silence_is_told(app):
    app.assistant.answer = lambda text: []
    await app.say("x")
    assert "no answer" in app.slack.texts[0]


async def test_a_failed_update_after_a_click_goes_to_the_response_address(app):
    await app.say("location")
    app.slack.plan("chat.update", error="cant_update_message")
    await app.press(app.slack.posts[0], "Neck")
    (answer,) = app.slack.answers
    assert answer["replace_original"] is True
    assert "Neck" in answer["text"]
    assert app.assistant.words[-1] == "Neck"


async def test_no_words_in_the_logs(app, caplog):
    caplog.set_level(logging.DEBUG, "channels")
    for _ in range(5):
        app.slack.plan("chat.postMessage", 500, "internal_error")
    await app.say("my secret symptom")
    assert "secret" not in caplog.text


async def test_what_is_under_way_is_finished_when_the_server_stops(start, slack):
    app = await start()

    async def slowly(_):
        await asyncio.sleep(0.3)

    app.assistant.before = slowly
    await app.event(app.message("thanks"))
    await app.desk.close()
    assert slack.texts == ["You are welcome."]
