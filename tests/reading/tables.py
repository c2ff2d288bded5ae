"""Reads the tables of examples: [text, "id[:assertion[:experiencer]]; ..."], "-" for nothing.

A table's path says what is in it, as in `data/nlu`: `signs/<finding>`, `signs/several`, `not_signs/<kind>`,
`conditions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
SIGNS = sorted(f"signs/{path.stem}" for path in (HERE / "signs").glob("*.yml"))
TABLES = [*SIGNS, *sorted(f"not_signs/{path.stem}" for path in (HERE / "not_signs").glob("*.yml")), "conditions"]


@dataclass(frozen=True)
class Expected:
    value: str
    assertion: str = "present"
    experiencer: str = ""


def rows(name: str) -> list[tuple[str, tuple[Expected, ...]]]:
    """The rows of one table."""
    data = yaml.safe_load((HERE / f"{name}.yml").read_text(encoding="utf-8"))
    return [(text, _expected(spec)) for text, spec in data]


def _expected(spec: str) -> tuple[Expected, ...]:
    items = [item.strip() for item in spec.split(";")]
    return tuple(Expected(*item.split(":")) for item in items if item not in {"", "-"})
