"""What labels allow, and what to do when a medicine was taken against a warning."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from unknot.knowledge.loader import KnowledgeError, _check_labels, load
from unknot.knowledge.schema import Label, Level, Remedy, TakenAgainst

EXPECTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "expected.yml").read_text(encoding="utf-8"))
MEDICINES = list(EXPECTED["labels"])
ADVICE = [(remedy, advice) for remedy in MEDICINES for advice in load().remedies[remedy].taken_against]


def numbers(label: Label) -> list[int]:
    return [label.strength_mg, label.dose_mg, label.day_mg, label.hours]


@pytest.mark.parametrize("remedy", MEDICINES)
def test_the_numbers_are_those_of_the_labels(remedy: str) -> None:
    found: dict[str, list[list[int]]] = {}
    for label in load().remedies[remedy].labels:
        for region in label.regions or ("",):
            found.setdefault(region, []).append(numbers(label))
    assert found == EXPECTED["labels"][remedy]


@pytest.mark.parametrize("remedy", MEDICINES)
def test_the_dose_in_words_says_what_the_numbers_say(remedy: str) -> None:
    record = load().remedies[remedy]
    tablet = re.search(r"of (\d+) mg", record.dose)
    assert tablet
    label = record.label_for("us", int(tablet.group(1)))
    assert label
    assert label.strength_mg == int(tablet.group(1))
    assert f"({label.day_mg:,} mg) in 24 hours" in record.dose
    assert f"every {label.hours} " in record.dose
    assert f"{label.day_mg // label.strength_mg} " in record.dose
    assert f"{label.days} days" in " ".join(record.dose.split())


def test_only_medicines_with_a_dose_have_labels() -> None:
    assert {remedy.id for remedy in load().remedies.values() if remedy.labels} == set(MEDICINES)


def test_more_than_4000_mg_of_acetaminophen_is_dangerous_whatever_the_label() -> None:
    assert load().remedies["acetaminophen"].danger_day_mg == 4000


def test_an_unknown_strength_gets_the_strictest_label_of_the_region() -> None:
    acetaminophen = load().remedies["acetaminophen"]
    for region, strength, day in [("us", None, 3000), ("us", 325, 3250), ("us", 650, 3900), ("us", 1000, 3000),
                                  ("uk", None, 4000), ("uk", 500, 4000), ("other", 500, 3000)]:  # fmt: skip
        label = acetaminophen.label_for(region, strength)
        assert label, region
        assert label.day_mg == day, (region, strength)
    assert load().remedies["heat"].label_for("us") is None


GOOD = Label(strength_mg=500, dose_mg=1000, day_mg=3000, hours=6, sources=("label_acetaminophen",))
BAD = [
    ("more at once than in a day", {"dose_mg": 3500}),
    ("half a tablet", {"dose_mg": 750}),
    ("no time between", {"hours": 0}),
    ("less at first than at once", {"first_dose_mg": 500}),
    ("no source", {"sources": ()}),
    ("above the danger", {"day_mg": 4500}),
]


@pytest.mark.parametrize("change", [row[1] for row in BAD], ids=[row[0] for row in BAD])
def test_a_label_that_does_not_hold_together_is_refused(change: dict[str, Any]) -> None:
    record = load().remedies["acetaminophen"]
    good: Remedy = dataclasses.replace(record, labels=(GOOD,))
    _check_labels({record.id: good})
    bad = dataclasses.replace(record, labels=(dataclasses.replace(GOOD, **change),))
    with pytest.raises(KnowledgeError, match="500 mg"):
        _check_labels({record.id: bad})


@pytest.mark.parametrize("remedy", MEDICINES)
def test_everything_that_speaks_against_a_medicine_says_what_to_do_now(remedy: str) -> None:
    record = load().remedies[remedy]
    against = [reason for entry in (*record.withheld_by, *record.ask_first) for reason in entry.any_of]
    advised = [reason for advice in record.taken_against for reason in advice.any_of]
    assert sorted(advised) == sorted(against)


@pytest.mark.parametrize("remedy", MEDICINES)
def test_who_should_be_called_the_same_day(remedy: str) -> None:
    urgent = [a for a in load().remedies[remedy].taken_against if a.level is Level.URGENT]
    assert {reason for advice in urgent for reason in advice.any_of} == set(EXPECTED["call_today"][remedy])
    for advice in urgent:
        assert re.search(r"\{urgent_line\}|maternity unit today", advice.text), advice.text


@pytest.mark.parametrize(("remedy", "advice"), ADVICE)
def test_advice_after_taking_it_stops_it_and_says_what_to_watch_for(remedy: str, advice: TakenAgainst) -> None:
    assert advice.level in {Level.URGENT, Level.SEE_CLINICIAN}
    assert re.search(r"[Tt]ake no more|before you take more", advice.text)
    assert re.search(r"Get (?:emergency )?help|Call|Ask them", advice.watch)
    assert advice.sources
    # No dose stands here: what may be taken next is a professional's to say.
    assert not re.search(r"\d+ (?:tablets?|pills?)", advice.text + advice.watch)
    assert set(re.findall(r"\{(\w+)\}", advice.text + advice.watch)) <= {"urgent_line"}
