"""Where people meet Unknot: the web, Slack, the terminal."""
