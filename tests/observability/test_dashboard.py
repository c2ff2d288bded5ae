"""The dashboard and the alert rules speak of metrics and labels that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.core import Metric

from unknot.observability import metrics
from unknot.observability.serving import Retention
from unknot.settings import ROOT

DASHBOARD = ROOT / "ops" / "grafana" / "unknot.json"
ALERTS = ROOT / "ops" / "prometheus" / "alerts.yml"
OPERATIONS = ROOT / "docs" / "operations.md"
_NAME = re.compile(r"\b((?:unknot|process|python)_[a-z_]+)\b")
_ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


def families() -> list[Metric]:
    return [*metrics.REGISTRY.collect(), *Retention(Path("nowhere")).collect()]


def existing() -> set[str]:
    return {family.name + ending for family in families() for ending in _ENDINGS.get(family.type, ("",))}


def expressions() -> Iterator[tuple[str, str]]:
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for rule in rules():
        yield rule["alert"], rule["expr"]


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def missing(expression: str) -> set[str]:
    return set(_NAME.findall(expression)) - existing()


@pytest.mark.parametrize(("title", "expression"), list(expressions()))
def test_every_metric_that_is_named_exists(title: str, expression: str) -> None:
    assert _NAME.findall(expression), title
    assert missing(expression) == set()


def test_a_metric_that_does_not_exist_is_noticed() -> None:
    assert missing("rate(unknot_turns_total[5m])") == {"unknot_turns_total"}
    assert missing("unknot_turn_seconds") == {"unknot_turn_seconds"}


def test_the_dashboard_shows_every_metric_of_ours() -> None:
    shown = {name for _, expression in expressions() for name in _NAME.findall(expression)}
    ours = {family.name for family in families() if family.name.startswith("unknot_")}
    assert {name for name in ours if not any(one.startswith(name) for one in shown)} == set()


def test_the_page_describes_every_metric_of_ours_and_no_other() -> None:
    page = OPERATIONS.read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `(unknot_[a-z_]+)`", page, re.MULTILINE))
    ours = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in families()
        if family.name.startswith("unknot_")
    }
    assert described == ours


def test_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for at in (panel["gridPos"] for panel in panels)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_every_alert_says_what_it_means_and_whom_it_wakes() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules()) > 5
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(rule["annotations"]) == {"summary", "description"}


def test_prometheus_takes_the_rules_and_would_not_take_others(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not on this machine (Debian: apt install prometheus)")
    command = [promtool, "check", "rules"]
    assert subprocess.run([*command, ALERTS], capture_output=True, check=False).returncode == 0
    broken = tmp_path / "broken.yml"
    broken.write_text(ALERTS.read_text().replace("sum(", "sum((", 1))
    assert subprocess.run([*command, broken], capture_output=True, check=False).returncode != 0
