"""Two assistants, two action servers, PostgreSQL, Redis and nginx on loopback."""

from __future__ import annotations

import secrets
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from scripts import servers
from scripts.servers import Server
from unknot.launch.app import App
from unknot.launch.ports import free_port
from unknot.launch.probes import answers_http
from unknot.launch.supervisor import Part, Supervisor
from unknot.settings import ROOT, Settings

TEMPLATE = ROOT / "ops" / "nginx" / "unknot.conf.template"


@dataclass
class Cluster:
    """What runs; `assistants` and `actions` are names of parts of the supervisor."""

    url: str
    direct: list[str]
    assistants: list[str]
    actions: list[str]
    postgres: Server
    redis: Server
    nginx: Server
    supervisor: Supervisor
    logs: Path

    def kill(self, name: str) -> None:
        """SIGKILL to an assistant or an action server; it stays down until `start`."""
        self.supervisor.end_part(name)

    def start(self, name: str) -> None:
        """Starts a killed one and waits until it is ready."""
        self.supervisor.start_part(name)

    @staticmethod
    def restart(server: Server) -> None:
        """Stops PostgreSQL or Redis as a service manager does, and starts it again."""
        server.stop(signal.SIGINT)
        server.start()

    def pids(self, name: str) -> list[int]:
        """Process ids of a part or of one of the servers, with all their children."""
        server = {"postgres": self.postgres, "redis": self.redis, "nginx": self.nginx}.get(name)
        process = server._process if server else None
        first = process.pid if process else self.supervisor.pid(name)
        return [first, *_children(first)]


def fill(template: str, listen: str, assistants: list[str], actions: list[str], actions_port: int) -> str:
    """nginx' configuration for servers at `host:port`."""
    values = {
        "UNKNOT_LISTEN": listen,
        "UNKNOT_TLS": "",
        "UNKNOT_ASSISTANT_SERVERS": _servers(assistants),
        "UNKNOT_ACTION_SERVERS": _servers(actions),
        "UNKNOT_ACTIONS_LISTEN": f"127.0.0.1:{actions_port}",
    }
    for name, value in values.items():
        template = template.replace("${" + name + "}", value)
    return template


def _servers(places: list[str]) -> str:
    return "\n  ".join(f"server {place} max_fails=1 fail_timeout=2s;" for place in places)


@contextmanager
def cluster(model: Path, step: Callable[[str], None], copies: int = 2) -> Iterator[Cluster]:
    """Starts everything, `copies` of each server of ours, and stops it. Raises MissingServerError."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unknot-scale-")))
        step("starting PostgreSQL, Redis and nginx")
        postgres = stack.enter_context(servers.postgres(durable=True))
        redis = stack.enter_context(servers.redis())
        assistant_ports, action_ports = ([free_port() for _ in range(copies)] for _ in range(2))
        between = free_port()
        config = fill(
            TEMPLATE.read_text(encoding="utf-8"),
            "127.0.0.1:@PORT@",
            [f"127.0.0.1:{port}" for port in assistant_ports],
            [f"127.0.0.1:{port}" for port in action_ports],
            between,
        )
        nginx = stack.enter_context(servers.nginx(config))
        base = Settings(
            database_url=postgres.url,
            redis_url=redis.url,
            web_secret=secrets.token_hex(32),
            proxies=1,
        )
        parts = []
        for number, port in enumerate(action_ports, 1):
            settings = replace(base, actions_port=port, port=free_port(), data_dir=folder / f"actions-{number}")
            parts.append(_part(settings, model, 0, f"action server {number}"))
        for number, port in enumerate(assistant_ports, 1):
            settings = replace(base, actions_port=between, port=port, data_dir=folder / f"assistant-{number}")
            parts.append(_part(settings, model, 1, f"assistant {number}"))
        supervisor = stack.enter_context(Supervisor(parts, print))
        supervisor.start(step)
        names = [part.name for part in parts]
        direct = [f"http://127.0.0.1:{port}" for port in assistant_ports]
        made = Cluster(nginx.url, direct, names[copies:], names[:copies], postgres, redis, nginx, supervisor, folder)
        yield made


def _part(settings: Settings, model: Path, which: int, name: str) -> Part:
    """One of the two parts of an app, under a name of its own."""
    part = App(settings, model, ROOT / "credentials.yml").parts()[which]
    alive = answers_http(f"http://127.0.0.1:{settings.port}/health") if which else part.alive
    return replace(part, name=name, alive=alive)


def _children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [one for child in found.split() for one in (int(child), *_children(int(child)))]
