"""Cases as values: what is there, what is denied, what is in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from unknot.triage.case import VALUE_FIELDS, Case
from unknot.triage.statement import DENIED, POSSIBLE, Statement


def case_with(*ids: str, denied: Iterable[str] = (), doubtful: Iterable[str] = (), **values: Any) -> Case:
    """A case in which `ids` are there; `values` are those of the value fields and any other field of a case."""
    said = [Statement(i, quote=i) for i in ids]
    said += [Statement(i, DENIED, quote=i) for i in denied]
    said += [Statement(i, POSSIBLE, quote=i) for i in doubtful]
    said += [Statement(k, value=v, quote=str(v)) for k, v in values.items() if k in VALUE_FIELDS and v is not None]
    others = {k: v for k, v in values.items() if k not in VALUE_FIELDS}
    return Case(**others).told(*said)
