"""`make slack`, `make slack-web`: checks the tokens with Slack, says what is wrong, and starts the assistant."""

from __future__ import annotations

import asyncio
import logging
import os
import runpy
import sys
from dataclasses import replace

from unknot.channels.slack.api import TOKEN_FAULTS, SlackApi, SlackCallError
from unknot.channels.slack.config import ANY_TEAM, SlackConfig, SlackConfigError, from_settings
from unknot.settings import ROOT, USAGE_EXIT, SettingsError, load_settings

CREDENTIALS = ROOT / "unknot/channels/slack/credentials.yml"
WITH_WEB = CREDENTIALS.with_name("credentials_with_web.yml")


async def check(config: SlackConfig) -> list[str]:
    """Asks Slack about every token; returns who we are in each workspace. Raises SlackConfigError."""
    api = SlackApi(replace(config, attempts=2, most_waits=2))
    try:
        found = []
        for team, token in config.tokens.items():
            about = await _ask(api, "SLACK_BOT_TOKEN", token, "auth.test")
            if team not in (ANY_TEAM, about.get("team_id"), about.get("enterprise_id")):
                raise SlackConfigError(f"SLACK_BOT_TOKEN: the token given for {team} is for {about.get('team_id')}.")
            found.append(f"{about.get('user', 'the app')} in {about.get('team', 'the workspace')}")
        if config.app_token:
            await _ask(api, "SLACK_APP_TOKEN", config.app_token, "apps.connections.open")
        return found
    finally:
        await api.close()


async def _ask(api: SlackApi, variable: str, token: str, method: str) -> dict[str, object]:
    try:
        return await api.call_with(token, method)
    except SlackCallError as error:
        raise SlackConfigError(f"{variable}: {_meaning(variable, error.code)}.") from None


def _meaning(variable: str, code: str) -> str:
    if code == "unreachable":
        return "Slack cannot be reached from here; check the network"
    if variable == "SLACK_APP_TOKEN":
        if code == "missing_scope":
            return "the token lacks the scope connections:write (Basic Information > App-Level Tokens)"
        return f"Slack does not accept it ({code}); make one under Basic Information > App-Level Tokens"
    return TOKEN_FAULTS.get(code, f"Slack does not accept it ({code})")


def main() -> int:
    """Exit status: 64 when a token is missing or wrong, else the server's own. `--with-web`: the page too."""
    credentials = WITH_WEB if "--with-web" in sys.argv[1:] else CREDENTIALS
    logging.disable(logging.CRITICAL)  # what is wrong is said below, once
    try:
        config = from_settings(load_settings())
        for who in asyncio.run(check(config)):
            sys.stderr.write(f"Slack knows us as {who}.\n")
    except (SettingsError, SlackConfigError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_EXIT
    how = "Socket Mode" if config.app_token else "HTTP at /webhooks/slack/webhook"
    sys.stderr.write(f"Events come by {how}. Starting the assistant.\n")
    sys.stderr.flush()
    logging.disable(logging.NOTSET)
    os.chdir(ROOT)
    sys.argv = ["make slack", "--stop-with-parent", "--credentials", str(credentials)]
    runpy.run_module("unknot.launch.run", run_name="__main__")  # runs until stopped, then exits
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
