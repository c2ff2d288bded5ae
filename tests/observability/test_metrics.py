"""Metrics say what happened, and never to whom."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from unknot.conversations.__main__ import main as privacy_command
from unknot.conversations.retention import NOTE
from unknot.knowledge.schema import Level
from unknot.observability import metrics
from unknot.observability.batched import BATCH, BatchedCounter
from unknot.observability.serving import ACTIONS, ASSISTANT, RETENTION_FILE, Retention, port_of
from unknot.observability.turns import HEADER, count_events, join, phase, turn, turn_id
from unknot.settings import Settings, SettingsError, load_settings


def value(name: str, **labels: str) -> float:
    found = metrics.REGISTRY.get_sample_value(name, labels)
    return 0.0 if found is None else found


def shown(counter: BatchedCounter) -> dict[str, float]:
    (family,) = counter.collect()
    return {sample.labels["level"]: sample.value for sample in family.samples if sample.name.endswith("_total")}


def test_a_turn_is_counted_once_with_its_parts() -> None:
    before, failed = (
        value("unknot_turn_seconds_count", channel="web"),
        value("unknot_turns_failed_total", channel="web"),
    )
    loads = value("unknot_turn_phase_seconds_count", phase="load")
    with turn("web"):
        assert value("unknot_turns_under_way") == 1
        outer = turn_id()
        for _ in range(3):
            with phase("load"):
                pass
        with turn("rest"):
            assert turn_id() == outer
    assert turn_id() is None
    assert value("unknot_turns_under_way") == 0
    assert value("unknot_turn_seconds_count", channel="web") == before + 1
    assert value("unknot_turn_phase_seconds_count", phase="load") == loads + 1
    assert value("unknot_turns_failed_total", channel="web") == failed


def test_a_turn_that_raises_is_counted_as_failed() -> None:
    before = value("unknot_turns_failed_total", channel="slack")
    with pytest.raises(RuntimeError), turn("slack"):
        raise RuntimeError
    assert value("unknot_turns_failed_total", channel="slack") == before + 1
    assert value("unknot_turns_under_way") == 0


def test_every_turn_has_an_id_of_its_own_even_at_once() -> None:
    async def one() -> str | None:
        with turn("web"):
            await asyncio.sleep(0)
            return turn_id()

    async def many() -> list[str | None]:
        return await asyncio.gather(*(one() for _ in range(20)))

    assert len(set(asyncio.run(many()))) == 20


@pytest.mark.parametrize("foreign", ["", "0123", "g" * 16, "<script>alert(1)", "0123456789abcdef0", None])
def test_only_an_id_of_ours_is_taken_from_a_header(foreign: str | None) -> None:
    join("0123456789abcdef")
    assert turn_id() == "0123456789abcdef"
    join(foreign)
    assert turn_id() is None
    assert HEADER.startswith("X-Unknot")


def test_nothing_from_outside_becomes_a_label() -> None:
    with turn("my back hurts"):
        pass
    assert value("unknot_turn_seconds_count", channel="other") >= 1
    metrics.LEVELS_SAID.add("numb legs")
    text = generate_latest(metrics.REGISTRY).decode()
    assert "my back" not in text
    assert "numb legs" not in text


def test_labels_are_of_a_closed_list() -> None:
    text = generate_latest(metrics.REGISTRY).decode()
    names = set(re.findall(r'[{,](\w+)="', text))
    assert names <= {
        "channel",
        "phase",
        "kind",
        "limit",
        "level",
        "component",
        "le",
        "generation",
        "urgent",
        "outcome",
    }
    known = {*metrics.LEVELS, *metrics.CHANNELS, *metrics.PHASES, *metrics.LIMITS, *metrics.FAILURES}
    known |= {*metrics.COMPONENTS, "nlu", "rules", "topic", "other", "true", "false", "away", "damaged"}
    known |= {
        *metrics.REMINDED,
        "taken",
        "dropped",
        "uninstalled",
        "revoked",
        "sent",
        "failed",
        "given_up",
    }  # of Slack
    values = set(re.findall(r'(?:channel|phase|kind|limit|level|component|urgent|outcome)="([^"]*)"', text))
    assert values <= known
    assert "emergency" in values


def test_the_levels_are_all_the_levels_there_are() -> None:
    assert tuple(level.value for level in Level) == metrics.LEVELS


def test_a_single_emergency_moves_no_counter() -> None:
    counter = BatchedCounter("x", "x", "level", metrics.LEVELS)
    before = shown(counter)
    counter.add("emergency")
    assert shown(counter) == before
    for _ in range(BATCH - 2):
        counter.add("self_care")
    assert shown(counter) == before
    counter.add("self_care")
    assert shown(counter) == {**before, "emergency": 1, "self_care": BATCH - 1}


def test_events_of_a_turn_are_counted() -> None:
    names = ("unknot_clarifications_total", "unknot_apologies_total")
    kinds = [("unknot_fallbacks_total", {"kind": kind}) for kind in ("nlu", "rules")]

    def all_of() -> list[float]:
        return [value(name) for name in names] + [value(name, **labels) for name, labels in kinds]

    before = all_of()
    events: list[dict[str, Any]] = [
        {"event": "user", "parse_data": {"intent": {"name": "nlu_fallback"}}},
        {"event": "user", "parse_data": {"intent": {"name": "inform"}}},
        {"event": "user", "text": None, "parse_data": None},
        {"event": "action", "name": "action_keep_facts"},
        {"event": "action", "name": "action_ask_location"},
        {"event": "bot", "data": {"custom": {"type": "notice", "notice": "clarify"}}},
        {"event": "bot", "data": {"custom": {"type": "notice", "notice": "error"}}},
        {"event": "bot", "data": {"custom": None}, "text": "x"},
        {"event": "bot", "data": None},
    ]
    count_events(events)
    assert [after - was for after, was in zip(all_of(), before, strict=True)] == [1, 1, 1, 1]


def test_the_last_deletion_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = CollectorRegistry()
    registry.register(Retention(tmp_path / "run" / RETENTION_FILE))
    assert registry.get_sample_value("unknot_retention_last_run_timestamp_seconds") is None
    monkeypatch.setenv("UNKNOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("UNKNOT_DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    assert privacy_command(["purge"]) == 0
    note = json.loads((tmp_path / NOTE).read_text())
    assert registry.get_sample_value("unknot_retention_last_run_timestamp_seconds") == note["ended"]
    assert registry.get_sample_value("unknot_retention_deleted", {"kind": "conversations"}) == 0
    (tmp_path / NOTE).write_text("not JSON")
    assert registry.get_sample_value("unknot_retention_last_run_timestamp_seconds") is None


def test_metrics_are_off_unless_configured_and_then_on_loopback() -> None:
    assert port_of(Settings(), ASSISTANT) == port_of(Settings(), ACTIONS) == 0
    assert Settings().metrics_host == "127.0.0.1"
    here = load_settings({"UNKNOT_METRICS_PORT": "9105"})
    assert (port_of(here, ASSISTANT), port_of(here, ACTIONS)) == (9105, 9106)
    assert load_settings({"UNKNOT_METRICS_PORT": "0"}).metrics_port == 0
    for wrong in ("65535", "-1", "http"):
        with pytest.raises(SettingsError, match="UNKNOT_METRICS_PORT"):
            load_settings({"UNKNOT_METRICS_PORT": wrong})
