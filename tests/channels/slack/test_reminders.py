"""Reminders in Slack: only after a yes, one a day, once also where the server died, ended by a word or a tap."""

from __future__ import annotations

import asyncio
import json
import re
import time

import pytest
import sqlalchemy as sa

from tests.channels.slack.harness import find, pressed
from tests.channels.slack.test_surfaces import open_home, press_home
from unknot.channels.reminders import asked
from unknot.channels.slack.channel import SlackChannel
from unknot.conversations import reminders
from unknot.conversations.tables import INBOX
from unknot.knowledge.loader import load

pytestmark = pytest.mark.anyio
WHO = "slack:T1:U1"


def rows(app, table=reminders.REMINDERS):
    engine = sa.create_engine(app.channel._config.database_url, future=True)
    with engine.begin() as db:
        found = db.execute(sa.select(table)).all()
    engine.dispose()
    return found


def day_comes(app, who: str = WHO) -> None:
    """What the worker does at the due time."""
    engine = sa.create_engine(app.channel._config.database_url, future=True)
    with engine.begin() as db:
        reminders.fire(db, reminders.find(db, who).due)
    engine.dispose()


def worker(app):
    return app.channel._worker


async def fill_in(app, hour: str = "09:00", zone: str = "Europe/Berlin") -> None:
    values = {
        name: {"value": {"selected_option": {"value": value}}} for name, value in (("hour", hour), ("zone", zone))
    }
    view = {"callback_id": "remind_form", "state": {"values": values}}
    status, body = await app.interact({"type": "view_submission", "view": view})
    assert (status, body) == (200, "")


async def test_words_alone_start_nothing_before_the_zone_is_known(app):
    await app.say("remind me at 9")
    assert rows(app) == []
    assert app.assistant.words == []
    (post,) = app.slack.posts
    await app.press(post, "Remind me daily")
    (opened,) = app.slack.of("views.open")
    assert "Europe/Berlin" in json.dumps(opened["view"])
    await fill_in(app)
    (row,) = rows(app)
    assert (row.conversation, row.zone, row.minute) == (WHO, "Europe/Berlin", 540)
    assert "09:00 (Europe/Berlin)" in app.slack.texts[-1]
    await app.say("Remind me every day at 7:30 pm.")
    (row,) = rows(app)
    assert row.minute == 19 * 60 + 30


async def test_the_home_tab_asks_and_ends(app):
    view, _ = await open_home(app)
    await press_home(app, view, "Remind me daily")
    assert len(app.slack.of("views.open")) == 1
    await fill_in(app, "18:00", "America/New_York")
    await press_home(app, view, "No reminders")
    assert rows(app) == []
    assert app.slack.texts[-1] == load().messages["reminder_off"]


@pytest.mark.parametrize(("hour", "zone"), [("25:00", "UTC"), ("09:00", "Mars/Base"), ("9", "UTC")])
async def test_a_dialog_with_something_else_starts_nothing(app, hour, zone):
    await fill_in(app, hour, zone)
    assert rows(app) == []


async def test_it_comes_once_as_a_direct_message_that_says_nothing(app):
    await fill_in(app)
    app.slack.calls.clear()
    day_comes(app)
    for _ in range(3):
        await worker(app).bring()
    (post,) = app.slack.posts
    assert post["channel"] == "DT1U1"
    assert post["text"] == load().messages["reminder_greeting"].replace("&", "&amp;")
    assert not re.search(r"back|spasm|pain|medic|symptom", json.dumps(post), re.IGNORECASE)
    assert post["metadata"]["event_payload"] == {"id": "reminder.1"}
    assert {row.state for row in rows(app, reminders.CONTACTS)} == {"done"}


