"""Slack: direct messages, mentions, a slash command and a home tab, over HTTP or Socket Mode."""

from __future__ import annotations

from typing import Any

__all__ = ["SlackChannel"]


def __getattr__(name: str) -> Any:
    """`SlackChannel` on first use: it imports Rasa, which `python -m unknot.channels.slack` must not wait for."""
    if name == "SlackChannel":
        from unknot.channels.slack.channel import SlackChannel

        return SlackChannel
    raise AttributeError(name)
