"""Whole conversations through the channel, and who is talked to where."""

from __future__ import annotations

import pytest

from tests.channels.slack.harness import elements, ticked
from tests.channels.terminal import samples
from unknot.channels.slack.words import own_words

pytestmark = pytest.mark.anyio


async def test_conversation_to_a_plan_by_pressing(app):
    await app.say("hi")
    assert len(app.slack.posts) == 2
    await app.press(app.slack.posts[1], "None of these", ts="1.1")
    await app.press(app.slack.posts[2], "Upper back", ts="1.2")
    await app.press(app.slack.posts[3], "7", ts="1.3")
    assert app.assistant.words == ["hi", "None of these", "Upper back", "7 out of 10"]
    await app.say("40")
    assert "Warmth" in app.slack.texts[-1]
    await app.say("summary")
    assert "To take with you" in app.slack.texts[-1]
    assert set(app.assistant.senders) == {"slack:T1:U1"}


async def test_conversation_to_an_emergency_by_ticking(app):
    await app.say("hi")
    post = app.slack.posts[1]
    await app.press(post, "Send", state=ticked(post, "I cannot pee", "I have chest pain"))
    assert app.assistant.words[-1] == "I cannot pee. I have chest pain"
    last = app.slack.posts[-1]
    assert last["text"].startswith("EMERGENCY: Call 911")
    assert last["blocks"][0]["type"] == "header"
    assert last["blocks"][0]["text"]["text"] == "EMERGENCY"


async def test_typing_works_where_there_are_buttons(app):
    await app.say("hi")
    await app.say("none of these")
    await app.say("upper back")
    assert [post["text"] for post in app.slack.posts][2:] == [
        "Where does it hurt most?",
        "How bad is it from 0 to 10?",
    ]


async def test_direct_messages_are_flat(app):
    await app.say("thanks", thread_ts="1.0")
    post = app.slack.posts[-1]
    assert post["channel"] == "DT1U1"
    assert "thread_ts" not in post
    assert post["unfurl_links"] is False


async def test_a_mention_is_answered_privately_with_a_pointer(app):
    mention = {"type": "app_mention", "channel": "C1", "user": "U1", "text": "<@UBOT> thanks", "ts": "5.1"}
    await app.event({**mention, "thread_ts": "5.0"})
    await app.settle()
    assert app.assistant.words == ["thanks"]
    assert [post["channel"] for post in app.slack.posts] == ["DT1U1"]
    (pointer,) = app.slack.of("chat.postEphemeral")
    assert (pointer["channel"], pointer["user"], pointer["thread_ts"]) == ("C1", "U1", "5.0")
    assert "direct message" in pointer["text"]
    assert "\n" not in pointer["text"]


async def test_a_mention_without_words_starts(app):
    await app.event({"type": "app_mention", "channel": "C1", "user": "U1", "text": "<@UBOT>", "ts": "5.1"})
    await app.settle()
    assert app.assistant.words == ["Hello"]


async def test_a_mention_by_somebody_who_cannot_be_written_to(app):
    app.slack.plan("conversations.open", error="cannot_dm_bot")
    app.slack.plan("conversations.open", error="cannot_dm_bot")
    mention = {"type": "app_mention", "channel": "C1", "user": "U1", "text": "<@UBOT> thanks", "ts": "5.1"}
    await app.event(mention)
    await app.settle()
    (pointer,) = app.slack.of("chat.postEphemeral")
    assert "cannot send you a direct message" in pointer["text"]
    assert not [post for post in app.slack.posts if post["channel"] == "C1"]
    await app.say("hi")  # and once they write themselves, nothing is lost
    assert "This did not reach you earlier:" in app.slack.texts
    assert "You are welcome." in app.slack.texts


async def test_the_command_starts_and_points(app):
    assert await app.command() == ""
    assert app.assistant.words == ["Hello"]
    assert app.slack.answers[0]["response_type"] == "ephemeral"
    assert "direct message" in app.slack.answers[0]["text"]


async def test_the_command_carries_words(app):
    await app.command("thanks")
    assert app.slack.texts == ["You are welcome."]


async def test_the_command_in_our_own_conversation_needs_no_pointer(app):
    await app.command("thanks", channel="DT1U1")
    assert app.slack.answers == []


async def test_two_teams_with_the_same_user_id_are_two_people(app):
    await app.event(app.message("thanks"), team="T1")
    await app.event(app.message("thanks", channel="DT2U1"), team="T2")
    await app.settle()
    assert sorted(app.assistant.senders) == ["slack:T1:U1", "slack:T2:U1"]
    assert sorted((post["_team"], post["channel"]) for post in app.slack.posts) == [
        ("T1", "DT1U1"),
        ("T2", "DT2U1"),
    ]


async def test_a_team_without_a_token_is_not_answered_with_anothers(app):
    await app.event(app.message("thanks"), team="T9")
    await app.settle()
    assert app.slack.posts == []


@pytest.mark.parametrize(
    ("envelope", "sender"),
    [
        ({"team_id": None, "enterprise_id": "E1", "authorizations": [{"team_id": "T1"}]}, "slack:T1:U1"),
        ({"team_id": None, "enterprise_id": "E1", "authorizations": [{"team_id": None}]}, "slack:E1:U1"),
    ],
)
async def test_enterprise_installs_have_a_team_too(start, envelope, sender):
    app = await start(tokens={"*": "xoxb-one"})
    await app.event(app.message("thanks"), **envelope)
    await app.settle()
    assert app.assistant.senders == [sender]


