"""The web: the widget and the channel behind it."""
