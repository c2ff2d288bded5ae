"""The list of known advisories is about what is locked today, and the audit is never green without having looked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import audit
from scripts.audit import AuditError, Finding, compare, locked, read_report, unreviewed
from unknot.settings import ROOT

PEER = ROOT / "ops/python/peer/uv.lock"
RECORD: dict[str, Any] = {
    "id": "PYSEC-1-1",
    "aliases": ["CVE-2001-0001"],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Some_Package"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "2.0"}]}],
            "versions": ["0.5"],
        }
    ],
}


@cache
def lock_file(of_peer: bool) -> dict[str, set[str]]:
    return locked(PEER) if of_peer else locked()


@cache
def reviewed() -> dict[str, Any]:
    return audit.reviewed()


@pytest.mark.parametrize("name", reviewed())
def test_the_review_is_of_the_locked_version(name: str) -> None:
    about = reviewed()[name]
    versions = {about["version"]} if isinstance(about["version"], str) else set(about["version"])
    assert versions == lock_file(about["used"] == "peer")[name], f"{name}: review docs/advisories.yml, then change it"


def test_the_review_has_a_date_and_says_what_was_compared() -> None:
    review = yaml.safe_load(audit.REVIEWED.read_text(encoding="utf-8"))
    assert review["reviewed"] <= date.today()
    assert all(one["state"] < review["reviewed"] and one["found"] == 0 for one in review["compared"])


@pytest.mark.parametrize("name", reviewed())
def test_every_entry_says_what_shields(name: str) -> None:
    about = reviewed()[name]
    assert about["used"] in ("service", "peer", "dev")
    assert about["held"]
    for advisory in about["advisories"]:
        assert re.fullmatch(r"CVE-\d{4}-\d+|GHSA(-\w{4}){3}|PYSEC-\d+-\d+", advisory["id"])
        assert advisory["seen"] in ("record", "code", "memory")
        assert isinstance(advisory["applies"], bool)
        assert advisory["about"]
        assert advisory["shield"]


def test_packages_that_rasa_holds_back_are_all_listed() -> None:
    """Rasa's upper bounds and exact pins are why anything here is old."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    overridden = re.search(r"override-dependencies = \[(.*?)\n\]", text, re.DOTALL)
    assert overridden
    names = {audit.normal(name) for name in re.findall(r'"([A-Za-z0-9-]+)[<>=]', overridden[1])}
    assert names <= set(reviewed())
    assert {"rasa", "sanic", "scikit-learn", "spacy", "sqlalchemy", "tensorflow"} <= set(reviewed())


@pytest.mark.parametrize(
    ("version", "expected"), [("0.5", True), ("0.9", False), ("1.0", True), ("1.9.9", True), ("2.0", False)]
)
def test_comparing_with_a_copy_of_the_database(tmp_path: Path, version: str, expected: bool) -> None:
    (tmp_path / "some-package").mkdir()
    (tmp_path / "some-package" / "one.json").write_text(json.dumps(RECORD))
    found = compare({"some-package": {version}}, tmp_path)
    assert bool(found) is expected
    if expected:
        assert unreviewed(found, {}) == found
        assert unreviewed(found, {"some-package": {"advisories": [{"id": "CVE-2001-0001"}]}}) == []


def test_a_withdrawn_advisory_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps({**RECORD, "withdrawn": "2001-01-01"}))
    assert compare({"some-package": {"1.0"}}, tmp_path) == []


def test_an_empty_database_is_no_audit(tmp_path: Path) -> None:
    with pytest.raises(AuditError):
        compare({"some-package": {"1.0"}}, tmp_path)


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "No known vulnerabilities found",
        '{"dependencies": []}',
        '{"dependencies": [{"name": "sanic", "skip_reason": "could not be audited"}]}',
        '{"dependencies": [{"name": "other", "version": "1", "vulns": []}]}',
    ],
)
def test_a_report_without_every_package_is_no_audit(printed: str) -> None:
    with pytest.raises(AuditError):
        read_report(printed, {"sanic"})


def test_a_whole_report() -> None:
    vulns = [{"id": "PYSEC-1-1", "aliases": ["CVE-2001-0001"]}]
    printed = json.dumps({"dependencies": [{"name": "Sanic", "version": "1.0", "vulns": vulns}]})
    expected = [Finding("sanic", "1.0", frozenset({"PYSEC-1-1", "CVE-2001-0001"}))]
    assert read_report(printed, {"sanic"}) == expected


def test_the_command_fails_when_it_cannot_look(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.audit", "--osv", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "NOT DONE" in done.stdout