IGNORED = {
    "our own message": {"bot_id": "B1"},
    "another bot": {"subtype": "bot_message", "bot_id": "B2"},
    "a bot's profile": {"bot_profile": {"id": "B3"}},
    "our own user": {"user": "UBOT"},
    "slackbot": {"user": "USLACKBOT"},
    "an edit": {"subtype": "message_changed", "message": {"text": "thanks"}},
    "a deletion": {"subtype": "message_deleted"},
    "a join": {"subtype": "channel_join"},
    "a reply's shadow": {"subtype": "message_replied"},
    "hidden": {"hidden": True},
    "nobody": {"user": None},
    "a channel": {"channel_type": "channel", "channel": "C1"},
    "a group": {"channel_type": "mpim", "channel": "G1"},
    "a reaction": {"type": "reaction_added"},
}


@pytest.mark.parametrize("more", IGNORED.values(), ids=IGNORED)
async def test_what_is_not_a_persons_message_to_us_is_ignored(app, more):
    await app.say("thanks", **more)
    assert app.assistant.heard == []
    assert app.slack.calls == []


async def test_pictures_and_voice_are_declined_kindly(app):
    await app.say("", subtype="file_share", files=[{"id": "F1"}])
    assert app.assistant.heard == []
    assert "words only" in app.slack.texts[0]


async def test_words_with_a_file_are_read(app):
    await app.say("thanks", subtype="file_share", files=[{"id": "F1"}])
    assert app.assistant.words == ["thanks"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("upper back &amp; neck &lt;3", "upper back & neck <3"),
        ("<@UBOT> it hurts", "it hurts"),
        ("see <https://x.org/a?b=1&amp;c|this page> now", "see this page now"),
        ("mail <mailto:a@b.org|a@b.org>", "mail a@b.org"),
        ("call <tel:911>", "call 911"),
        ("in <#C1|general> <!here>", "in general"),
        ("*my back* is _really_ ~not~ `stuck`", "my back is really not stuck"),
        ("it hurts :cold_sweat: :chest::skin-tone-3:", "it hurts"),
        ("since 10:30: bad", "since 10:30: bad"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("/restart", "\u2060/restart"),
        ('/inform{"pain": "9"}', '\u2060/inform{"pain": "9"}'),
        ("&gt; quoted", "quoted"),
        ("a\x00b\u00a0c", "ab\u00a0c"),
    ],
)
async def test_what_people_type_becomes_plain_words(app, raw, words):
    await app.say(raw)
    assert app.assistant.words == [words]


async def test_an_emoji_alone_is_no_symptom(app):
    await app.say(":cold_sweat:")
    assert app.assistant.heard == []
    assert "words only" in app.slack.texts[0]


async def test_a_very_long_message_is_read_in_part_and_that_is_said(app):
    await app.say("My back went. " + "word " * 2000 + "And I am numb between my legs.")
    heard = app.assistant.words[0]
    assert 3_900 < len(heard) <= 4_000
    assert heard.startswith("My back went.")
    assert heard.endswith("And I am numb between my legs.")
    assert app.slack.texts[0] == own_words()["too_long"]


async def test_our_words_cannot_become_markup(app):
    app.assistant.answer = lambda text: [{**samples.THANKS, "text": "<!channel> <@U2> *a* _b_ & <https://x.org|y>"}]
    await app.say("x")
    shown = app.slack.posts[0]["blocks"][0]["text"]
    assert shown["verbatim"] is True
    for text in (shown["text"], app.slack.texts[0]):
        assert "<" not in text
        assert "&lt;!channel&gt;" in text
        assert "*a*" not in text


async def test_many_choices_all_work(app):
    choices = [{"id": f"c{n}", "title": f"Choice number {n}"} for n in range(8)]
    app.assistant.answer = lambda text: [{"type": "ask", "asks": ["onset"], "text": "Which?", "choices": choices}]
    await app.say("x")
    post = app.slack.posts[0]
    assert len([item for item in elements(post) if item["type"] == "button"]) == 8
    await app.press(post, "Choice number 7")
    assert app.assistant.words[-1] == "Choice number 7"


async def test_ten_and_more_signs_are_ticked_and_all_sent(app):
    choices = [{"id": f"c{n}", "title": f"Sign {n}"} for n in range(14)]
    choices.append({"id": "none_of_these", "title": "None of these"})
    app.assistant.answer = lambda text: [{"type": "ask", "asks": ["red_flags"], "text": "Any?", "choices": choices}]
    await app.say("x")
    post = app.slack.posts[0]
    await app.press(post, "Send", state=ticked(post, "Sign 1", "Sign 12"))
    assert app.assistant.words[-1] == "Sign 1. Sign 12"


async def test_rasas_own_buttons_and_pictures_are_shown(app):
    async def old_style(message):
        await message.output_channel.send_response(
            message.sender_id,
            {"text": "Which?", "buttons": [{"title": f"B{n}", "payload": f"/b{n}"} for n in range(7)]},
        )
        await message.output_channel.send_response(message.sender_id, {"image": "https://x.org/a.png"})

    app.assistant.before = old_style
    app.assistant.answer = lambda text: []
    await app.say("x")
    await app.press(app.slack.posts[0], "B6")
    assert app.assistant.words == ["x", "B6"]
    assert app.slack.posts[1]["blocks"][0]["alt_text"]
