"""The one way in for channels: what is kept of a conversation, made into a file for a clinician.

What makes PDF and FHIR is loaded when one of them is first asked for: it takes seconds, and may not be installed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from unknot.handover.page import Page, make_page
from unknot.knowledge.loader import Knowledge, load
from unknot.triage.case import Case


class NothingToldError(Exception):
    """The person has told nothing yet that a clinician could read."""


class NotInstalledError(Exception):
    """What makes this format is an optional part (`handover` in pyproject.toml) that is not here."""


@dataclass(frozen=True)
class Document:
    """A file as it is handed over. `kind` is its media type, `name` what to call it."""

    name: str
    kind: str
    content: bytes


def document(case: Mapping[str, Any] | None, form: str, now: float) -> Document:
    """The page of a case (`Case.to_json`, None for none yet) in one of FORMATS. `now` in seconds since the epoch.

    Takes up to some seconds of a processor. Raises NothingToldError and NotInstalledError.
    """
    known, knowledge = Case.from_json(case), load()
    page = make_page(known, None, knowledge, now)
    if not (page.positives or page.why_now or page.where or page.signs or page.health):
        raise NothingToldError
    kind, name, make = FORMATS[form]
    try:
        return Document(name, kind, make(page, known, knowledge, now))
    except ModuleNotFoundError as error:
        raise NotInstalledError(error.name) from None


def _pdf(page: Page, _: Case, knowledge: Knowledge, now: float) -> bytes:
    from unknot.handover.pdf import pdf

    return pdf(page, None, knowledge, now)


def _fhir(page: Page, case: Case, knowledge: Knowledge, now: float) -> bytes:
    from unknot.handover.bundle import bundle

    return _as_json(bundle(page, case, None, knowledge, now))


def _json(page: Page, _: Case, __: Knowledge, ___: float) -> bytes:
    return _as_json(page.to_json())


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


FORMATS: dict[str, tuple[str, str, Callable[[Page, Case, Knowledge, float], bytes]]] = {
    "pdf": ("application/pdf", "unknot-handover.pdf", _pdf),
    "fhir": ("application/fhir+json", "unknot-handover.fhir.json", _fhir),
    "json": ("application/json", "unknot-handover.json", _json),
}
"""Formats by name: media type, name of the file, and who makes it."""
