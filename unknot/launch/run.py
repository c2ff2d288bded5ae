"""Starts the assistant and its action server, keeps both running, and stops both.

`make run` serves the web page, `make serve-rest` Rasa's stock REST channel for evaluation.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from unknot.conversations.keys import kept_text
from unknot.launch.app import App, StartError, check_places, check_ports
from unknot.launch.exposure import check_exposure, close_to_others
from unknot.launch.keeper import Keeper
from unknot.launch.probes import channels, forget_probe
from unknot.launch.progress import Progress
from unknot.launch.supervisor import PartError, Stopped, Supervisor, stop_signals, stop_with_parent
from unknot.launch.train import TrainingError, train
from unknot.settings import ROOT, SettingsError, load_settings

ACTIONS_KEY_FILE = "actions_key"
REST_PATH = "/webhooks/rest/webhook"


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--credentials", type=Path, default=ROOT / "credentials.yml", help="channels to serve")
    parser.add_argument("--stop-with-parent", action="store_true", help="stop when the calling process ends")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Runs until stopped; 0 when asked to stop, 1 when something failed for good."""
    options = parse(arguments)
    if options.stop_with_parent:
        stop_with_parent()
    progress = Progress()
    try:
        with stop_signals():
            _serve(options.credentials.resolve(), progress)
    except Stopped:
        progress.say("Stopped.")
        return 0
    except (SettingsError, StartError, TrainingError, PartError) as error:
        progress.say(str(error))
    return 1


def _serve(credentials: Path, progress: Progress) -> None:
    settings = load_settings()
    check_exposure(settings, channels(credentials))
    check_places(settings)
    check_ports(settings)
    close_to_others(settings)
    if not settings.actions_key:
        settings = replace(settings, actions_key=kept_text(settings.data_dir, ACTIONS_KEY_FILE))
    app = App(settings, train(progress=progress), credentials)
    with Supervisor(app.parts(), progress.say) as supervisor:
        supervisor.start(progress.step)
        forget_probe(settings.database_url, app.root)
        link = app.url + (REST_PATH if "rest" in channels(credentials) else "/")
        progress.say(f"\nUnknot is ready: {link}\nStop it with Ctrl-C. The logs are in {app.logs}\n")
        keeper = Keeper(settings).start()
        try:
            supervisor.watch()
        finally:
            keeper.stop()


if __name__ == "__main__":
    sys.exit(main())
