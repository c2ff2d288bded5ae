"""Rasa 3.6 on the libraries of today: what it lacks is there for it, for nobody else, and says so when used."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from unknot.settings import ROOT

pytestmark = pytest.mark.slow

# Packages of development are hidden: as the service's environment has it.
IN_ONE_PROCESS = """
import json, sys
import rasa_today
from importlib.machinery import PathFinder
class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if any(f"{name}.".startswith(f"{absent}.") for absent in rasa_today.ABSENT):
            return None
        return PathFinder.find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Without

import rasa.__main__, rasa.core.agent, rasa.core.channels, rasa.core.run, rasa.core.test
import rasa.model_training, rasa.nlu.test
import rasa.core.training.interactive, rasa.server, rasa.utils.plotting, rasa.validator
import rasa.engine.recipes.default_components
specs = {name: getattr(module, "__spec__", None) for name, module in sys.modules.items()}
loaders = {name: spec.loader for name, spec in specs.items() if spec}
asked = {name for name in rasa_today.ABSENT if type(loaders.get(name)).__module__ == "rasa_today"}

import numpy, packaging.version
from rasa.core.channels.socketio import SocketIOInput
from rasa.core.channels.telegram import TelegramOutput
from rasa.core.channels.twilio import TwilioOutput
from rasa.core.channels.webexteams import WebexTeamsInput
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.utils.validation import validate_training_data_format_version as check
from rasa.utils.endpoints import EndpointConfig

def store(**kind):
    return TrackerStore.create(EndpointConfig(**kind) if kind else None, Domain.empty())

def imported():
    sys.modules.pop("pymongo")
    import pymongo

def said(use):
    try:
        return type(use()).__name__
    except Exception as error:
        return f"{type(error).__name__}: {error}"

found = {
    "asked": sorted(asked),
    "listed": sorted(rasa_today.ABSENT),
    "telegram": said(lambda: TelegramOutput("token")),
    "webex": said(lambda: WebexTeamsInput("token")),
    "twilio": said(lambda: TwilioOutput("a", "b", "c")),
    "socketio": said(lambda: SocketIOInput().blueprint(None)),
    "mongo": said(lambda: store(type="mongod")),
    "dynamo": said(lambda: store(type="dynamo")),
    "sql": said(lambda: store(type="SQL", dialect="nonsense")),
    "memory": said(store),
    "others": said(imported),
    "numpy": numpy.VisibleDeprecationWarning is numpy.exceptions.VisibleDeprecationWarning,
    "legacy": isinstance(packaging.version.parse("3.1"), packaging.version.LegacyVersion),
    "versions": [check({"version": version}, "a.yml") for version in ("3.1", "3.0", "4.0")],
    "odd version": said(lambda: check({"version": "latest"}, "a.yml")),
}
print(json.dumps(found))
"""


def run(code: str) -> str:
    """The last line that a new Python prints."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    result: dict[str, Any] = json.loads(run(IN_ONE_PROCESS))
    return result


def test_a_process_without_rasa_imports_nothing_for_it() -> None:
    code = "import sys, rasa_today; print(sorted({'numpy', 'packaging', 'rasa'} & set(sys.modules)))"
    assert run(code) == "[]"


def test_rasa_imports_without_what_is_left_out_and_asks_for_all_that_is_listed(found: dict[str, Any]) -> None:
    assert found["asked"] == [
        name for name in found["listed"] if name != "botocore"
    ]  # asked for with a tracker store


@pytest.mark.parametrize(
    ("used", "package"),
    [
        ("telegram", "aiogram"),
        ("webex", "webexteamssdk"),
        ("twilio", "twilio"),
        ("socketio", "socketio"),
        ("mongo", "pymongo"),
        ("dynamo", "boto3"),
    ],
)
def test_using_one_says_what_is_missing(found: dict[str, Any], used: str, package: str) -> None:
    assert found[used].startswith(f"RasaException: This needs the package {package} ")
    assert "ops/python/rasa-today/README.md" in found[used]


def test_other_tracker_stores_are_made_and_fail_as_ever(found: dict[str, Any]) -> None:
    """Rasa names the errors of MongoDB and DynamoDB after `except` whatever the store."""
    assert found["memory"] == "InMemoryTrackerStore"
    assert found["sql"].startswith("NoSuchModuleError")


def test_nobody_else_is_told_that_it_is_there(found: dict[str, Any]) -> None:
    assert found["others"] == "ModuleNotFoundError: No module named 'pymongo'"


def test_the_moved_names(found: dict[str, Any]) -> None:
    assert found["numpy"] is True
    assert found["legacy"] is False


def test_versions_in_training_files(found: dict[str, Any]) -> None:
    assert found["versions"] == [True, True, False]
    assert found["odd version"] == "InvalidVersion: Invalid version: 'latest'"
