"""Rasa 3.6 on the libraries of today: what it lacks is there for it, for nobody else, and says so when used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from unknot.settings import ROOT

START = "import sys\nimport rasa_today\n"
# Packages of development among them: as the service's environment has it.
HIDE = """
from importlib.machinery import PathFinder
class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if any(f"{name}.".startswith(f"{absent}.") for absent in rasa_today.ABSENT):
            return None
        return PathFinder.find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Without
"""


def run(code: str) -> list[str]:
    """The lines that a new Python prints."""
    command = [sys.executable, "-W", "ignore", "-c", START + code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_process_without_rasa_imports_nothing_for_it() -> None:
    code = "print(sorted({'numpy', 'packaging', 'rasa', 'importlib.metadata'} & set(sys.modules)))"
    assert run(code) == ["[]"]


def test_everything_of_rasa_that_is_used_imports_without_what_is_left_out() -> None:
    code = """
import rasa.__main__, rasa.core.agent, rasa.core.channels, rasa.core.run, rasa.core.test
import rasa.model_training, rasa.nlu.test
import rasa.core.training.interactive, rasa.server, rasa.utils.plotting, rasa.validator
import rasa.engine.recipes.default_components
specs = {name: getattr(module, "__spec__", None) for name, module in sys.modules.items()}
loaders = {name: spec.loader for name, spec in specs.items() if spec}
print(sorted(name for name in rasa_today.ABSENT if type(loaders.get(name)).__module__ != "rasa_today"))
"""
    assert run(HIDE + code)[-1] == "['botocore']"  # asked for later; all others at once, or need not be listed


def test_a_tracker_store_can_be_made_and_fails_as_ever() -> None:
    """Rasa names the errors of MongoDB and DynamoDB after `except` whatever the store."""
    code = """
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig
print(isinstance(TrackerStore.create(None, Domain.empty()), InMemoryTrackerStore))
for kind in ("mongod", "dynamo", "SQL"):
    try:
        TrackerStore.create(EndpointConfig(type=kind, dialect="nonsense"), Domain.empty())
    except Exception as error:
        print(type(error).__name__, str(error).partition(":")[0].partition(" (")[0])
"""
    assert run(HIDE + code) == [
        "True",
        "RasaException This needs the package pymongo",
        "RasaException This needs the package boto3",
        "NoSuchModuleError Can't load plugin",
    ]


@pytest.mark.parametrize(
    ("use", "package"),
    [
        ("from rasa.core.channels.telegram import TelegramInput, TelegramOutput; TelegramOutput('token')", "aiogram"),
        ("from rasa.core.channels.webexteams import WebexTeamsInput; WebexTeamsInput('token')", "webexteamssdk"),
        ("from rasa.core.channels.twilio import TwilioOutput; TwilioOutput('a', 'b', 'c')", "twilio"),
        ("from rasa.core.channels.socketio import SocketIOInput; SocketIOInput().blueprint(None)", "socketio"),
    ],
)
def test_using_one_says_what_is_missing(use: str, package: str) -> None:
    code = f"""
from rasa.shared.exceptions import RasaException
try:
    {use}
except RasaException as error:
    print(error)
"""
    (said,) = run(HIDE + code)
    assert f"needs the package {package} " in said
    assert "ops/python/rasa-today/README.md" in said


def test_nobody_else_is_told_that_it_is_there() -> None:
    code = """
import rasa
try:
    import pymongo
except ImportError as error:
    print(error)
"""
    assert run(HIDE + code) == ["No module named 'pymongo'"]


def test_the_moved_names() -> None:
    code = """
import rasa.utils.common
import numpy, packaging.version
print(numpy.VisibleDeprecationWarning is numpy.exceptions.VisibleDeprecationWarning)
print(isinstance(packaging.version.parse("3.1"), packaging.version.LegacyVersion))
"""
    assert run(code) == ["True", "False"]


def test_versions_in_training_files() -> None:
    code = """
from rasa.shared.utils.validation import validate_training_data_format_version as check
print(check({"version": "3.1"}, "a.yml"), check({"version": "3.0"}, "a.yml"), check({"version": "4.0"}, "a.yml"))
try:
    check({"version": "latest"}, "a.yml")
except ValueError as error:
    print(error)
"""
    assert run(code) == ["True True False", "Invalid version: 'latest'"]
