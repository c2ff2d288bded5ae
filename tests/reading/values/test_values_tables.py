"""Every message of the tables is read exactly as its line says, no mention more and none less."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path

import pytest
import yaml

from unknot.reading.types import Mention
from unknot.reading.values import read_values

TODAY = datetime.date(2025, 6, 12)
TABLES = sorted((Path(__file__).parent / "tables").glob("*.yml"))
# Known and not yet read; each is to fail, so that one that is mended leaves this list.
OPEN = {"not in the neck, just below it"}


def cases() -> list[object]:
    found: list[object] = []
    for path in TABLES:
        for text, expected in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            marks = [pytest.mark.xfail(strict=True)] if text in OPEN else []
            found.append(pytest.param(text, expected, id=f"{path.stem}: {text[:60]}", marks=marks))
    return found


def shown(mention: Mention) -> str:
    assertion = "" if mention.assertion == "present" else f"[{mention.assertion}]"
    return f"{mention.kind}={mention.value}{assertion}{'' if mention.experiencer == 'self' else '*'}"


@pytest.mark.parametrize(("text", "expected"), cases())
def test_read_exactly(text: str, expected: str) -> None:
    assert Counter(shown(m) for m in read_values(text, TODAY)) == Counter(expected.split())


def test_the_tables_are_large_and_hold_no_line_twice() -> None:
    texts = [text for path in TABLES for text in yaml.safe_load(path.read_text(encoding="utf-8"))]
    assert len(texts) > 900
    assert [t for t, n in Counter(texts).items() if n > 3] == []
