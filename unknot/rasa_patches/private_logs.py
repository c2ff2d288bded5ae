"""Keeps what people type out of Rasa's own log entries, and deleted words out of the database's file.

Rasa's structured entries carry messages, slots and trackers as values, some of them at the level ERROR. Its first log
processor exists to make such values anonymous, with a product that is not open source; ours takes its place.
(Registering a pipeline for Rasa's would cost a second read of the conversation in every turn.)
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import structlog
from rasa.utils import log_utils

from unknot.observability.logs import keep_records_private, place_of

KEPT = frozenset({"event", "level", "failure", "stack_info", "action_name", "policy_name", "channel_name"})
"""Keys whose values say what the program did; every other value may hold a person's words."""
REMOVED = "[removed]"


def without_words(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: the entry with every value replaced that may hold what a person said."""
    # Rendered as it is, an exception shows its message and every variable of every frame.
    failed = entry.pop("exc_info", None)
    for key in entry:
        if key not in KEPT:
            entry[key] = REMOVED
    if failed:
        entry["failure"] = place_of(failed)
    entry["exc_info"] = None
    return entry


def keep_private() -> None:
    """For every process of Rasa's that may hear people: clean log entries.

    The launcher calls it before Rasa sets up its log, the first component of the pipeline when a model is loaded:
    so it holds for a hand-typed `rasa run` or `rasa shell` too, from before the first message on.
    """
    _replace(log_utils._anonymizer)
    log_utils._anonymizer = without_words
    keep_records_private()


def _replace(stock: Any) -> None:
    """Where the log is set up already, loggers hold the list of processors itself: it is changed in place."""
    processors = structlog.get_config()["processors"]
    for place, processor in enumerate(processors):
        if processor is stock:
            processors[place] = without_words
