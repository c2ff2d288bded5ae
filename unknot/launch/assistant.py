"""Rasa's command line as the launcher starts it: watched, without packages that are never used, and with logs that
keep what people type to themselves.
"""

from unknot.observability import logs, serving
from unknot.rasa_patches.lazy_imports import load_when_used
from unknot.settings import load_settings


def main() -> None:
    """Its command line is Rasa's."""
    load_when_used()  # before Rasa is imported
    settings = load_settings()
    logs.set_up(settings, serving.ASSISTANT)
    from rasa.__main__ import main as serve

    from unknot.conversations.database import overwrite_deleted
    from unknot.rasa_patches import apply

    overwrite_deleted()
    apply(watch=True)
    serving.serve_metrics(settings, serving.ASSISTANT)
    serve()


if __name__ == "__main__":
    main()
