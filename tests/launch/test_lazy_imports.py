"""Packages that are loaded at their first use: in processes of their own, whose imports nobody has done yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from unknot.settings import ROOT


def run(code: str, *folders: Path) -> str:
    """What a fresh Python prints."""
    paths = [str(ROOT), *map(str, folders)]
    start = f"import sys; sys.path[:0] = {paths!r}\nfrom unknot.rasa_patches.lazy_imports import load_when_used\n"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", start + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def package(folder: Path) -> Path:
    """A package `heavy` whose loading can be seen."""
    (folder / "heavy").mkdir()
    (folder / "heavy" / "__init__.py").write_text("print('loaded'); __version__ = '1.5'; number = 3\n")
    (folder / "heavy" / "part.py").write_text("class Base:\n    kind = 'base'\n\ndef double(x):\n    return 2 * x\n")
    return folder


def test_a_name_stands_for_the_real_one_which_its_first_use_loads(tmp_path: Path) -> None:
    code = """
load_when_used(["heavy"])
import heavy
import heavy.part as part
from heavy.part import Base, double
print("imported")
print(double(4), part.double(5), Base.kind, heavy.number)
print(isinstance(Base(), Base), isinstance(3, Base), issubclass(bool, Base))
import heavy.part as again
print(again.Base is Base._real(), again.double(1))
"""
    told = run(code, package(tmp_path)).splitlines()
    assert told == ["imported", "loaded", "8 10 base 3", "True False False", "True 2"]


def test_a_subclass_is_one_of_the_real_class(tmp_path: Path) -> None:
    code = """
load_when_used(["heavy"])
from heavy.part import Base
class Own(Base):
    pass
print(Own.__mro__[1].__module__, Own().kind)
"""
    assert run(code, package(tmp_path)).splitlines() == ["loaded", "heavy.part base"]


def test_what_is_not_there_cannot_be_imported(tmp_path: Path) -> None:
    code = """
load_when_used(["heavy", "absent"])
for name in ("heavy.nowhere", "absent"):
    try:
        __import__(name)
    except ImportError as error:
        print(error.name)
import heavy
print(hasattr(heavy, "__wrapped__"), heavy.__version__)
"""
    assert run(code, package(tmp_path)).splitlines() == ["heavy.nowhere", "absent", "loaded", "False 1.5"]


@pytest.mark.slow
def test_an_assistant_starts_without_them() -> None:
    code = """
from unknot.rasa_patches.lazy_imports import UNUSED
load_when_used()
import rasa.__main__, rasa.core.run, rasa.engine.recipes.default_components
import unknot.nlu.one_pass_reader, unknot.nlu.clinical_reader, unknot.conversations.tracker
real = [name for name, module in sys.modules.items() if type(module).__name__ != "_Module"]
print(sorted({name.partition(".")[0] for name in real} & set(UNUSED)))
print(sys.modules["questionary"].Choice._real().__name__)
"""
    assert run(code).splitlines() == ["[]", "Choice"]
