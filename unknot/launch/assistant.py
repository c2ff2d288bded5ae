"""Rasa's command line as the launcher starts it: watched, without packages that are never used, and with logs that
keep what people type to themselves.
"""

from unknot.launch.later import load_when_used
from unknot.observability import logs, serving
from unknot.settings import load_settings


def main() -> None:
    """Its command line is Rasa's."""
    load_when_used()  # before Rasa is imported
    settings = load_settings()
    logs.set_up(settings, serving.ASSISTANT)
    from rasa.__main__ import main as serve

    from unknot.conversations.database import overwrite_deleted
    from unknot.observability.assistant import watch_rasa
    from unknot.rasa_patches.private_logs import keep_private

    overwrite_deleted()
    keep_private()
    watch_rasa()
    serving.serve_metrics(settings, serving.ASSISTANT)
    serve()


if __name__ == "__main__":
    main()
