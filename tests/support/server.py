"""A real assistant and action server for tests, on free ports, with a database of its own."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

from unknot.launch.app import ACTIONS, ASSISTANT, App
from unknot.launch.ports import free_port
from unknot.launch.probes import forget_probe, http_json
from unknot.launch.supervisor import Supervisor
from unknot.settings import ROOT, Settings

REST_PATH = "/webhooks/rest/webhook"


class RestServer:
    """Talks to the assistant as a client does, and does to its parts what the world may do.

    Nothing is restarted by itself: a test that kills a part sees what a person would see meanwhile.
    """

    def __init__(self, model: Path, credentials: Path, folder: Path, *, root: Path = ROOT, **changes: Any) -> None:
        """`folder` takes the database and the logs; `changes` are fields of Settings, such as region="uk"."""
        defaults = Settings(
            port=free_port(),
            actions_port=free_port(),
            data_dir=folder,
            database_url=f"sqlite:///{folder / 'unknot.db'}",
        )
        self.app = App(replace(defaults, **changes), model, credentials, root)
        self._supervisor = Supervisor(self.app.parts(), print)
        self._harmed = False

    def __enter__(self) -> RestServer:
        try:
            self._supervisor.start()
        except BaseException:
            self._supervisor.stop()
            raise
        forget_probe(self.app.settings.database_url, self.app.root)
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.stop()

    @property
    def url(self) -> str:
        """Address of the assistant, without a trailing slash."""
        return self.app.url

    @property
    def logs(self) -> Path:
        """Folder of assistant.log and actions.log."""
        return self.app.logs

    @property
    def database(self) -> Path:
        """The SQLite file of the conversations."""
        return self.app.settings.data_dir / "unknot.db"

    def post(self, sender: str, text: str) -> list[dict[str, Any]]:
        """Every REST message that answers `text`, as Rasa sends them."""
        replies: list[dict[str, Any]] = http_json(self.url + REST_PATH, {"sender": sender, "message": text})
        return replies

    def say(self, sender: str, text: str) -> list[dict[str, Any]]:
        """The custom payloads that answer `text`, in order."""
        return [reply["custom"] for reply in self.post(sender, text) if "custom" in reply]

    def kill_actions(self) -> None:
        """SIGKILL to the action server."""
        self._harmed = True
        self._supervisor.end_part(ACTIONS)

    def restart_actions(self) -> None:
        """A new action server, ready."""
        self._supervisor.start_part(ACTIONS)
        self._harmed = False

    def hang_actions(self) -> None:
        """The action server takes connections and answers nothing, until `resume_actions`."""
        self._harmed = True
        self._supervisor.send(ACTIONS, signal.SIGSTOP)

    def resume_actions(self) -> None:
        """Lets a hung action server go on."""
        self._supervisor.send(ACTIONS, signal.SIGCONT)
        self._harmed = False

    def restart_assistant(self) -> None:
        """SIGKILL to the assistant and a new one on the same database, ready."""
        self._supervisor.start_part(ASSISTANT)
        forget_probe(self.app.settings.database_url, self.app.root)

    def mend(self) -> None:
        """A working action server again after a test has killed or hung it."""
        if self._harmed:
            self.restart_actions()
