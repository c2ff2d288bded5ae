"""Rasa's log entries hold nothing that a person typed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from unknot.rasa_patches.private_logs import KEPT, REMOVED, without_words
from unknot.settings import ROOT

MARKER = "my-left-leg-is-numb"
BEFORE = """
from unknot.rasa_patches.private_logs import keep_private
keep_private()
import logging, structlog
from rasa.utils.log_utils import configure_structlog
configure_structlog(logging.INFO)
"""
# A hand-typed `rasa run`: the log is set up and used before any code of ours is there.
AFTER = """
import logging, structlog
from rasa.utils.log_utils import configure_structlog
configure_structlog(logging.INFO)
structlog.get_logger("rasa.core.channels.rest").info("used.before")
from unknot.nlu.typed_text_guard import TypedTextGuard
TypedTextGuard.create(TypedTextGuard.get_default_config(), None, None, None)
"""
CODE = f"""
log = structlog.get_logger("rasa.core.channels.rest")
def deep(said):
    raise RuntimeError("failed with " + said)
try:
    said = "{MARKER}"
    deep(said)
except RuntimeError:
    logging.getLogger("rasa.core.processor").exception("it failed")
    log.exception("rest.message.received.failure", text="{MARKER}", tracker_states=["{MARKER}"])
log.error("processor.slots", event_info="slots: {MARKER}", slot_values={{"x": "{MARKER}"}}, action_name="action_x")
"""


@pytest.mark.parametrize("start", [BEFORE, AFTER])
def test_a_person_s_words_never_reach_the_log_through_rasa(start: str) -> None:
    done = subprocess.run([sys.executable, "-c", start + CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    printed = done.stdout + done.stderr
    assert MARKER not in printed
    assert REMOVED in printed
    assert "rest.message.received.failure" in printed
    assert printed.count("RuntimeError <string>:") == 2  # what went wrong and where is still there
    assert "it failed" in printed
    assert "action_x" in printed


def test_every_value_but_the_program_s_own_is_replaced() -> None:
    entry = dict.fromkeys(KEPT, "x") | {"text": MARKER, "some_new_key": MARKER}
    cleaned = without_words(None, "error", entry)
    assert MARKER not in json.dumps(cleaned)
    assert all(cleaned[key] == "x" for key in KEPT)
