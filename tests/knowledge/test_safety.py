"""What must hold of remedies, medicines, regions and sources, whoever edits them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level, Region, Remedy, Source, Strength

EXPECTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "expected.yml").read_text(encoding="utf-8"))
WITHHELD = [(reason, remedy) for reason, remedies in EXPECTED["withheld"].items() for remedy in remedies]
MEDICINES = {
    "ibuprofen",
    "naproxen",
    "acetaminophen",
    "topical_anti_inflammatory",
    "lidocaine_patch",
    "muscle_relaxant",
}


def withheld(remedy: str) -> set[str]:
    return {reason for entry in load().remedies[remedy].withheld_by for reason in entry.any_of}


@pytest.mark.parametrize(("reason", "remedy"), WITHHELD)
def test_what_withholds_what(reason: str, remedy: str) -> None:
    assert reason in withheld(remedy)


@pytest.mark.parametrize(("reason", "remedies"), EXPECTED["ask_first"].items())
def test_what_wants_a_word_with_a_professional_first(reason: str, remedies: list[str]) -> None:
    found = {r.id for r in load().remedies.values() if any(reason in entry.any_of for entry in r.ask_first)}
    assert found == set(remedies)
    assert not any(reason in withheld(remedy) for remedy in remedies)


def test_every_condition_withholds_something() -> None:
    used = {reason for remedy in load().remedies for reason in withheld(remedy)}
    assert set(load().conditions) - used == set()


@pytest.mark.parametrize("remedy", load().remedies.values(), ids=lambda r: r.id)
def test_no_reason_is_given_twice(remedy: Remedy) -> None:
    reasons = [reason for entry in remedy.withheld_by for reason in entry.any_of]
    assert len(reasons) == len(set(reasons))
    assert all(entry.any_of and entry.because and entry.because[-1] != "." for entry in remedy.withheld_by)


def test_hyperventilation_can_never_be_in_a_plan() -> None:
    remedy = load().remedies["hyperventilation"]
    assert remedy.levels == ()
    assert not remedy.safe_meanwhile
    assert "Do not use this" in remedy.how


@pytest.mark.parametrize("remedy", load().remedies.values(), ids=lambda r: r.id)
def test_remedies_and_levels(remedy: Remedy) -> None:
    assert Level.EMERGENCY not in remedy.levels
    if remedy.id in MEDICINES:
        assert Level.URGENT not in remedy.levels
        assert "under_18" in withheld(remedy.id)
        assert not remedy.safe_meanwhile
    low = remedy.min_severity if remedy.min_severity is not None else 0
    high = remedy.max_severity if remedy.max_severity is not None else 10
    assert 0 <= low <= high <= 10


@pytest.mark.parametrize("level", [Level.URGENT, Level.SEE_CLINICIAN, Level.SELF_CARE])
@pytest.mark.parametrize("location", ["neck", "upper", "middle", "lower", "whole"])
@pytest.mark.parametrize("severity", range(11))
def test_nobody_is_left_with_nothing(level: Level, location: str, severity: int) -> None:
    """Even with every condition present, something is left to offer at each level, place and pain score."""
    everything = {*load().conditions, *load().findings, *load().ids["facts"]}
    offered = [
        remedy
        for remedy in load().remedies.values()
        if level in remedy.levels
        and (not remedy.locations or location in remedy.locations)
        and (remedy.min_severity or 0) <= severity <= (10 if remedy.max_severity is None else remedy.max_severity)
        and not everything & withheld(remedy.id)
    ]
    assert offered


def test_something_safe_can_be_offered_at_once() -> None:
    meanwhile = {remedy.id for remedy in load().remedies.values() if remedy.safe_meanwhile}
    assert {"heat", "reclined_position"} <= meanwhile
    assert not meanwhile & MEDICINES


DOSE = re.compile(r"\b\d[\d,]* ?(?:mg|milligrams?|tablets?|caplets?|pills?)\b", re.IGNORECASE)


@pytest.mark.parametrize("remedy", load().remedies.values(), ids=lambda r: r.id)
def test_doses_stand_in_their_field_and_come_from_labels(remedy: Remedy) -> None:
    assert not DOSE.search(f"{remedy.how} {remedy.caution} {remedy.title}")
    if remedy.dose:
        assert remedy.strength is Strength.LABEL
        assert any(load().sources[source].strength is Strength.LABEL for source in remedy.sources)
        assert "adults" in remedy.dose
        assert "24 hours" in remedy.dose
        assert "If your own label says less, take less" in remedy.dose


def test_only_these_have_doses_and_with_these_limits() -> None:
    assert {remedy.id for remedy in load().remedies.values() if remedy.dose} == set(EXPECTED["label_limits"])
    for remedy, parts in EXPECTED["label_limits"].items():
        assert [part for part in parts if part not in load().remedies[remedy].dose] == []


def test_a_dose_in_an_answer_says_who_may_not_take_it_first() -> None:
    with_dose = [question for question in load().questions.values() if DOSE.search(question.text)]
    assert [question.id for question in with_dose] == ["which_painkiller"]
    for question in with_dose:
        assert question.text.index("Ask a pharmacist first") < question.text.index(
            "other adults, if the label says you may"
        )
        dose = DOSE.search(question.text)
        assert dose
        assert question.text.index("if the label says you may") < dose.start()


@pytest.mark.parametrize("region", load().regions.values(), ids=lambda r: r.id)
def test_emergency_reply(region: Region) -> None:
    text = region.emergency_text
    assert region.emergency_number == EXPECTED["numbers"][region.id]
    assert len(text.split()) < 60
    assert text.startswith(f"Call {region.emergency_number or 'your emergency number'} now")
    assert re.search(r"hospital", text)
    assert re.search(r"While you wait", text)
    assert re.search(r"Do not eat, drink or drive yourself", text)
    assert re.search(r"someone else", text)
    assert "!" not in text
    assert "?" not in text
    assert not re.search(r"\b(?:sorry|worry|calm|hard for you|understand)\b", text)
    others = {number for number in EXPECTED["numbers"].values() if number} - {region.emergency_number}
    assert not any(re.search(rf"\b{number}\b", text) for number in others)


@pytest.mark.parametrize("region", load().regions.values(), ids=lambda r: r.id)
def test_crisis_reply(region: Region) -> None:
    assert EXPECTED["crisis"][region.id] in region.crisis_text
    assert (region.emergency_number or "your emergency number") in region.crisis_text
    assert region.poison_line == EXPECTED["poison"][region.id]
    assert region.urgent_line
    assert "!" not in region.crisis_text


def test_there_is_a_region_for_each_id() -> None:
    assert set(load().regions) == set(EXPECTED["numbers"])


@pytest.mark.parametrize("source", load().sources.values(), ids=lambda s: s.id)
def test_sources_name_the_body_and_its_own_address(source: Source) -> None:
    parts = urlsplit(source.url)
    assert parts.scheme in {"http", "https"}
    assert parts.netloc
    assert not any(copy in parts.netloc for copy in EXPECTED["copies"])
    assert source.body
    assert source.title


def cited() -> dict[str, set[str]]:
    """Source id -> ids of the records that cite it."""
    knowledge = load()
    names = ("questions", "findings", "conditions", "rules", "remedies", "regions", "course_limits", "course_stages")
    groups: list[Mapping[str, Any]] = [getattr(knowledge, name) for name in names]
    found: dict[str, set[str]] = {}
    for record in (record for group in groups for record in group.values()):
        parts = (*getattr(record, "labels", ()), *getattr(record, "taken_against", ()))
        within = (source for part in parts for source in part.sources)
        for source in (*record.sources, *getattr(record, "over_sources", ()), *within):
            found.setdefault(source, set()).add(record.id)
    return found


def test_what_nobody_read_is_never_cited() -> None:
    unread = {source.id for source in load().sources.values() if source.read == "none"}
    assert unread & set(cited()) == set()


def test_every_source_is_cited_somewhere() -> None:
    assert set(load().sources) - set(cited()) == set()


@pytest.mark.parametrize("remedy", load().remedies.values(), ids=lambda r: r.id)
def test_remedies_do_not_claim_more_than_their_sources(remedy: Remedy) -> None:
    assert remedy.sources
    assert remedy.strength in {load().sources[source].strength for source in remedy.sources}


def test_only_known_gaps_have_no_source() -> None:
    knowledge = load()
    groups: list[Mapping[str, Any]] = [knowledge.findings, knowledge.conditions]
    gaps = {record.id for group in groups for record in group.values() if not record.sources}
    assert gaps == set(EXPECTED["unsourced"])


STATEMENTS = [
    *((f.id, f.statement, f.label, f.question) for f in load().findings.values()),
    *((c.id, c.statement, c.label, "?") for c in load().conditions.values()),
]


@pytest.mark.parametrize(("identity", "statement", "label", "question"), STATEMENTS)
def test_statements_labels_and_questions(identity: str, statement: str, label: str, question: str) -> None:
    assert re.search(r"\b(?:I|I'm|I've|my|me|It|The|There|Both|One|Aspirin|My)\b", statement), identity
    assert len(statement.split()) <= 14
    assert label[0].islower() or label.startswith("3")
    assert label[-1] != "."
    assert question.endswith("?")
    assert len(question.split()) <= 27
    assert "!" not in statement + label + question


def test_statements_differ() -> None:
    said = [row[1] for row in STATEMENTS]
    assert len(said) == len(set(said))
