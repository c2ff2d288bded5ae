"""The web channel: the widget, its sessions and its conversations, on the assistant's own origin."""

from unknot.channels.web.server.channel import WebChannel

__all__ = ["WebChannel"]
