"""Who listens on a port, in words."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

_LISTEN = "0A"  # the state's number in /proc/net/tcp


@dataclass(frozen=True)
class Owner:
    """The process that holds a port; pid is None where the system does not tell."""

    pid: int | None
    command: str

    def __str__(self) -> str:
        return self.command if self.pid is None else f"process {self.pid} ({self.command})"


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen on host and port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody holds at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def owner(port: int) -> Owner:
    """Who listens on the port: from /proc on Linux, else from lsof, else unknown."""
    for pid in _pids_from_proc(port) or _pids_from_lsof(port):
        return Owner(pid, _command(pid))
    return Owner(None, "another program")


def in_use_message(port: int, variable: str) -> str:
    """What to tell the person whose port is taken; `variable` is the setting that chooses another one."""
    holder = owner(port)
    stop = f"Stop it (kill {holder.pid})" if holder.pid else "Stop it"
    return f"Port {port} is in use by {holder}. {stop} or choose another port: {variable}={port + 1}."


def _pids_from_proc(port: int) -> list[int]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).exists():
            continue
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
            columns = line.split()
            if columns[3] == _LISTEN and int(columns[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(f"socket:[{columns[9]}]")
    return [pid for pid in _all_pids() if inodes and _holds(pid, inodes)]


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _holds(pid: int, inodes: set[str]) -> bool:
    try:
        return any(str(link.readlink()) in inodes for link in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # another user's process, or one that has just ended
        return False


def _pids_from_lsof(port: int) -> list[int]:
    if not (lsof := shutil.which("lsof")):
        return []
    command = [lsof, "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-t"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return [int(line) for line in found.split()]


def _command(pid: int) -> str:
    path = Path(f"/proc/{pid}/cmdline")
    if path.exists():
        words = path.read_bytes().decode("utf-8", "replace").split("\0")
        return _shorten(" ".join(words))
    found = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return _shorten(found)


def _shorten(command: str, limit: int = 70) -> str:
    line = re.sub(r"\s+", " ", command).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"
