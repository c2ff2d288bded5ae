"""PostgreSQL, Redis and nginx for tests and measurements: found or installed, started on loopback, stopped again.

    with redis() as server:
        server.url  # redis://127.0.0.1:PORT/0

Each runs on a free port of 127.0.0.1 with a temporary folder of its own, as an unprivileged user where this process
is root, and is gone with its data when the block ends. `python -m scripts.servers` installs what is missing; without
it a lacking program is a `MissingServerError` whose text says what to do.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from unknot.launch.ports import free_port
from unknot.launch.supervisor import die_with_parent

HOST = "127.0.0.1"
PACKAGES = {"postgres": "postgresql", "redis-server": "redis-server", "nginx": "nginx"}
_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
_Command = Sequence[str | Path]
_START_SECONDS, _STOP_SECONDS = 30.0, 10.0


class MissingServerError(RuntimeError):
    """A program is not on this machine; the text says how to get it."""


class ServerError(RuntimeError):
    """A server did not start; the text holds the end of its log."""


def find(program: str) -> Path | None:
    """The program on PATH or where Debian puts it, else None."""
    if found := shutil.which(program):
        return Path(found)
    places = [Path(folder) / program for folder in _FOLDERS]
    places += sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)
    return next((path for path in places if os.access(path, os.X_OK)), None)


def need(program: str) -> Path:
    """The program. Raises MissingServerError."""
    if found := find(program):
        return found
    package = PACKAGES.get(program, program)
    raise MissingServerError(
        f"{program} is not on this machine: run .venv/bin/python -m scripts.servers as root, "
        f"or install it (on Debian: apt install {package})."
    )


def install(*programs: str) -> list[str]:
    """Debian's packages for what is missing, where this process may install; gives what is still missing."""
    lacking = [program for program in programs if find(program) is None]
    if lacking and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"installing {', '.join(lacking)} for tests and measurements", flush=True)
        packages = [PACKAGES[program] for program in lacking]
        # A run level of 1 keeps Debian from starting the services as the machine's own.
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", *command], env=environment, capture_output=True, timeout=600, check=False)
    return [program for program in lacking if find(program) is None]


class Server:
    """A server that can be stopped, killed and started again on the same port with the same folder."""

    def __init__(
        self, name: str, command: _Command, port: int, folder: Path, url: str, ready: Callable[[], bool]
    ) -> None:
        self.port, self.folder, self.url = port, folder, url
        self._name, self._command, self._ready = name, [str(part) for part in command], ready
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers. Raises ServerError."""
        with self.log.open("ab") as log:
            self._process = _spawn(self._command, self.folder, log.fileno())
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            if self._ready():
                return
            time.sleep(0.05)
        self.stop(signal.SIGKILL)
        raise ServerError(f"{self._name} did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends it; SIGKILL is a crash. Its data stay."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def pause(self) -> None:
        """It holds its connections and answers nothing, until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets a paused server go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(which)

    @property
    def log(self) -> Path:
        """What it wrote to its output."""
        return self.folder / "server.log"


@contextmanager
def redis(*options: str) -> Iterator[Server]:
    """A Redis that keeps nothing on disk; `options` are more of its command-line options."""
    program, port = need("redis-server"), free_port()
    with _folder() as folder:
        command: _Command = [program, "--port", str(port), "--bind", HOST, "--dir", folder, "--save", "", *options]
        url = f"redis://{HOST}:{port}/0"
        with _running(Server("redis-server", command, port, folder, url, _open(port))) as server:
            yield server


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Server]:
    """A PostgreSQL with an empty database `unknot`; only `durable` (for measurements) waits for the disk."""
    program, port = need("postgres"), free_port()
    tools = program.resolve().parent
    with _folder() as folder:
        data = folder / "data"
        options = ("-U", "unknot", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        _run([tools / "initdb", "-D", data, *options], folder)
        command: _Command = [program, "-D", data, "-p", str(port), "-h", HOST, "-k", folder]
        command = command if durable else [*command, "-c", "fsync=off"]
        address = ["-h", HOST, "-p", str(port), "-U", "unknot"]

        def ready() -> bool:
            asked = [str(tools / "pg_isready"), "-q", *address, "-d", "postgres"]
            return subprocess.run(asked, check=False).returncode == 0

        url = f"postgresql://unknot@{HOST}:{port}/unknot"
        with _running(Server("postgres", command, port, folder, url, ready)) as server:
            _run([tools / "createdb", *address, "unknot"], folder)
            yield server


@contextmanager
def nginx(http: str) -> Iterator[Server]:
    """An nginx; `http` is the inside of its `http` block, in which @PORT@ stands for the port to listen on."""
    program, port = need("nginx"), free_port()
    with _folder() as folder:
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"  {kind}_temp_path {folder / kind};\n" for kind in kinds)
        config = folder / "nginx.conf"
        config.write_text(
            f"daemon off;\nworker_processes 1;\npid {folder / 'nginx.pid'};\nerror_log stderr;\n"
            f"events {{ worker_connections 1024; }}\nhttp {{\n  access_log off;\n{places}"
            f"{http.replace('@PORT@', str(port))}\n}}\n",
            encoding="utf-8",
        )
        command: _Command = [program, "-e", "stderr", "-p", folder, "-c", config]
        with _running(Server("nginx", command, port, folder, f"http://{HOST}:{port}", _open(port))) as server:
            yield server


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.resume()  # a paused process takes no signal
        server.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    """A temporary folder that the servers' user owns."""
    with tempfile.TemporaryDirectory(prefix="unknot-server-", ignore_cleanup_errors=True) as name:
        if (user := _user()) is not None:
            os.chown(name, user.pw_uid, user.pw_gid)
        yield Path(name)


def _user() -> pwd.struct_passwd | None:
    """Whom to run as: PostgreSQL refuses root, and the others do not need it. None: whoever this is."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _spawn(command: Sequence[str], folder: Path, output: int) -> subprocess.Popen[bytes]:
    user = _user()
    # A group of its own: Ctrl-C at the terminal is for the tests, which then stop their servers.
    return subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        preexec_fn=die_with_parent(),
    )


def _run(command: _Command, folder: Path) -> None:
    log = folder / "server.log"
    with log.open("ab") as output:
        code = _spawn([str(part) for part in command], folder, output.fileno()).wait(120)
    if code:
        raise ServerError(f"{Path(command[0]).name} failed:\n{log.read_text(errors='replace')[-2000:]}")


def _open(port: int) -> Callable[[], bool]:
    def answers() -> bool:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            return probe.connect_ex((HOST, port)) == 0

    return answers


def main() -> int:
    """The command line: 1 only where the programs are required (CI=true) and cannot be had."""
    if lacking := install(*PACKAGES):
        packages = " ".join(PACKAGES[program] for program in lacking)
        print(f"Not on this machine: {', '.join(lacking)}. Tests that need them are skipped. apt install {packages}")
        return 1 if os.environ.get("CI", "").lower() in ("true", "1") else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
