"""A RabbitMQ of the tests' own on loopback, where Debian's package is installed (apt install rabbitmq-server)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unknot.launch.ports import free_port, is_free
from unknot.launch.supervisor import die_with_parent

HOST = "127.0.0.1"
_START_SECONDS = 60.0


def program() -> Path | None:
    """RabbitMQ's own start script, which needs no particular user."""
    return next(iter(sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))), None)


@contextmanager
def rabbitmq() -> Iterator[str]:
    """The address of a broker that is gone, with all it holds, when the block ends. RuntimeError without one."""
    script, names = program(), shutil.which("epmd")
    if script is None or names is None:
        raise RuntimeError("RabbitMQ is not on this machine: apt install rabbitmq-server")
    port, distribution, name_port = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="unknot-rabbitmq-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "plugins").write_text("[].\n")
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "ERL_EPMD_PORT": str(name_port),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": f"unknot{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": f"{name}/mnesia",
            "RABBITMQ_LOG_BASE": f"{name}/log",
            "RABBITMQ_PID_FILE": f"{name}/pid",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{name}/plugins",
            "RABBITMQ_CONF_ENV_FILE": f"{name}/none",
            "RABBITMQ_CONFIG_FILE": f"{name}/none",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        with (folder / "server.log").open("wb") as log:
            # Erlang's name server first: RabbitMQ would start one that stays.
            started = [
                subprocess.Popen(command, env=environ, stdout=log, stderr=log, preexec_fn=die_with_parent())
                for command in ([names], [str(script)])
            ]
            try:
                _wait(port, started[1], folder)
                yield f"amqp://guest:guest@{HOST}:{port}/"
            finally:
                for process in reversed(started):
                    process.terminate()
                    try:
                        process.wait(20)
                    except subprocess.TimeoutExpired:
                        process.kill()
                        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while is_free(HOST, port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((folder / "server.log").read_text(errors="replace")[-2000:])
        time.sleep(0.2)
