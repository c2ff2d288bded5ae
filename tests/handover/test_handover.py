"""What is handed to a clinician, opened by others: a second FHIR check, a PDF reader's tags, a spreadsheet's eyes."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
import zlib
from datetime import datetime
from typing import Any

import pytest

from tests.support.cases import case_with
from unknot.handover.bundle import CodeError, bundle, check_codes
from unknot.handover.calendar import ics, qr_svg
from unknot.handover.chart import back_svg, csv_of, svg
from unknot.handover.page import Page, make_page
from unknot.handover.pdf import pdf
from unknot.knowledge.loader import load
from unknot.triage.case import Case
from unknot.triage.checkin import Report, check_in, tapped
from unknot.triage.episode import Episode, Taken, Tried, begin
from unknot.triage.statement import DENIED, Statement
from unknot.triage.turn import Turn

KNOWLEDGE = load()
TODAY = 20_000
NOW = TODAY * 86_400.0
FORMULA = "=1+1 #strong[x] *bold* <b>&"


def course() -> tuple[Case, Episode]:
    case = case_with("leg_tingling", location="lower", side="left", severity=6, duration_days=2, injury="strain")
    none = Statement("red_flags_first", DENIED, ("saddle_numbness", "chest_pain"), quote="none of those")
    case = case.told(none)
    episode = begin(case, TODAY, "see_clinician")
    reports = (
        Report(TODAY + 1, "worse", 7, Turn(FORMULA, "inform")),
        Report(TODAY + 2, "worse", 8, tapped(["night_pain"], KNOWLEDGE)),
        Report(
            TODAY + 4,
            "better",
            5,
            tried=(Tried("heat", "yes"),),
            taken=(Taken("ibuprofen", TODAY + 4, 510, 400.0, "400 at half eight"), Taken("a pink pill", TODAY + 4)),
        ),
    )
    for report in reports:
        done = check_in(episode, case, report, report.day, KNOWLEDGE)
        episode, case = done.episode, done.case
    return case, episode


CASE, EPISODE = course()
PAGE = make_page(CASE, EPISODE, KNOWLEDGE, NOW)


def test_positives_come_first_in_the_persons_words() -> None:
    assert [fact.value for fact in PAGE.positives] == [
        KNOWLEDGE.findings[i].label for i in KNOWLEDGE.findings if i in ("night_pain", "leg_tingling")
    ]
    assert KNOWLEDGE.findings["night_pain"].statement in [fact.quote for fact in PAGE.positives]


def test_what_was_asked_and_answered_is_named_with_the_answer() -> None:
    (asked, *_) = PAGE.signs
    assert KNOWLEDGE.findings["saddle_numbness"].label in asked.value
    assert KNOWLEDGE.findings["chest_pain"].label in asked.value
    assert asked.quote == "none of those"


def test_what_is_not_known_is_said_and_nothing_is_made_up() -> None:
    m = KNOWLEDGE.messages
    assert set(PAGE.unknown) == {m["handover_unknown_age"], m["handover_unknown_signs"], m["handover_unknown_safety"]}
    empty = make_page(Case(), None, KNOWLEDGE, NOW)
    parts = (empty.positives, empty.why_now, empty.signs, empty.days, empty.taken, empty.tried)
    assert parts == ((),) * 6


def test_every_piece_of_advice_names_its_rule() -> None:
    advice = " ".join(fact.value for fact in PAGE.advised)
    assert "worse_by_the_day_with_a_reason_to_be_seen" in advice


def test_medicines_carry_dose_and_time_or_say_that_it_is_not_known() -> None:
    m = KNOWLEDGE.messages
    known, unknown = PAGE.taken
    assert (known.dose, known.when[-5:], known.quote) == ("400 mg", "08:30", "400 at half eight")
    assert (unknown.what, unknown.dose) == ("a pink pill", m["handover_dose_unknown"])


@pytest.fixture(scope="module")
def document() -> bytes:
    return pdf(PAGE, EPISODE, KNOWLEDGE, NOW)


def objects(document: bytes) -> str:
    """All objects of a PDF, its packed streams unpacked."""
    found = [document.decode("latin-1")]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", document, re.DOTALL):
        try:
            found.append(zlib.decompressobj().decompress(stream).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(found)


def test_the_pdf_is_tagged_one_page_with_language_title_and_described_pictures(document: bytes) -> None:
    text = objects(document)
    assert len(re.findall(r"/Type\s*/Page\b", text)) == 1
    assert re.search(r"/Lang\s*\(en", text)
    assert "/StructTreeRoot" in text
    assert re.search(r"/Marked\s+true", text)
    assert "pdfuaid:part" in text
    assert len(re.findall(r"/S\s*/H2\b", text)) >= 6
    assert len(re.findall(r"/S\s*/TH\b", text)) == 10
    assert len(re.findall(r"/S\s*/Figure\b", text)) == 2
    assert {"Drawing of a back", "Line chart of pai"} == {alt[:17] for alt in re.findall(r"/Alt\s*\(([^)]*)", text)}


def test_a_page_about_nothing_can_be_made_too() -> None:
    assert pdf(make_page(Case(), None, KNOWLEDGE, NOW), None, KNOWLEDGE, NOW).startswith(b"%PDF-")


def made() -> dict[str, Any]:
    return bundle(PAGE, CASE, EPISODE, KNOWLEDGE, NOW)


def of_kind(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = [entry["resource"] for entry in document["entry"]]
    return [one for one in found if one["resourceType"] == kind]


def test_the_bundle_is_a_document_whose_references_all_lead_somewhere() -> None:
    document = json.loads(json.dumps(made()))
    assert document["type"] == "document"
    assert document["entry"][0]["resource"]["resourceType"] == "Composition"
    known = {entry["fullUrl"] for entry in document["entry"]}
    named = set(re.findall(r'"reference": "([^"]+)"', json.dumps(document)))
    assert named
    assert named <= known


def test_the_bundle_says_what_the_page_says() -> None:
    document = made()
    assert [one["valueInteger"] for one in of_kind(document, "Observation")] == [6, 7, 8, 5]
    (answers,) = of_kind(document, "QuestionnaireResponse")
    found = {item["linkId"]: item["answer"] for item in answers["item"]}
    assert found["saddle_numbness"] == [{"valueBoolean": False}, {"valueString": "none of those"}]
    assert found["night_pain"][0] == {"valueBoolean": True}
    taken = of_kind(document, "MedicationStatement")
    assert taken[0]["dosage"][0]["doseAndRate"][0]["doseQuantity"]["value"] == 400
    assert "dosage" not in taken[1]
    assert of_kind(document, "Patient") == [{"resourceType": "Patient"}]


@pytest.mark.parametrize("kind", ["Composition", "Observation", "QuestionnaireResponse", "MedicationStatement"])
def test_a_word_that_is_no_code_is_refused(kind: str) -> None:
    document = made()
    of_kind(document, kind)[0]["status"] = "finished"
    with pytest.raises(CodeError, match=kind):
        check_codes(document)


def test_the_chart_is_a_picture_with_its_words_and_a_gap_is_no_line() -> None:
    root = ElementTree.fromstring(svg(EPISODE, KNOWLEDGE))
    assert root.attrib["role"] == "img"
    assert "8" in root.attrib["aria-label"]
    drawn = [node for node in root.iter() if node.tag.endswith("path") and node.attrib.get("stroke") == "#123"]
    assert [("stroke-dasharray" in node.attrib) for node in drawn] == [False, False, True]


def test_the_drawing_marks_the_place_that_was_told() -> None:
    picture, words = back_svg(PAGE, KNOWLEDGE)
    assert PAGE.where in words
    assert len([node for node in ElementTree.fromstring(picture).iter() if node.tag.endswith("rect")]) == 1
    nothing, _ = back_svg(make_page(Case(), None, KNOWLEDGE, NOW), KNOWLEDGE)
    assert "<rect" not in nothing


def test_the_csv_holds_every_day_and_no_formula() -> None:
    rows = csv_of(EPISODE, KNOWLEDGE).splitlines()
    assert len(rows) == 1 + len(EPISODE.checkins)
    assert f"'{FORMULA}" in rows[2]


def test_the_calendar_file_says_nothing_of_what_it_is_for() -> None:
    text = ics(KNOWLEDGE, datetime(2026, 6, 1, 9, 0), 14, "0f3a", NOW)
    assert text.endswith("END:VCALENDAR\r\n")
    assert "RRULE:FREQ=DAILY;COUNT=14\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert not re.search(r"pain|back|spasm", text, re.IGNORECASE)


def test_a_link_becomes_a_picture_to_scan() -> None:
    assert ElementTree.fromstring(qr_svg("https://example.org/h/abc")).tag.endswith("svg")


def test_pages_are_plain_json() -> None:
    assert isinstance(PAGE, Page)
    assert json.loads(json.dumps(PAGE.to_json()))["location"] == "lower"
