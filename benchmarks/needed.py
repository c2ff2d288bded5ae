"""Run by another environment's Python: which of its packages none of the named ones needs, as JSON."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path


def canonical(name: str) -> str:
    """The form of a package's name in which two spellings are equal."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required(roots: list[str], installed: dict[str, Distribution]) -> set[str]:
    """The named packages and all they require, extras aside."""
    found: set[str] = set()
    waiting = [canonical(root) for root in roots]
    while waiting:
        name = waiting.pop()
        if name in found or name not in installed:
            continue
        found.add(name)
        for line in installed[name].requires or ():
            if "extra ==" not in line:
                waiting.append(canonical(re.split(r"[\s;\[<>=!~(]", line, maxsplit=1)[0]))
    return found


def on_disk(package: Distribution) -> int:
    """Bytes that a package's files take, compiled ones included (uv does not list those)."""
    total = 0
    for file in package.files or ():
        path = Path(str(package.locate_file(file)))
        compiled = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
        total += sum(512 * p.stat().st_blocks for p in {path, compiled} if p.is_file())
    return total


def main() -> None:
    """Roots as arguments; bytes and names of the rest."""
    installed = {canonical(package.metadata["Name"]): package for package in distributions()}
    others = sorted(set(installed) - required(sys.argv[1:], installed))
    sys.stdout.write(json.dumps({"others": sum(on_disk(installed[name]) for name in others), "names": others}))


if __name__ == "__main__":
    main()
