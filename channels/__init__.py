"""Where people meet Unknot: the web, Slack."""
