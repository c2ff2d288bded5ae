"""Manifest, tokens, credentials, `make slack`: what a person types, and what they are told when it is wrong."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from dataclasses import replace

import jsonschema
import pytest
import yaml
from rasa.shared.exceptions import InvalidConfigException

from tests.channels.slack.harness import SECRET
from unknot.channels.slack import SlackChannel
from unknot.channels.slack.config import SlackConfigError, from_settings, read_tokens
from unknot.channels.slack.words import FILE, own_words
from unknot.settings import ROOT, Settings

MANIFEST = yaml.safe_load((ROOT / "unknot" / "channels" / "slack" / "manifest.yml").read_text(encoding="utf-8"))
GOOD = Settings(slack_bot_token="xoxb-one", slack_app_token="xapp-socket")


def closed(properties: dict, *required: str) -> dict:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def words(most: int, least: int = 1, **more) -> dict:
    return {"type": "string", "minLength": least, "maxLength": most, **more}


YES_NO = {"type": "boolean"}
# The limits of Slack's published manifest schema, version 2, for the parts that are used here.
SCHEMA = closed(
    {
        "_metadata": closed({"major_version": {"const": 2}, "minor_version": {"type": "integer"}}),
        "display_information": closed(
            {
                "name": words(35),
                "description": words(140),
                "long_description": words(4000, 175),
                "background_color": words(7, 4, pattern="^#[0-9a-fA-F]+$"),
            },
            "name",
        ),
        "features": closed(
            {
                "app_home": closed(
                    dict.fromkeys(
                        ("home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"), YES_NO
                    )
                ),
                "bot_user": closed(
                    {"display_name": words(80, pattern="^[a-z0-9._-]+$"), "always_online": YES_NO}, "display_name"
                ),
                "shortcuts": {
                    "type": "array",
                    "maxItems": 10,
                    "items": closed(
                        {
                            "name": words(24),
                            "type": {"enum": ["message", "global"]},
                            "callback_id": words(255),
                            "description": words(150),
                        },
                        "name",
                        "type",
                        "callback_id",
                        "description",
                    ),
                },
                "slash_commands": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 50,
                    "items": closed(
                        {
                            "command": words(32, 2, pattern="^/"),
                            "url": words(3000, pattern="^https?://"),
                            "description": words(2000),
                            "usage_hint": words(1000),
                            "should_escape": YES_NO,
                        },
                        "command",
                        "description",
                    ),
                },
            }
        ),
        "oauth_config": closed({"scopes": closed({"bot": {"type": "array", "items": words(50), "maxItems": 255}})}),
        "settings": closed(
            {
                "event_subscriptions": closed(
                    {
                        "request_url": words(3500, pattern="^https?://"),
                        "bot_events": {"type": "array", "items": words(50), "maxItems": 100},
                    }
                ),
                "interactivity": closed(
                    {"is_enabled": YES_NO, "request_url": words(3500, pattern="^https?://")}, "is_enabled"
                ),
                "org_deploy_enabled": YES_NO,
                "socket_mode_enabled": YES_NO,
                "token_rotation_enabled": YES_NO,
            }
        ),
    },
    "display_information",
)
# The scope each thing we use needs, by Slack's reference.
NEEDED = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "conversations.open": "im:write",
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "/unknot": "commands",
    "shortcuts": "commands",
}


def test_the_manifest_keeps_slacks_rules():
    jsonschema.validate(MANIFEST, SCHEMA)


def test_the_manifest_asks_for_what_is_used_and_for_nothing_private():
    scopes = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert set(NEEDED.values()) <= scopes
    assert not {scope for scope in scopes if re.match(r"(channels|groups|mpim|users|files|admin)[:.]", scope)}
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == [
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "message.im",
        "tokens_revoked",
    ]
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"]


def test_socket_mode_needs_no_address():
    assert MANIFEST["settings"]["socket_mode_enabled"]
    assert "request_url" not in json.dumps(MANIFEST)


def test_every_word_of_our_own_is_used_and_there():
    code = "\n".join(path.read_text(encoding="utf-8") for path in FILE.parent.glob("*.py"))
    used = set(re.findall(r"""(?:words|self)\[["']([a-z_]+)["']\]""", code))
    used |= {f"side_{side}" for side in ("left", "right", "both", "centre")}
    used |= {"deleted", "delete_failed", "export_begin", "export_none"}
    assert used == set(own_words())


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("xoxb-1", {"*": "xoxb-1"}),
        ("T1=xoxb-1, T2=xoxb-2", {"T1": "xoxb-1", "T2": "xoxb-2"}),
        ("E1=xoxb-1,xoxb-2,", {"E1": "xoxb-1", "*": "xoxb-2"}),
    ],
)
def test_tokens_for_one_workspace_or_several(text, tokens):
    assert read_tokens(text) == tokens


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"slack_bot_token": ""}, "SLACK_BOT_TOKEN is missing"),
        ({"slack_bot_token": "xapp-socket"}, "swap the two"),
        ({"slack_bot_token": "xoxp-user"}, "must begin with xoxb-"),
        ({"slack_app_token": ""}, "SLACK_APP_TOKEN is missing"),
        ({"slack_app_token": "xoxb-one"}, "SLACK_APP_TOKEN must begin with xapp-"),
    ],
)
def test_wrong_tokens_are_told_in_one_sentence(changes, told):
    with pytest.raises(SlackConfigError, match=told) as raised:
        from_settings(replace(GOOD, **changes))
    assert "socket" not in str(raised.value)


