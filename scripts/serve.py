"""Runs the assistant or the action server alone, in this process's place, with logs on its output: for containers.

    python -m scripts.serve assistant
    python -m scripts.serve actions

Nothing is trained or watched here: the model is made when the image is, and restarting is the platform's.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from scripts.app import App, StartError
from scripts.exposure import check_exposure, close_to_others
from scripts.probes import channels
from scripts.train import Project, current_model
from settings import ROOT, SettingsError, load_settings

PARTS = ("actions", "assistant")  # in the order of App.parts


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns only when something stands in the way."""
    parser = argparse.ArgumentParser(prog="python -m scripts.serve", description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--credentials", type=Path, default=ROOT / "credentials.yml", help="channels to serve")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings()
        check_exposure(settings, channels(options.credentials))
        close_to_others(settings)
        model = current_model(Project())
        if model is None:
            raise StartError("There is no model of these files: run python -m scripts.train first.")
        part = App(settings, model, options.credentials.resolve()).parts()[PARTS.index(options.part)]
    except (SettingsError, StartError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    os.chdir(part.folder or ROOT)
    os.execve(part.command[0], list(part.command), dict(part.environment))


if __name__ == "__main__":
    sys.exit(main())
