"""One JSON object a line, with the turn's id and without words; and the metrics of both processes."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.scrape import fetch, sample, two_free_ports
from tests.support.server import RestServer
from unknot.launch.exposure import is_loopback
from unknot.observability.logs import json_line
from unknot.observability.turns import turn, turn_id
from unknot.settings import ROOT, Settings

MARKER = "my-left-leg-is-numb"
CODE = f"""
import logging, warnings
from unknot.observability import logs
from unknot.settings import Settings
logs.set_up(Settings(log_format="json"), "actions")
import coloredlogs
coloredlogs.install(level="INFO", fmt="%(asctime)s %(message)s")  # as Rasa does, later
try:
    raise RuntimeError("{MARKER}")
except RuntimeError:
    logging.getLogger("rasa.core").exception("it failed")
logging.getLogger("other").info("line one\\nline two")
warnings.warn("old", DeprecationWarning)
raise ValueError("{MARKER}")
"""


def record(message: str, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("unknot.conversations.tracker", logging.WARNING, __file__, 1, message, (), None)
    made.__dict__.update(extra)
    return made


def test_a_line_has_time_level_component_and_the_turn() -> None:
    assert "turn" not in json.loads(json_line(record("x"), "assistant"))
    with turn("web"):
        line = json.loads(json_line(record("a thing happened", fields={"seconds": 1.5}), "assistant"))
        assert line.pop("turn") == turn_id()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "process": "assistant",
        "component": "unknot.conversations.tracker",
        "event": "a thing happened",
        "seconds": 1.5,
    }


def test_an_entry_of_structlog_becomes_fields_and_can_forge_none_of_ours() -> None:
    entry = json.dumps({"event": "a.b", "action_name": "action_x", "level": "debug", "turn": "x", "exc_info": None})
    line = json.loads(json_line(record(entry), "assistant"))
    assert (line["event"], line["action_name"], line["level"]) == ("a.b", "action_x", "WARNING")
    assert "turn" not in line
    for odd in ("{", "{}x", "[1]", '{"a": 1'):
        assert json.loads(json_line(record(odd), "assistant"))["event"] == odd


def test_whatever_sets_up_handlers_later_every_line_is_json_and_no_exception_speaks() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    printed = (done.stdout + done.stderr).splitlines()
    lines = [json.loads(line) for line in printed]
    assert [line["event"] for line in lines] == ["it failed", "line one\nline two", "the process ends"]
    assert [line.get("failure", "").split(" ")[0] for line in lines] == ["RuntimeError", "", "ValueError"]
    assert all(MARKER not in line for line in printed)


@pytest.mark.e2e
def test_a_turn_is_followed_through_both_processes(trained_model: Path, tmp_path: Path) -> None:
    port = two_free_ports()
    with RestServer(
        trained_model,
        ROOT / "credentials_rest.yml",
        tmp_path,
        log_level="INFO",
        log_format="json",
        metrics_port=port,
    ) as server:
        before = sample(fetch(port), 'unknot_turn_seconds_count{channel="rest"}')
        server.say("somebody", f"my lower back locked up {MARKER}")
        metrics, actions = fetch(port), fetch(port + 1)
        server.kill_actions()
        server.say("somebody", f"it is a bit better {MARKER}")
        failed = fetch(port)
    assert sample(metrics, 'unknot_turn_seconds_count{channel="rest"}') == before + 1
    for phase in ("lock", "load", "read", "actions", "save"):
        assert sample(metrics, f'unknot_turn_phase_seconds_count{{phase="{phase}"}}') >= 1
    assert sample(metrics, "process_resident_memory_bytes") > 1e6
    assert sample(actions, "unknot_action_run_seconds_count") == sample(metrics, "unknot_action_call_seconds_count")
    assert sample(failed, 'unknot_action_failures_total{kind="unreachable"}') == 1
    assert sample(failed, "unknot_apologies_total") == 1
    assert sample(failed, "unknot_errors_total") >= 1

    logs = {path.stem: path.read_text().splitlines() for path in server.logs.glob("*.log")}
    lines = {name: [json.loads(line) for line in text] for name, text in logs.items()}
    called = {line["turn"] for line in lines["actions"] if line["event"] == "action call answered"}
    turns = {line["turn"] for line in lines["assistant"] if line["event"] == "turn done"}
    assert called
    assert called < turns
    (lost,) = {line["turn"] for line in lines["assistant"] if line["level"] == "ERROR"}
    assert lost in turns - called
    everything = "\n".join([*logs["assistant"], *logs["actions"], metrics, actions, failed])
    assert MARKER not in everything
    assert "somebody" not in everything


def test_nobody_else_is_asked_to_look() -> None:
    assert is_loopback(Settings().metrics_host)
