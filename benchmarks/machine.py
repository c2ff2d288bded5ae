"""What the operating system says: sizes of the machine, of processes and of folders."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from unknot.launch.supervisor import die_with_parent


@dataclass(frozen=True)
class Cost:
    """What one command took, in seconds, and how many processes ran or wanted to meanwhile, on average."""

    wall: float
    cpu: float
    load: float

    def as_dict(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)


def size() -> dict[str, float]:
    """The machine by its size only: cores and memory in GB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cores": os.cpu_count() or 1, "memory_gb": round(memory)}


def load() -> float:
    """Processes that ran or wanted to run, a mean over the last minute."""
    return round(os.getloadavg()[0], 2)


def timed(
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    environment: Mapping[str, str],
    while_waiting: Callable[[], None] = lambda: None,
) -> Cost:
    """Runs a command to its end, calling `while_waiting` every second; RuntimeError naming the log if it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    loads = [load()]
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent(),
        )
        while True:
            try:
                process.wait(1.0)
                break
            except subprocess.TimeoutExpired:
                loads.append(load())
                while_waiting()
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:4])} … ended with exit code {process.returncode} (log: {log})")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(round(wall, 2), round(cpu, 2), round(sum(loads) / len(loads), 2))


def resident(group: int) -> int:
    """Resident bytes of every process of a process group, 0 if there is none.

    Pages that two of them share are counted twice, as `ps` does.
    """
    listed = subprocess.run(["ps", "-eo", "pgid=,rss="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in listed.splitlines())
    return sum(1024 * int(rss) for owner, rss in rows if int(owner) == group)


def processor_time(group: int) -> float:
    """Seconds of processor time that the living processes of a process group have used; Linux only, else 0."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(words[2]) == group:
            ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Company:
    """What else kept the machine's processors busy since this was made: all but this process and its children."""

    def __init__(self) -> None:
        self._since, self._all, self._own = time.monotonic(), _busy(), family_time(os.getpid())

    def cores(self) -> float:
        """Cores that others kept busy, on average; Linux only, else 0."""
        passed = max(time.monotonic() - self._since, 1e-9)
        others = (_busy() - self._all) - (family_time(os.getpid()) - self._own)
        return round(max(others, 0.0) / passed, 2)


def _busy() -> float:
    """Seconds of processor time that the whole machine has used, waiting aside."""
    path = Path("/proc/stat")
    if not path.is_file():
        return 0.0
    user, nice, system, _, _, *interrupts = map(int, path.read_text(encoding="utf-8").split()[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def family_time(root: int) -> float:
    """Seconds that a process and everything it started have used, what has ended in between included."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        number = int(path.parent.name)
        parents[number], used[number] = int(words[1]), sum(map(int, words[11:15]))
    family = {root}
    while more := {number for number, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(used.get(number, 0) for number in family) / os.sysconf("SC_CLK_TCK")


def disk(folder: Path) -> int:
    """Bytes that a folder takes on disk: whole blocks, a file with several names once, links not followed."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            total += 512 * status.st_blocks
    return total
