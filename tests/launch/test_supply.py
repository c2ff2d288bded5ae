"""What the product is made of: the list of components, their licences, and files that must never be committed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pytest

from scripts import sbom
from scripts.audit import locked
from unknot.settings import ROOT

NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")
COPYLEFT = re.compile(r"GPL|General Public|MPL|Mozilla|EPL|CDDL|EUPL", re.IGNORECASE)


@pytest.fixture(scope="module")
def listed() -> dict[str, Any]:
    if not sbom._UV.is_file():
        pytest.skip("uv is not in .uv: make setup-dev")
    return sbom.completed(sbom.exported())


def test_every_component_has_a_locked_version_and_a_licence(listed: dict[str, Any]) -> None:
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.5")
    assert len(listed["components"]) > 100
    versions = locked()
    for component in listed["components"]:
        assert component["version"] in versions[component["name"]], component["name"]
        if component["name"] not in sbom.OWN:
            assert component["purl"] == f"pkg:pypi/{component['name']}@{component['version']}"
            assert all(one["hashes"] for one in component["externalReferences"])
    without = {component["name"] for component in listed["components"] if "licenses" not in component}
    other_platforms = {"colorama", "pyreadline3", "pywin32", "tzdata", "async-timeout", "win32-setctime"}
    assert without <= other_platforms | {"http-ece", "py-vapid", "pywebpush"}  # and a group installed on request


def test_what_is_for_development_only_is_not_listed(listed: dict[str, Any]) -> None:
    names = {component["name"] for component in listed["components"]}
    assert {"rasa", "spacy", "numpy", "typst"} <= names
    assert not names & {"pytest", "playwright", "medspacy", "unidecode", "matplotlib"}


def test_the_stand_in_is_not_taken_for_tensorflow(listed: dict[str, Any]) -> None:
    (found,) = [component for component in listed["components"] if component["name"] == "tensorflow"]
    assert "purl" not in found
    assert "stand-in" in found["description"]


def test_the_command_writes_it(listed: dict[str, Any], tmp_path: Path) -> None:
    assert sbom.main(["--out", str(tmp_path / "new" / "sbom.json")]) == 0
    written = json.loads((tmp_path / "new" / "sbom.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in written["components"]] == [one["name"] for one in listed["components"]]


def test_copyleft_components_of_the_service_are_in_the_notice(listed: dict[str, Any]) -> None:
    declared = {one["name"]: str(one["licenses"]) for one in listed["components"] if "licenses" in one}
    copyleft = {name for name, text in declared.items() if COPYLEFT.search(text)}
    assert {"psycopg2-binary", "certifi", "tqdm"} <= copyleft
    assert {name for name in copyleft if name not in NOTICE} == set()


def test_what_is_asked_for_by_name_is_in_the_notice() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["handover"]]
    asked += project["dependency-groups"]["push"]
    names = {re.split(r"[<>=]", line)[0] for line in asked} - set(sbom.OWN)
    assert {name for name in names if not re.search(rf"\b{re.escape(name)}\b", NOTICE, re.IGNORECASE)} == set()


def test_a_licence_is_read_from_wherever_a_package_says_it() -> None:
    assert sbom.licence(metadata("numpy")).startswith("BSD-3-Clause")
    assert "Lesser General Public" in sbom.licence(metadata("psycopg2-binary"))


@pytest.mark.parametrize(
    "name", [".env", ".env.local", "ops/.env", "ops/tls/tls.key", "var/web_secret", "var/unknot.db"]
)
def test_secrets_are_not_committed_by_git_add(name: str) -> None:
    if not shutil.which("git"):
        pytest.skip("git is not here")
    ignored = subprocess.run(["git", "check-ignore", "--quiet", name], cwd=ROOT, check=False)
    assert ignored.returncode == 0, f"{name} is not in .gitignore"


def test_the_example_of_settings_is_committed() -> None:
    shown = subprocess.run(["git", "check-ignore", "--quiet", ".env.example"], cwd=ROOT, check=False)
    assert shown.returncode == 1


def test_images_are_pinned_to_a_version() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "ops").rglob("*.yml"))]
    images = re.findall(r"^\s*image: ([\w./-]+(?::[\w.-]+)?(?:@sha256:\w+)?)$", "\n".join(texts), re.MULTILINE)
    images += re.findall(r"^FROM (\S+)", (ROOT / "ops/Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    others = [image for image in images if image != "unknot"]  # built here
    assert len(others) >= 7
    assert [image for image in others if not re.search(r":\d+\.?\d*[\w.-]*(@sha256:[0-9a-f]{64})?$", image)] == []


def test_there_is_a_way_to_report_a_weakness() -> None:
    policy = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    for heading in ("## Reporting", "## Supported versions", "## What happens then"):
        assert heading in policy
