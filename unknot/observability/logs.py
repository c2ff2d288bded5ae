"""Log records without words of people, and one JSON object a line where that is configured."""

from __future__ import annotations

import json
import logging
import sys
import traceback
import warnings
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from unknot.observability import metrics
from unknot.observability.turns import turn_id
from unknot.settings import Settings

_DEPRECATIONS = (DeprecationWarning, FutureWarning, PendingDeprecationWarning)
_RESERVED = ("time", "level", "process", "component", "turn")


def place_of(failed: Any) -> str:
    """Kind and place of an exception, its causes after it: no message, which may quote what a person typed."""
    error = (
        failed if isinstance(failed, BaseException) else (failed if isinstance(failed, tuple) else sys.exc_info())[1]
    )
    told: list[str] = []
    while error is not None and len(told) < 5:
        frames = traceback.extract_tb(error.__traceback__)
        told.append(" ".join([type(error).__name__, *(f"{Path(at.filename).name}:{at.lineno}" for at in frames)]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return " after ".join(told)


class PrivateRecords:
    """Makes the records of Python's own log: an exception in one is told by kind and place. Counts the errors."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, *about: Any, **more: Any) -> logging.LogRecord:
        """A record; formatters take a text of its exception that is there already as it is."""
        record: logging.LogRecord = self._make(*about, **more)
        if record.exc_info:
            record.exc_text = place_of(record.exc_info)
        if record.levelno >= logging.ERROR:
            metrics.ERRORS.labels(metrics.one_of(record.name.partition(".")[0], metrics.COMPONENTS)).inc()
        return record


def keep_records_private() -> None:
    """For every process that may hear people; a second time changes nothing."""
    if not isinstance(logging.getLogRecordFactory(), PrivateRecords):
        logging.setLogRecordFactory(PrivateRecords(logging.getLogRecordFactory()))


def set_up(settings: Settings, process: str) -> None:
    """Private records, and JSON lines where UNKNOT_LOG_FORMAT asks for them. `process` is named in every line."""
    keep_records_private()
    if settings.log_level != "DEBUG":
        _leave_out_deprecations()
    if settings.log_format != "json":
        return

    def line(_: logging.Handler, record: logging.LogRecord) -> str:
        return json_line(record, process)

    # In the class and not in a formatter: Rasa, its SDK and Sanic each set up handlers of their own, later than this.
    logging.Handler.format = line  # type: ignore[method-assign, assignment]
    logging.captureWarnings(True)
    if settings.log_level != "DEBUG":
        logging.getLogger("py.warnings").setLevel(logging.ERROR)  # of the pinned libraries among themselves
    sys.excepthook = _last_words


def _leave_out_deprecations() -> None:
    """What pinned libraries tell each other is no news to an operator; some switch it on again by themselves."""
    show = warnings.showwarning

    def showwarning(message: Any, category: Any, filename: str, *more: Any, **rest: Any) -> None:
        if not (issubclass(category, _DEPRECATIONS) and "site-packages" in filename):
            show(message, category, filename, *more, **rest)

    warnings.showwarning = showwarning


def json_line(record: logging.LogRecord, process: str) -> str:
    """The record as one JSON object: time (UTC), level, process, component, turn if there is one, event, fields."""
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    entry: dict[str, Any] = {"time": at, "level": record.levelname, "process": process, "component": record.name}
    if identity := turn_id():
        entry["turn"] = identity
    entry["event"] = message = record.getMessage()
    if message.startswith("{"):
        entry |= _structured(message)  # structlog's, made private by unknot/rasa_patches/private_logs.py
    fields = getattr(record, "fields", None)
    if isinstance(fields, dict):
        entry |= {key: value for key, value in fields.items() if key not in entry}
    if record.exc_text:
        entry["failure"] = record.exc_text
    return json.dumps(entry, ensure_ascii=True, default=str)


def _structured(message: str) -> dict[str, Any]:
    try:
        found = json.loads(message)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if key not in _RESERVED and value is not None}


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends the process, as a line like the others."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("process").critical("the process ends", exc_info=(kind, error, trace))
