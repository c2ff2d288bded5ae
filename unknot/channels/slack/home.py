"""The home tab and its dialogs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unknot.channels.slack import blocks, reminding
from unknot.channels.slack.blocks import Block
from unknot.channels.slack.mrkdwn import escape
from unknot.channels.slack.render import render
from unknot.channels.slack.words import Words

START, SUMMARY, EXPORT, DELETE = "home_start", "home_summary", "home_export", "home_delete"


def home(words: Words) -> Block:
    """The home tab: what this is, start, last summary, a copy of my data, delete my data."""
    confirm = {
        "title": blocks.plain(words["delete_title"], 100),
        "text": blocks.plain(words["delete_text"], 300),
        "confirm": blocks.plain(words["delete_yes"], 30),
        "deny": blocks.plain(words["delete_no"], 30),
        "style": "danger",
    }
    buttons = [
        blocks.button(START, words["home_start"], START, style="primary"),
        blocks.button(SUMMARY, words["home_summary"], SUMMARY),
        blocks.button(EXPORT, words["home_export"], EXPORT),
        blocks.button(reminding.ASK, words["remind_ask"], reminding.ASK),
        blocks.button(reminding.STOP, words["remind_stop"], reminding.STOP),
        blocks.button(DELETE, words["home_delete"], DELETE, style="danger", confirm=confirm),
    ]
    return {
        "type": "home",
        "blocks": [
            blocks.header(words["home_title"]),
            blocks.section(escape(words["home_what"])),
            blocks.section(escape(words["home_not"])),
            *blocks.actions("home", buttons),
            blocks.context(escape(words["home_private"])),
        ],
    }


def summary(payload: Mapping[str, Any] | None, words: Words) -> Block:
    """A dialog with the last summary, or the news that there is none."""
    body = [blocks.section(escape(words["summary_none"]))]
    if payload is not None:
        body = [block for message in render(payload, words) for block in message.blocks]
    return {
        "type": "modal",
        "title": blocks.plain(words["summary_title"], blocks.TITLE),
        "close": blocks.plain(words["close"], blocks.TITLE),
        "blocks": body[: blocks.VIEW_BLOCKS],
    }