async def test_a_server_that_died_after_sending_doubles_nothing(app):
    await fill_in(app)
    day_comes(app)
    reminding, brought = worker(app), reminders.brought
    engine = sa.create_engine(app.channel._config.database_url, future=True)
    with engine.begin() as db:
        (mine,) = reminders.claim(db, "one that is gone", "slack:")
    await app.desk.reminders.bring(mine)  # it was sent, and the note of it was not written
    with engine.begin() as db:
        assert reminders.give_back(db, mine)
    engine.dispose()
    await reminding.bring()
    assert [post["text"] for post in app.slack.posts].count(load().messages["reminder_greeting"]) == 1
    assert {row.state for row in rows(app, reminders.CONTACTS)} == {"done"}
    assert brought is reminders.brought


async def test_what_slack_does_not_take_comes_later_and_under_no_other_line(app):
    await fill_in(app)
    app.slack.calls.clear()
    day_comes(app)
    for _ in range(5):
        app.slack.plan("chat.postMessage", 500)
    reminding = worker(app)
    await reminding.bring()
    assert app.slack.posts == []
    reminding._again.clear()
    await reminding.bring()
    assert app.slack.texts == [load().messages["reminder_greeting"]]


async def test_somebody_who_is_gone_is_given_up_for_the_day(app):
    await fill_in(app)
    day_comes(app)
    app.slack.calls.clear()
    app.slack.plan("chat.postMessage", error="user_is_deactivated")
    await worker(app).bring()
    assert {row.state for row in rows(app, reminders.CONTACTS)} == {"done"}
    assert app.slack.posts == []


@pytest.mark.parametrize("how", ["word", "press", "command", "delete"])
async def test_everything_that_ends_it_ends_it_at_once(app, how):
    await fill_in(app)
    day_comes(app)
    await worker(app).bring()
    post = app.slack.posts[-1]
    day_comes(app)
    if how == "word":
        await app.say("Stop!")
    elif how == "press":
        element, value = find(post, "No reminders")
        assert (await app.interact(pressed(post, element, value, "9.1", None)))[0] == 200
    elif how == "command":
        assert load().messages["reminder_off"] in json.loads(await app.command("stop"))["text"]
    else:
        view, _ = await open_home(app)
        await press_home(app, view, "Delete my data")
    sent = len(app.slack.posts)
    await worker(app).bring()
    assert rows(app) == []
    assert [row for row in rows(app, reminders.CONTACTS) if row.state != "done"] == []
    assert len(app.slack.posts) == sent
    assert app.assistant.words == []


async def test_stop_without_a_reminder_is_a_word_like_any_other(app):
    await app.say("stop")
    assert app.assistant.words == ["stop"]


async def test_an_event_that_comes_again_starts_and_says_nothing_twice(app):
    await fill_in(app)
    event = app.message("stop")
    for _ in range(2):
        assert await app.event(event) == 200
        await app.settle()
    assert app.slack.texts.count(load().messages["reminder_off"]) == 1
    assert app.assistant.words == []


async def test_a_copy_of_my_data_holds_it_and_a_workspace_that_leaves_takes_it(app):
    await fill_in(app)
    view, _ = await open_home(app)
    await press_home(app, view, "Copy of my data")
    assert "Europe/Berlin" in app.slack.texts[-1]
    await app.event({"type": "app_uninstalled"})
    await app.settle()
    assert rows(app) == rows(app, INBOX) == []


async def test_the_worker_runs_with_the_server(app):
    assert isinstance(app.channel, SlackChannel)
    assert worker(app).well
    now = int(time.time())
    for _ in range(100):
        if noted := rows(app, reminders.CLOCK):
            break
        await asyncio.sleep(0.05)
    assert noted[0].at == pytest.approx(now, abs=30)


@pytest.mark.parametrize(
    ("words", "minute"),
    [
        ("remind me", 540),
        ("Remind me daily", 540),
        ("remind me at 12 am", 0),
        ("remind me at 12pm", 720),
        ("please remind me every day at 8:05", 485),
        ("remind me at 25", None),
        ("remind me at 13 pm", None),
        ("remind me to take ibuprofen", None),
        ("it reminds me of last year", None),
    ],
)
def test_asking_in_words(words, minute):
    assert asked(words) == minute
