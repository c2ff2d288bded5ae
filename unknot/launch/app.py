"""The two processes of the assistant, as parts for the supervisor."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from unknot.conversations.address import database_file
from unknot.conversations.database import fault_of
from unknot.launch.endpoints import write_endpoints
from unknot.launch.ports import in_use_message, is_free
from unknot.launch.probes import alive_for, answers_http, probe_for
from unknot.launch.supervisor import Part
from unknot.observability.serving import ACTIONS as ACTIONS_METRICS
from unknot.observability.serving import ASSISTANT as ASSISTANT_METRICS
from unknot.observability.serving import port_of
from unknot.settings import ROOT, Settings, as_environment, http_url, secret_names

ACTIONS, ASSISTANT = "action server", "assistant"
METERED = (ACTIONS_METRICS, ASSISTANT_METRICS)

_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore::DeprecationWarning,ignore::FutureWarning,ignore::UserWarning",
    "PYTHONUNBUFFERED": "1",
}
# For NumPy. The products of a turn are small: a second thread halves a millisecond where a core is idle, and costs
# ten where none is, because the threads wait for each other awake.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}


class StartError(RuntimeError):
    """Something outside stands in the way of a start; the message is for the person at the terminal."""


def check_places(settings: Settings) -> None:
    """Raises StartError where the data folder cannot be written, or the database is not as it should be."""
    probe = settings.data_dir / ".writable"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartError(
            f"The folder {settings.data_dir} cannot be written ({error.strerror}): "
            "give this user the right to, or name another one in UNKNOT_DATA_DIR."
        ) from None
    if fault := fault_of(settings.database_url):
        raise StartError(
            f"The database {database_file(settings.database_url)}: {fault}. Nothing was changed in it. "
            "docs/operations.md says how to restore it from a copy, or to begin with an empty one."
        )


def check_ports(settings: Settings) -> None:
    """Raises StartError, naming who holds it, when a port is taken."""
    for host, port, variable in (
        (settings.host, settings.port, "UNKNOT_PORT"),
        (settings.actions_host, settings.actions_port, "UNKNOT_ACTIONS_PORT"),
        *((settings.metrics_host, port_of(settings, part), "UNKNOT_METRICS_PORT") for part in METERED),
    ):
        if port and not is_free(host, port):
            raise StartError(in_use_message(port, variable))


@dataclass(frozen=True)
class App:
    """One assistant with its action server: where its project is and how it is configured."""

    settings: Settings
    model: Path
    credentials: Path
    root: Path = ROOT

    @property
    def url(self) -> str:
        """Where the assistant answers, without a trailing slash."""
        return http_url(self.settings.host, self.settings.port)

    @property
    def actions_url(self) -> str:
        """Where the action server answers, without a trailing slash."""
        return http_url(self.settings.actions_host, self.settings.actions_port)

    @property
    def logs(self) -> Path:
        """The folder of both logs."""
        return self.settings.data_dir / "log"

    def parts(self, environ: Mapping[str, str] | None = None) -> list[Part]:
        """The action server and the assistant, in starting order; StartError if a file is missing."""
        for path in (self.model, self.credentials, self.root / "endpoints.yml"):
            if not path.is_file():
                raise StartError(f"{path} is missing.")
        environment = {
            **(os.environ if environ is None else environ),
            **as_environment(self.settings),
            **_QUIET,
        }
        environment["PYTHONPATH"] = str(self.root)
        if file := database_file(self.settings.database_url, self.root):
            file.parent.mkdir(parents=True, exist_ok=True)
        return [self._actions(environment), self._assistant(environment)]

    def _actions(self, environment: Mapping[str, str]) -> Part:
        level = {"DEBUG": "--debug", "INFO": "--verbose"}.get(self.settings.log_level, "--quiet")
        command = [sys.executable, "-m", "unknot.launch.action_server", "--actions", "actions"]
        # It keeps nothing and talks to nobody: it needs no secret but the one that tells its caller.
        hidden = set(secret_names()) - {"UNKNOT_ACTIONS_KEY"}
        environment = {name: value for name, value in environment.items() if name not in hidden}
        health = answers_http(f"{self.actions_url}/health")
        return Part(
            name=ACTIONS,
            command=[*command, "--port", str(self.settings.actions_port), level],
            log=self.logs / "actions.log",
            environment={**environment, "SANIC_HOST": self.settings.actions_host},
            ready=health,
            alive=health,
            folder=self.root,
        )

    def _assistant(self, environment: Mapping[str, str]) -> Part:
        level = {"DEBUG": "--debug", "INFO": "--verbose"}.get(self.settings.log_level, "--quiet")
        command = [sys.executable, "-m", "unknot.launch.assistant", "run", "--model", str(self.model)]
        command += ["--interface", self.settings.host, "--port", str(self.settings.port)]
        command += [
            "--endpoints",
            str(write_endpoints(self.root / "endpoints.yml", self.settings, self.root)),
        ]
        command += ["--credentials", str(self.credentials), level]
        return Part(
            name=ASSISTANT,
            command=command,
            log=self.logs / "assistant.log",
            environment={**_ONE_THREAD, **environment, "LOG_LEVEL": self.settings.log_level},
            ready=probe_for(self.credentials, self.url),
            alive=alive_for(self.credentials, self.url),
            folder=self.root,
        )
