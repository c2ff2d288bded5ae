from __future__ import annotations

import pytest

from unknot.knowledge.loader import load
from unknot.reading.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(load())


@pytest.fixture(scope="session")
def emergencies() -> frozenset[str]:
    """Finding ids that are an emergency by themselves."""
    return frozenset(f.id for f in load().findings.values() if f.floor.value == "emergency")
