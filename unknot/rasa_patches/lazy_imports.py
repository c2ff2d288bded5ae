"""Packages that Rasa imports when it starts and a running assistant of ours never uses: loaded at their first use.

They cost some 80 MB and two seconds or more of every start. Nothing is taken away: a name imported from one of them
stands for the real one, and whatever is done with it (calling it, asking for an attribute, making a subclass) loads
the package, so that a store or channel that needs it works as ever. Only `except` cannot use such a name.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

UNUSED = (
    "sklearn",  # components that learn with it, and evaluation
    "scipy",  # the same, and training
    "matplotlib",  # pictures of an evaluation
    "prompt_toolkit",  # `rasa shell` and `rasa interactive`, as the next one
    "questionary",
    "langcodes",  # spaCy's search for a model of a language that it has none of
)
_lock = threading.RLock()


class _Name:
    """A name of a package that is not loaded yet."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def _real(self) -> Any:
        return getattr(_loaded(self._module), self._name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._real(), name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._real()(*arguments, **named)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._real(),)

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, self._real())

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, self._real())


class _Module(ModuleType):
    """Stands in a module's place; its names are `_Name` until the package has been loaded."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__version__":  # asked by those who only look at things
            raise AttributeError(name)
        own = self.__name__
        waiting = isinstance(sys.modules.get(own), _Module) and name != "__version__"
        return _Name(own, name) if waiting else getattr(_loaded(own), name)


class _Finder(MetaPathFinder, Loader):
    def __init__(self, packages: Sequence[str]) -> None:
        self.packages = set(packages)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name.partition(".")[0] not in self.packages:
            return None
        real = PathFinder.find_spec(name, path)
        if real is None:
            return None
        spec = ModuleSpec(name, self, origin=real.origin)
        spec.submodule_search_locations = real.submodule_search_locations
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        return


def _loaded(module: str) -> ModuleType:
    """The real module; loads its package if that has not been done."""
    package = module.partition(".")[0]
    with _lock:
        for finder in sys.meta_path:
            if isinstance(finder, _Finder) and package in finder.packages:
                finder.packages.discard(package)
                for name in [*sys.modules]:
                    if name.partition(".")[0] == package and isinstance(sys.modules[name], _Module):
                        del sys.modules[name]
        return import_module(module)


def load_when_used(packages: Sequence[str] = UNUSED) -> None:
    """Has these packages loaded at their first use, in this process; those already imported stay as they are."""
    sys.meta_path.insert(0, _Finder([name for name in packages if name not in sys.modules]))
