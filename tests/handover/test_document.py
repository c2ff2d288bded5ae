"""The files of a conversation, made from what stands in its slot: the bout goes into every one of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.handover.test_handover import CASE, EPISODE, NOW
from unknot.handover.document import FORMATS, OF_A_BOUT, NothingToldError, document
from unknot.triage.episode import keep

KEPT: dict[str, Any] = json.loads(json.dumps(keep(CASE, EPISODE).to_json()))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_made_from_the_slot(form: str) -> None:
    made = document(KEPT, form, NOW)
    assert made.content
    assert "pain" not in made.name


def test_the_days_of_the_bout_are_in_it() -> None:
    page = json.loads(document(KEPT, "json", NOW).content)
    assert [day["pain"] for day in page["days"]] == [6, 7, 8, 5]
    assert page["taken"][0]["dose"] == "400 mg"
    rows = document(KEPT, "csv", NOW).content.decode().splitlines()
    assert len(rows) == 5
    picture = document(KEPT, "svg", NOW).content.decode()
    assert picture.startswith("<svg")
    found = [entry["resource"] for entry in json.loads(document(KEPT, "fhir", NOW).content)["entry"]]
    scores = [one["valueInteger"] for one in found if one["resourceType"] == "Observation"]
    assert scores == [6, 7, 8, 5]


@pytest.mark.parametrize("form", sorted(OF_A_BOUT))
def test_without_a_bout_there_is_no_chart(form: str) -> None:
    with pytest.raises(NothingToldError):
        document(CASE.to_json(), form, NOW)
