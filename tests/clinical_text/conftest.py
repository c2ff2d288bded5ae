from __future__ import annotations

import pytest

from clinical_text.reader import Reader
from knowledge.loader import load


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(load())


@pytest.fixture(scope="session")
def emergencies() -> frozenset[str]:
    """Finding ids that are an emergency by themselves."""
    return frozenset(f.id for f in load().findings.values() if f.floor.value == "emergency")
