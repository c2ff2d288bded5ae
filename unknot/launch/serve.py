"""Runs the assistant or the action server alone, in this process's place, with logs on its output: for containers.

    python -m unknot.launch.serve assistant
    python -m unknot.launch.serve actions

Nothing is trained or watched here: the model is made when the image is, and restarting is the platform's.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from unknot.launch.app import App, StartError, check_places
from unknot.launch.exposure import check_exposure, close_to_others
from unknot.launch.probes import channels
from unknot.launch.train import Project, current_model
from unknot.settings import ROOT, SettingsError, load_settings

PARTS = ("actions", "assistant")  # in the order of App.parts


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns only when something stands in the way."""
    parser = argparse.ArgumentParser(prog="python -m unknot.launch.serve", description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--credentials", type=Path, default=ROOT / "credentials.yml", help="channels to serve")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings()
        check_exposure(settings, channels(options.credentials))
        check_places(settings)
        close_to_others(settings)
        model = current_model(Project())
        if model is None:
            raise StartError("There is no model of these files: run python -m unknot.launch.train first.")
        part = App(settings, model, options.credentials.resolve()).parts()[PARTS.index(options.part)]
    except (SettingsError, StartError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    os.chdir(part.folder or ROOT)
    os.execve(part.command[0], list(part.command), dict(part.environment))


if __name__ == "__main__":
    sys.exit(main())
