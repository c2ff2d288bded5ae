"""What operators see of a running assistant: metrics, log lines, an id that follows a turn. Never what was said."""
