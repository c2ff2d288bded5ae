"""`make fuzz`: ten thousand odd requests to every public endpoint, then schemathesis by docs/openapi.yml.

The real channels run in a process of their own, with the scripted assistant behind them. Afterwards no request may
have failed with a fault of the server, hung, or told of the inside; memory and open files must be what they were.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.channels.slack.harness import SECRET, sign
from tests.channels.web.odd_requests import SLOW, SPEC, Visitors, faults, odd_requests, send
from tests.channels.web.serve import FakeServer
from unknot.channels.slack.channel import SlackChannel
from unknot.channels.slack.config import SlackConfig
from unknot.launch.ports import free_port
from unknot.settings import ROOT

GENEROUS = {"newcomer_burst": 1e9, "address_burst": 1e9, "session_burst": 1e9, "heartbeat_seconds": 0.5}
WARM_UP = 2_000  # requests before the first measurement: caches fill, the database's pool opens
MOST_GROWTH = 20.0  # MB of memory over all requests after the warm-up
MOST_FILES = 5  # more open files than before
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def serve(port: int, folder: Path) -> None:
    """Serves until this process is ended."""
    tokens, nowhere = {"*": "xoxb-x"}, "http://127.0.0.1:9/api/"  # nobody listens there
    kept = f"sqlite:///{folder / 'unknot.db'}"
    slack = SlackConfig(tokens, signing_secret=SECRET, api_url=nowhere, database_url=kept, attempts=1)
    server = FakeServer(folder, beside=[SlackChannel(slack)], **GENEROUS)
    server.port = port
    with server:
        print("ready", flush=True)
        threading.Event().wait()


def signed(body: bytes) -> dict[str, str]:
    """Headers of a request that Slack signed."""
    stamp = str(int(time.time()))
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(body, stamp)}


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files(pid: int) -> int:
    """How many files and sockets a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def by_seed(port: int, seed: int, count: int) -> tuple[Counter[int], list[str], float]:
    """Sends `count` odd requests: statuses, faults, the slowest answer in seconds."""
    statuses, found, slowest = Counter[int](), [], 0.0
    for odd in odd_requests(seed, count, Visitors(f"http://127.0.0.1:{port}"), signed):
        answer = send("127.0.0.1", port, odd)
        statuses[answer.status] += 1
        slowest = max(slowest, answer.seconds)
        shown = f"{odd.method} {odd.path[:80]} {odd.headers} {odd.body[:200]!r} {odd.raw[:200]!r}"
        found += [f"{fault}: {shown}" for fault in faults(odd, answer)]
    return statuses, found, slowest


def by_description(port: int, examples: int) -> tuple[int, str]:
    """schemathesis, in the tools' own environment: exit code and what it printed."""
    url = f"http://127.0.0.1:{port}"
    cookie = httpx.post(f"{url}/api/session", json={}, trust_env=False).cookies["unknot"]
    tool = [
        str(ROOT / ".uv/bin/uv"),
        "run",
        "--project",
        str(ROOT / "ops" / "python" / "tools"),
        "--frozen",
        "--group",
        "fuzz",
    ]
    how = ["--url", url, "--header", f"Cookie: unknot={cookie}", "--checks", CHECKS, "--no-color"]
    # Deleting would end the session for all that comes after it; the requests above do delete.
    how += [
        "--exclude-operation-id",
        "deleteConversation",
        "--max-examples",
        str(examples),
        "--request-timeout",
        "20",
    ]
    how += ["--generation-deterministic", "--phases", "examples,coverage,fuzzing"]
    command = [*tool, "schemathesis", "run", str(SPEC), *how]
    environ = {**os.environ, "UV_PYTHON": str(getattr(sys, "_base_executable", sys.executable))}
    with tempfile.TemporaryDirectory() as folder:  # it keeps files where it is run
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main() -> int:
    """0 when nothing was found."""
    options = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    options.add_argument("--count", type=int, default=10_000, help="odd requests after the warm-up")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--examples", type=int, default=200, help="schemathesis: examples for each operation")
    options.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        serve(chosen.serve, chosen.folder)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [sys.executable, "-m", "tests.channels.web.fuzz", "--serve", str(port), "--folder", folder]
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        try:
            wait_for(lambda: b"ready" in log.read_bytes() or process.poll() is not None)
            return check(process.pid, port, chosen.seed, chosen.count, chosen.examples)
        finally:
            process.kill()
            process.wait()


def check(pid: int, port: int, seed: int, count: int, examples: int) -> int:
    """The whole run against a server that is up."""
    _, found, _ = by_seed(port, seed, WARM_UP)
    settle(port)
    memory, files = memory_mb(pid), open_files(pid)
    began = time.monotonic()
    statuses, more, slowest = by_seed(port, seed + 1, count)
    took = time.monotonic() - began
    settle(port)
    grown, opened = memory_mb(pid) - memory, open_files(pid) - files
    found += more
    if grown > MOST_GROWTH:
        found.append(f"memory grew by {grown:.0f} MB")
    if opened > MOST_FILES:
        found.append(f"{opened} more files are open")
    print(f"{WARM_UP} + {count} requests in {took:.0f} s; slowest {slowest:.2f} s (a hang is {SLOW:g} s or more)")
    print(f"statuses: {', '.join(f'{status}: {statuses[status]}' for status in sorted(statuses))}")
    print(f"memory {memory:.0f} MB, then {grown:+.1f} MB; open files {files}, then {opened:+d}")
    code, printed = by_description(port, examples)
    print("\n".join(printed.splitlines()[-25:]) if code else last_words(printed))
    if code:
        found.append(f"schemathesis ended with {code}")
    for fault in found[:20]:
        print(f"fuzz: {fault}")
    print(f"fuzz: {len(found)} faults")
    return 1 if found else 0


def last_words(printed: str) -> str:
    """The line of schemathesis that says how much it did."""
    lines = [line for line in printed.splitlines() if "generated" in line or "passed" in line]
    return "schemathesis: " + (lines[-1].strip() if lines else "no summary")


def settle(port: int) -> None:
    """Until connections that the last requests left are closed."""
    time.sleep(2)
    httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False, timeout=SLOW)


def wait_for(happened: Callable[[], bool], seconds: float = 60.0) -> None:
    """Returns when it has happened. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