@pytest.mark.parametrize("limits", [{"tokens": 1}, {"max_body": 0}, {"max_body": "5"}, {"max_body": True}, {"x": 1}])
def test_only_limits_may_stand_in_the_credentials_file(limits):
    with pytest.raises(SlackConfigError, match="must be a limit"):
        from_settings(GOOD, limits)
    assert from_settings(GOOD, {"max_body": 5}).max_body == 5


def test_a_secret_instead_of_an_app_token_means_http():
    config = from_settings(replace(GOOD, slack_app_token="", slack_signing_secret=SECRET))
    assert (config.app_token, config.signing_secret) == ("", SECRET)


def test_secrets_are_not_shown():
    shown = repr(from_settings(replace(GOOD, slack_signing_secret=SECRET))) + repr(GOOD)
    assert not [secret for secret in ("xoxb-one", "xapp-socket", SECRET) if secret in shown]


def test_the_credentials_file_names_the_channel_and_nothing_else():
    credentials = yaml.safe_load((ROOT / "unknot/channels/slack/credentials.yml").read_text(encoding="utf-8"))
    assert list(credentials) == [f"unknot.channels.slack.{SlackChannel.__name__}"]


def test_rasa_is_told_what_is_missing(monkeypatch):
    monkeypatch.setattr("unknot.channels.slack.channel.load_settings", lambda: replace(GOOD, slack_bot_token=""))
    with pytest.raises(InvalidConfigException, match="SLACK_BOT_TOKEN is missing"):
        SlackChannel.from_credentials({})


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN is missing"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "SLACK_BOT_TOKEN: the bot token is not accepted"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "SLACK_APP_TOKEN: Slack does not accept it"),
        ({"SLACK_BOT_TOKEN": "T2=xoxb-one"}, "the token given for T2 is for T1"),
        ({"UNKNOT_SLACK_API": "http://127.0.0.1:9/api/"}, "Slack cannot be reached"),
    ],
)
async def test_make_slack_says_what_is_wrong_and_starts_nothing(slack, environment, told):
    variables = {
        **os.environ,
        "SLACK_BOT_TOKEN": "xoxb-one",
        "SLACK_APP_TOKEN": "xapp-socket",
        "UNKNOT_SLACK_API": f"{slack.url}/api/",
        **environment,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "unknot.channels.slack"),
        cwd=ROOT,
        env=variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 64
    assert told in err.decode()
    assert len(err.decode().strip().splitlines()) == 1
    assert b"Traceback" not in err + out
    assert not re.search(rb"xoxb-(one|wrong)|xapp-(socket|wrong)", err + out)
