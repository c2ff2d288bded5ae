"""The web channel: the widget, its sessions and its conversations, on the assistant's own origin."""

from channels.web.channel import WebChannel

__all__ = ["WebChannel"]
