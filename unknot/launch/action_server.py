"""rasa_sdk's action server as the launcher starts it: watched, with logs that keep what people type to themselves."""

from unknot.launch.action_guard import Guarding
from unknot.observability import actions, logs, serving
from unknot.settings import load_settings


def main() -> None:
    """Its command line is rasa_sdk's."""
    settings = load_settings()
    logs.set_up(settings, serving.ACTIONS)
    from rasa_sdk.__main__ import main as serve
    from rasa_sdk.plugin import plugin_manager

    plugin_manager().register(actions.Watching())
    plugin_manager().register(Guarding(settings.actions_key))
    serving.serve_metrics(settings, serving.ACTIONS)
    serve()


if __name__ == "__main__":
    main()
