"""`make sbom`: what the service is made of, as CycloneDX 1.5 JSON, from the lock file.

uv writes components with versions, purls, hashes and who needs whom; added here are the licences that installed
packages declare, and that the package called tensorflow is this repository's stand-in with nothing of TensorFlow.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from unknot.settings import ROOT

SBOM = ROOT / "results" / "sbom.cdx.json"
OPTIONAL = ("handover", "push")
OWN = {
    "tensorflow": "An import-only stand-in made in this repository (ops/python/tensorflow-standin); not TensorFlow.",
    "unknot-quiet": "Made in this repository (ops/python/telemetry-off).",
    "unknot-rasa-today": "Made in this repository (ops/python/rasa-today).",
}
_UV = ROOT / ".uv" / "bin" / "uv"


def licence(about: PackageMetadata) -> str:
    """What a package declares: its expression, else its classifiers, else the first line of its text; "" for none."""
    expression, text = ((about.get_all(key) or [""])[0].strip() for key in ("License-Expression", "License"))
    classifiers = [name for name in about.get_all("Classifier") or [] if name.startswith("License")]
    named = "; ".join(name.rpartition("::")[2].strip() for name in classifiers)
    return expression or named or text.partition("\n")[0]


def exported() -> dict[str, Any]:
    """uv's own export of what the service may install. Raises CalledProcessError."""
    command = [str(_UV), "export", "--quiet", "--frozen", "--no-default-groups", "--format", "cyclonedx1.5"]
    command += ["--preview-features", "sbom-export"]
    for group in OPTIONAL:
        command += ["--group", group]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def completed(sbom: dict[str, Any]) -> dict[str, Any]:
    """The same with licences and with a word about this repository's own packages."""
    sbom["metadata"]["component"]["type"] = "application"
    for component in sbom["components"]:
        name = component["name"]
        if name in OWN:
            component["description"] = OWN[name]
        try:
            declared = licence(metadata(name))
        except PackageNotFoundError:
            continue  # an optional group, or another platform's
        if declared:
            component["licenses"] = [{"license": {"name": declared}}]
    return sbom


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    options = argparse.ArgumentParser(prog="make sbom", description=__doc__)
    options.add_argument("--out", type=Path, default=SBOM)
    path: Path = options.parse_args(arguments).out
    sbom = completed(exported())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(sbom, indent=1) + "\n", encoding="utf-8")
    named = sum("licenses" in component for component in sbom["components"])
    print(f"sbom: {len(sbom['components'])} components, {named} with their licence: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
