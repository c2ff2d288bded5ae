"""Keeps what people type out of Rasa's own log entries.

Rasa's structured entries carry messages, slots and trackers as values, some of them at the level ERROR. Its first log
processor exists to make such values anonymous, with a product that is not open source; ours takes its place.
(Registering a pipeline for Rasa's would cost a second read of the conversation in every turn.)
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from rasa.utils import log_utils

KEPT = frozenset({"event", "level", "exc_info", "stack_info", "action_name", "policy_name", "channel_name"})
"""Keys whose values say what the program did; every other value may hold a person's words."""
REMOVED = "[removed]"


def without_words(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: the entry with every value replaced that may hold what a person said."""
    for key in entry:
        if key not in KEPT:
            entry[key] = REMOVED
    return entry


def keep_logs_private() -> None:
    """To be called before Rasa sets up its log; its command line does that first thing."""
    log_utils._anonymizer = without_words
