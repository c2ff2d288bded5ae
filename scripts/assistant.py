"""Rasa's command line as the launcher starts it: watched, without packages that are never used, and with logs that
keep what people type to themselves.
"""

from observability import logs, serving
from scripts.later import load_when_used
from settings import load_settings


def main() -> None:
    """Its command line is Rasa's."""
    load_when_used()  # before Rasa is imported
    settings = load_settings()
    logs.set_up(settings, serving.ASSISTANT)
    from rasa.__main__ import main as serve

    from components.private_logs import keep_private
    from observability.assistant import watch_rasa

    keep_private()
    watch_rasa()
    serving.serve_metrics(settings, serving.ASSISTANT)
    serve()


if __name__ == "__main__":
    main()
