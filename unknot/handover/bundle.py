"""The same facts as a FHIR R4 document: Composition, QuestionnaireResponse, Observations, MedicationStatements.

Built and checked by `fhir.resources` (its R4B module, whose resources of these kinds are those of R4). That library
takes any word as a code, so the codes that R4 requires are checked here.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from unknot.handover.page import Page, day_name
from unknot.knowledge.loader import Knowledge
from unknot.triage.case import Case
from unknot.triage.episode import Episode
from unknot.triage.statement import CHECKED, DENIED, NOW, OLD, OVER

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
PAIN = ("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")
NOTE = ("51855-5", "Patient Note")
# Required bindings of R4 for every code that is used here, from the published value sets.
_OF_R4 = """
Bundle.type document message transaction transaction-response batch batch-response history searchset collection
Composition.status preliminary final amended entered-in-error
Observation.status registered preliminary final amended corrected cancelled entered-in-error unknown
QuestionnaireResponse.status in-progress completed amended entered-in-error stopped
MedicationStatement.status active completed entered-in-error intended stopped on-hold unknown not-taken
Narrative.status generated extensions additional empty
"""
REQUIRED = {tuple(line.split()[0].split(".")): frozenset(line.split()[1:]) for line in _OF_R4.strip().splitlines()}


class CodeError(ValueError):
    """A code that R4 does not know in its place."""


def bundle(page: Page, case: Case, episode: Episode | None, knowledge: Knowledge, now: float) -> dict[str, Any]:
    """A document bundle as JSON. Raises CodeError, and what the library raises, for what is no valid FHIR."""
    at = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    patient, author = _entry({"resourceType": "Patient"}), _entry(_device(knowledge))
    about = {"subject": {"reference": patient["fullUrl"]}}
    answers = [_entry(_answers(case, knowledge, at) | about)]
    pain = [_entry(one | about) for one in _pain(case, episode, at)]
    taken = [_entry(one | about) for one in _taken(episode, knowledge)]
    sections = [
        _section(knowledge.messages["handover_signs"], answers),
        _section(knowledge.messages["handover_course"], pain),
        _section(knowledge.messages["handover_medicines"], taken),
    ]
    composition = _entry(
        {
            "resourceType": "Composition",
            "status": "final",
            "type": _coding(NOTE),
            "date": at,
            "author": [{"reference": author["fullUrl"]}],
            "title": knowledge.messages["handover_title"],
            "section": [*_told(page, knowledge), *(one for one in sections if one)],
        }
        | about
    )
    made = {
        "resourceType": "Bundle",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid.uuid4()}"},
        "type": "document",
        "timestamp": at,
        "entry": [composition, patient, author, *answers, *pain, *taken],
    }
    check_codes(made)
    Bundle.model_validate(made)
    return made


def check_codes(resource: Any) -> None:
    """Raises CodeError for a code that R4 does not have, anywhere inside."""
    if isinstance(resource, list):
        for one in resource:
            check_codes(one)
    if not isinstance(resource, dict):
        return
    for (kind, field), allowed in REQUIRED.items():
        if resource.get("resourceType") == kind and resource.get(field) not in allowed:
            raise CodeError(f"{kind}.{field}: {resource.get(field)!r} is no code of R4")
    for name, value in resource.items():
        if name == "text" and isinstance(value, dict) and value.get("status") not in REQUIRED["Narrative", "status"]:
            raise CodeError(f"Narrative.status: {value.get('status')!r} is no code of R4")
        check_codes(value)


def _entry(resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": f"urn:uuid:{uuid.uuid4()}", "resource": resource}


def _coding(code: tuple[str, str]) -> dict[str, Any]:
    return {"coding": [{"system": LOINC, "code": code[0], "display": code[1]}]}


def _device(knowledge: Knowledge) -> dict[str, Any]:
    name = {"name": "Unknot", "type": "user-friendly-name"}
    return {"resourceType": "Device", "deviceName": [name], "note": [{"text": knowledge.messages["handover_intro"]}]}


def _told(page: Page, knowledge: Knowledge) -> list[dict[str, Any]]:
    """The parts of the page that are text, in its order."""
    m, found = knowledge.messages, []
    parts = ("positives", "why_now", "health", "tried", "advised")
    for name in parts:
        facts = getattr(page, name)
        lines = [f"{fact.label}: {fact.value}" + (f" “{fact.quote}”" if fact.quote else "") for fact in facts]
        if lines or name == "positives":
            found.append({"title": m[f"handover_{name}"], "text": _narrative(lines or [m["handover_none"]])})
    if page.unknown:
        found.append({"title": m["handover_unknown"], "text": _narrative(list(page.unknown))})
    return found


def _narrative(lines: list[str]) -> dict[str, str]:
    safe = [line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in lines]
    items = "".join(f"<li>{line}</li>" for line in safe)
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{items}</ul></div>'}


def _section(title: str, entries: list[dict[str, Any]]) -> dict[str, Any] | None:
    return {"title": title, "entry": [{"reference": one["fullUrl"]} for one in entries]} if entries else None


def _answers(case: Case, knowledge: Knowledge, at: str) -> dict[str, Any]:
    """Every sign that was told of or denied: yes or no, and the words."""
    items = []
    for finding in knowledge.findings.values():
        status = case.status(finding.id)
        if status not in (NOW, DENIED, OVER, OLD, CHECKED):
            continue
        said = case.latest(finding.id)
        answer: list[dict[str, Any]] = [{"valueBoolean": status == NOW}]
        words = [text for text in (said.quote if said else "", "" if status in (NOW, DENIED) else status) if text]
        answer += [{"valueString": text} for text in words]
        items.append({"linkId": finding.id, "text": finding.question, "answer": answer})
    found: dict[str, Any] = {"resourceType": "QuestionnaireResponse", "status": "completed", "authored": at}
    return found | ({"item": items} if items else {})


def _pain(case: Case, episode: Episode | None, at: str) -> list[dict[str, Any]]:
    scores = [(day_name(one.day), one.pain) for one in episode.checkins if one.pain is not None] if episode else []
    if not scores and case.severity is not None:
        scores = [(at, case.severity)]
    about = {"resourceType": "Observation", "status": "final", "code": _coding(PAIN)}
    return [about | {"effectiveDateTime": when, "valueInteger": score} for when, score in scores]


def _taken(episode: Episode | None, knowledge: Knowledge) -> list[dict[str, Any]]:
    found = []
    for one in episode.taken if episode else ():
        remedy = knowledge.remedies.get(one.what)
        about: dict[str, Any] = {"resourceType": "MedicationStatement", "status": "completed"}
        about |= {"medicationCodeableConcept": {"text": remedy.title if remedy else one.what}}
        about |= {"effectiveDateTime": day_name(one.day)}
        dosage: dict[str, Any] = {"text": one.quote} if one.quote else {}
        if one.minute is not None:
            dosage["timing"] = {"repeat": {"timeOfDay": [f"{one.minute // 60:02}:{one.minute % 60:02}:00"]}}
        if one.amount_mg is not None:
            dose = {"value": one.amount_mg, "unit": "mg", "system": UCUM, "code": "mg"}
            dosage["doseAndRate"] = [{"doseQuantity": dose}]
        found.append(about | ({"dosage": [dosage]} if dosage else {}))
    return found
