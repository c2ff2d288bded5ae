"""The one way in for channels: what is kept of a conversation, made into a file for a clinician.

What makes PDF and FHIR is loaded when one of them is first asked for: it takes seconds, and may not be installed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from unknot.handover.chart import csv_of, svg
from unknot.handover.page import Page, make_page
from unknot.knowledge.loader import Knowledge, load
from unknot.triage.case import Case
from unknot.triage.episode import Episode, episodes


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
    """The page of a case (`Case.to_json`, None for none yet) in one of FORMATS, with its last bout.

    `now` in seconds since the epoch. Takes up to some seconds of a processor. Raises NothingToldError and
    NotInstalledError.
    """
    known, knowledge = Case.from_json(case), load()
    bouts = episodes(known)
    page = make_page(known, bouts[-1] if bouts else None, knowledge, now)
    if not (page.positives or page.why_now or page.where or page.signs or page.health):
        raise NothingToldError
    if form in OF_A_BOUT and not bouts:
        raise NothingToldError
    kind, name, make = FORMATS[form]
    try:
        return Document(name, kind, make(_Told(page, known, bouts[-1] if bouts else None, knowledge, now)))
    except ModuleNotFoundError as error:
        raise NotInstalledError(error.name) from None


@dataclass(frozen=True)
class _Told:
    """What a document is made from; `bout` is the one that goes on, else the last."""

    page: Page
    case: Case
    bout: Episode | None
    knowledge: Knowledge
    now: float


def _pdf(told: _Told) -> bytes:
    from unknot.handover.pdf import pdf

    return pdf(told.page, told.bout, told.knowledge, told.now)


def _fhir(told: _Told) -> bytes:
    from unknot.handover.bundle import bundle

    return _as_json(bundle(told.page, told.case, told.bout, told.knowledge, told.now))


def _json(told: _Told) -> bytes:
    return _as_json(told.page.to_json())


def _csv(told: _Told) -> bytes:
    return csv_of(told.bout, told.knowledge).encode() if told.bout else b""


def _svg(told: _Told) -> bytes:
    return svg(told.bout, told.knowledge).encode() if told.bout else b""


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


FORMATS: dict[str, tuple[str, str, Callable[[_Told], bytes]]] = {
    "pdf": ("application/pdf", "unknot-handover.pdf", _pdf),
    "fhir": ("application/fhir+json", "unknot-handover.fhir.json", _fhir),
    "json": ("application/json", "unknot-handover.json", _json),
    "csv": ("text/csv", "unknot-days.csv", _csv),
    "svg": ("image/svg+xml", "unknot-days.svg", _svg),
}
"""Formats by name: media type, name of the file, and who makes it."""

OF_A_BOUT = frozenset({"csv", "svg"})
"""Those that need a bout with days."""
