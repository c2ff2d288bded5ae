"""`make audit`: known advisories for the locked packages. Green only when every package was really looked up.

Asks the advisory service through pip-audit. Where that cannot be reached, `--osv FOLDER` compares with a copy of an
advisory database in OSV form (for example the folder vulns/ of pypa/advisory-database). Advisories that
docs/advisories.yml has reviewed are told and do not fail; any other one does, and so does not being able to look.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

from unknot.settings import ROOT

REVIEWED = ROOT / "docs" / "advisories.yml"
OWN = ("tensorflow", "unknot-quiet")
"""Packages of this repository (ops/python/): under a name of the registry, but not its code."""

_UV = ROOT / ".uv" / "bin" / "uv"


class AuditError(RuntimeError):
    """The packages could not be looked up; the text says why."""


@dataclass(frozen=True)
class Finding:
    """An advisory for a locked version. `names` are its id and aliases."""

    package: str
    version: str
    names: frozenset[str]

    def __str__(self) -> str:
        return f"{self.package} {self.version}: {', '.join(sorted(self.names))}"


def normal(name: str) -> str:
    """A package's name in the registry's spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: Path = ROOT / "uv.lock") -> dict[str, set[str]]:
    """Every package of the lock file with its versions, also those of groups that are not installed."""
    found: dict[str, set[str]] = {}
    for package in tomllib.loads(lock.read_text(encoding="utf-8"))["package"]:
        found.setdefault(normal(package["name"]), set()).add(package["version"])
    return found


def reviewed(path: Path = REVIEWED) -> dict[str, Any]:
    """The packages of the reviewed list."""
    packages: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["packages"]
    return packages


def requirements() -> str:
    """What is installed, the optional groups too, pinned with hashes, without the packages of this repository."""
    command = [str(_UV), "export", "--frozen", "--quiet", "--all-groups", "--no-emit-project"]
    command += ["--format", "requirements-txt"]
    for name in OWN:
        command += ["--no-emit-package", name]
    return _run(command).stdout


def ask_service(pinned: str) -> list[Finding]:
    """What pip-audit finds. Raises AuditError unless it looked up every package."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(pinned, encoding="utf-8")
        tool = [
            str(_UV),
            "run",
            "--project",
            str(ROOT / "ops" / "python" / "tools"),
            "--frozen",
            "--group",
            "audit",
            "pip-audit",
        ]
        how = ["--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
        done = _run([*tool, *how, "--requirement", str(file)], check=False)
    expected = {normal(line.partition("==")[0]) for line in pinned.splitlines() if re.match(r"[A-Za-z0-9]", line)}
    return read_report(done.stdout, expected, done.stderr)


def read_report(printed: str, expected: set[str], complaints: str = "") -> list[Finding]:
    """The findings in pip-audit's JSON. Raises AuditError unless each expected package is there, not skipped."""
    try:
        packages = json.loads(printed)["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise AuditError(complaints.strip().splitlines()[-1] if complaints.strip() else "no report") from None
    looked_up = {normal(package["name"]) for package in packages if "skip_reason" not in package}
    if missing := sorted({_marked(name) for name in expected} - looked_up):
        raise AuditError(f"not looked up: {', '.join(missing)}")
    return [
        Finding(normal(package["name"]), package["version"], frozenset([one["id"], *one.get("aliases", [])]))
        for package in packages
        for one in package.get("vulns", [])
    ]


def _marked(name: str) -> str:
    """A requirement's name without its marker."""
    return name.split(" ")[0].split(";")[0]


def compare(packages: Mapping[str, set[str]], folder: Path) -> list[Finding]:
    """Advisories of an OSV folder (FOLDER/package/*.yaml or *.json) for the packages. Raises AuditError for none."""
    files = sorted(file for kind in ("*.yaml", "*.json") for file in folder.rglob(kind))
    if not files:
        raise AuditError(f"{folder} holds no advisories")
    found: dict[tuple[str, str, str], Finding] = {}
    for file in files:
        if normal(file.parent.name) not in packages and file.suffix == ".yaml":
            continue
        text = file.read_text(encoding="utf-8")
        about = json.loads(text) if file.suffix == ".json" else yaml.load(text, Loader=_Loader)
        if about.get("withdrawn"):
            continue
        names = frozenset([about["id"], *about.get("aliases", [])])
        for name, affected in _affected(about):
            for version in packages.get(name, ()):
                if concerns(affected, version):
                    found[name, version, about["id"]] = Finding(name, version, names)
    return list(found.values())


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _affected(about: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for affected in about.get("affected", []):
        if affected.get("package", {}).get("ecosystem") == "PyPI":
            yield normal(affected["package"]["name"]), affected


def concerns(affected: Mapping[str, Any], version: str) -> bool:
    """Whether an `affected` entry of OSV covers a version, by its list or by its ranges."""
    if version in (affected.get("versions") or []):
        return True
    try:
        return any(
            _inside(entry["events"], Version(version))
            for entry in affected.get("ranges", [])
            if entry["type"] == "ECOSYSTEM"
        )
    except InvalidVersion:
        return False


def _inside(events: list[Mapping[str, str]], version: Version) -> bool:
    inside = False
    for event in events:
        if "introduced" in event and version >= Version(event["introduced"]):
            inside = True
        if "fixed" in event and version >= Version(event["fixed"]):
            inside = False
        if "last_affected" in event and version > Version(event["last_affected"]):
            inside = False
    return inside


def unreviewed(findings: list[Finding], packages: Mapping[str, Any]) -> list[Finding]:
    """The findings that the list does not name for that package."""
    known = {normal(name): {one["id"] for one in about["advisories"]} for name, about in packages.items()}
    return [finding for finding in findings if not finding.names & known.get(finding.package, set())]


def _run(command: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    try:
        # The tools' environment is made with the Python that this one was made with.
        environ = {**os.environ, "UV_PYTHON": str(getattr(sys, "_base_executable", sys.executable))}
        environ.pop("VIRTUAL_ENV", None)
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=check)
    except (OSError, subprocess.CalledProcessError) as error:
        raise AuditError(f"{command[0]} failed: {getattr(error, 'stderr', '') or error}") from None


def main(arguments: list[str] | None = None) -> int:
    """0 when all was looked up and nothing new found, 1 for a new advisory, 2 when it could not be looked up."""
    options = argparse.ArgumentParser(prog="make audit", description=__doc__)
    options.add_argument("--osv", type=Path, help="compare with this folder of advisories instead")
    folder = options.parse_args(arguments).osv
    try:
        findings = compare(locked(), folder) if folder else ask_service(requirements())
    except AuditError as error:
        print(f"audit: NOT DONE: {error}\n(docs/advisories.yml has what was known when it was written)")
        return 2
    new = unreviewed(findings, reviewed())
    for finding in findings:
        print(f"audit: {'NEW' if finding in new else 'reviewed'}: {finding}")
    print(f"audit: {len(findings)} advisories, {len(new)} of them not in docs/advisories.yml")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
