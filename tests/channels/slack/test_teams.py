"""Workspaces: which events are ours, and what happens when a workspace leaves."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio
NAMELESS = {"team_id": None, "authorizations": []}


async def test_what_names_no_workspace_goes_to_the_only_one(start):
    for tokens in ({"T1": "xoxb-one"}, {"*": "xoxb-one"}):
        app = await start(tokens=tokens)
        await app.event(app.message("thanks", f"U{len(tokens)}{next(iter(tokens))[0]}"), **NAMELESS)
        await app.settle()
        assert [sender.split(":")[1] for sender in app.assistant.senders] == ["T1"]


async def test_what_names_no_workspace_of_several_is_dropped_and_said(app, caplog):
    assert await app.event(app.message("secret words"), **NAMELESS) == 200
    await app.settle()
    assert app.assistant.heard == []
    assert "an event was dropped" in caplog.text
    assert "secret words" not in caplog.text


async def test_a_token_answers_only_its_own_workspace(start, caplog):
    app = await start(tokens={"*": "xoxb-one"})
    await app.event(app.message("secret words"), team="T2", authorizations=[])
    await app.settle()
    assert app.assistant.heard == []
    assert app.slack.posts == []
    assert "no token is for" in caplog.text
    await app.event(app.message("thanks"), team="T1")
    await app.settle()
    assert app.slack.texts == ["You are welcome."]


async def test_words_are_not_turned_away_while_slack_cannot_say_whose_the_token_is(start):
    app = await start(tokens={"*": "xoxb-one"})
    app.slack.plan("auth.test", status=503, error="service_unavailable")
    await app.event(app.message("thanks"), team="T1")
    await app.settle()
    assert app.assistant.words == ["thanks"]


async def test_a_workspace_that_leaves_takes_its_conversations_along(app):
    await app.say("hi")
    await app.say("thanks", "U2")
    await app.event(app.message("thanks"), team="T2", authorizations=[])
    await app.event({"type": "app_uninstalled"})
    await app.settle()
    records = app.desk._records
    assert await records.everything("slack:T1:U1") is None
    assert await records.everything("slack:T1:U2") is None
    assert (await records.everything("slack:T2:U1"))["messages"]


async def test_a_revoked_token_is_said(app, caplog):
    await app.say("hi")
    await app.event({"type": "tokens_revoked", "tokens": {"oauth": ["U9"]}})
    assert "revoked" not in caplog.text, "a person's token, which we never had"
    await app.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UBOT"]}})
    assert "the bot token of a workspace was revoked" in caplog.text
    assert await app.desk._records.everything("slack:T1:U1")


async def test_of_a_long_message_the_end_is_read_too(start):
    app = await start(max_text=200)
    await app.say("my back hurts " * 100 + "and now i cannot feel my legs")
    (heard,) = app.assistant.words
    assert len(heard) <= 200
    assert heard.startswith("my back hurts")
    assert heard.endswith("and now i cannot feel my legs")
    assert any("beginning" in text or "long" in text for text in app.slack.texts)


@pytest.mark.parametrize("stamp", ["abc", "-1", "1e9", "9" * 40, "secret words"])
async def test_an_unsigned_request_writes_nothing_of_its_own_into_the_log(app, caplog, stamp):
    assert (await app.post(b"{}", X_Slack_Request_Timestamp=stamp, X_Slack_Signature="v0=0")).status == 401
    assert stamp not in caplog.text
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_the_health_addresses_are_there_with_slack_alone(app):
    base = app.url.removesuffix("/webhooks/slack/webhook")
    for path, status in (("/health", 200), ("/healthz", 200), ("/readyz", 200)):
        async with app.http.get(base + path) as answer:
            assert answer.status == status, path
