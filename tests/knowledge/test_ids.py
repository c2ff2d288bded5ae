"""The ids that other programs rely on, and the least urgent level of each finding."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level

SHARED = Path(__file__).resolve().parents[3] / "shared"
SCHEMA = SHARED / "contract.schema.json"
CONTRACT = SHARED / "contract.md"

EXPECTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "expected.yml").read_text(encoding="utf-8"))
FLOORS = [(finding, level) for level, findings in EXPECTED["floors"].items() for finding in findings]


@pytest.mark.parametrize(("finding", "floor"), FLOORS)
def test_floor_of_each_finding(finding: str, floor: str) -> None:
    assert load().findings[finding].floor is Level(floor)


def test_every_finding_has_a_floor_in_the_table() -> None:
    assert set(load().findings) == {finding for finding, _ in FLOORS}


@pytest.mark.skipif(not SCHEMA.exists(), reason="the contract is not beside the repository")
def test_ids_hold_the_contract() -> None:
    contract: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))["x-ids"]
    ours = load().ids
    for name, values in contract.items():
        assert set(values) <= set(ours[name]), name  # ids may be added, none renamed


def test_signs_that_stay_an_emergency_after_they_passed() -> None:
    findings = load().findings.values()
    over = {finding.id: finding for finding in findings if finding.emergency_when_over}
    assert set(over) == set(EXPECTED["emergency_when_over"])
    unsourced = {identity for identity, finding in over.items() if not finding.over_sources}
    assert unsourced == set(EXPECTED["over_unsourced"])


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not beside the repository")
def test_floors_equal_the_grouping_of_the_contract() -> None:
    section = CONTRACT.read_text(encoding="utf-8").split("## Finding ids")[1].split("(`pregnancy_pain`")[0]
    heads = {"Emergency by themselves:": "emergency", "Urgent:": "urgent", "See a clinician:": "see_clinician"}
    groups = re.split("(" + "|".join(map(re.escape, heads)) + ")", section)[1:]
    for head, body in zip(groups[::2], groups[1::2], strict=True):
        for finding in re.findall(r"`(\w+)`", body.split("\nWhich finding")[0]):
            assert load().findings[finding].floor.value == heads[head], finding


def test_levels_match_the_code() -> None:
    assert load().ids["levels"] == tuple(level.value for level in Level)
