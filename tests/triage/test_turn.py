"""A message as the readers' entities give it."""

from __future__ import annotations

from typing import Any

import pytest

from unknot.triage.statement import DENIED, POSSIBLE
from unknot.triage.turn import Turn


def parse(denied: tuple[int, int], unsure: tuple[int, int]) -> dict[str, Any]:
    finding = {"entity": "finding", "value": "saddle_numbness", "certainty": DENIED}
    return {
        "intent": {"name": "deny", "confidence": 0.9},
        "entities": [
            finding | {"start": denied[0], "end": denied[1]},
            {"entity": "act", "value": "unsure", "start": unsure[0], "end": unsure[1]},
        ],
    }


@pytest.mark.parametrize(
    ("text", "denied", "unsure", "certainty"),
    [
        ("hard to say about the numbness", (0, 30), (0, 11), POSSIBLE),
        ("not numb there. the rest, not sure", (0, 15), (26, 34), DENIED),
    ],
)
def test_what_one_is_unsure_of_is_not_denied(
    text: str, denied: tuple[int, int], unsure: tuple[int, int], certainty: str
) -> None:
    (finding,) = Turn.from_parse(text, parse(denied, unsure)).of("finding")
    assert finding.certainty == certainty
