"""Checks ops/ with the linters of ops/python/lint, and nginx' configuration with nginx where it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.bootstrap import ensure_uv, find_python
from scripts.servers import find
from unknot.settings import ROOT

OPS = ROOT / "ops"
LINTERS = OPS / "python" / "lint"
KUBERNETES = "1.31"
YAML_RULES = (
    "{extends: default, rules: {line-length: {max: 120}, document-start: disable, braces: {max-spaces-inside: 0},"
    " comments: {min-spaces-from-content: 1}, truthy: {check-keys: false}}}"
)


def linters() -> Path:
    """The folder of the linters, installed from their lock file first."""
    python = find_python()
    command: list[str | Path] = [
        ensure_uv(python),
        "sync",
        "--quiet",
        "--frozen",
        "--no-python-downloads",
        "--project",
        LINTERS,
    ]
    environment = {**os.environ, **({"UV_PYTHON": str(python)} if python else {})}
    environment.pop("VIRTUAL_ENV", None)
    subprocess.run(command, env=environment, check=True)
    return LINTERS / ".venv" / "bin"


def commands(programs: Path) -> list[list[str | Path]]:
    """Every check as a command."""
    manifests = sorted((OPS / "kubernetes").glob("*.yml"))
    compose = OPS / "compose.yml"
    return [
        [programs / "hadolint", OPS / "Containerfile"],
        [programs / "yamllint", "--strict", "-d", YAML_RULES, compose, *manifests],
        [programs / "check-jsonschema", "--quiet", "--builtin-schema", "vendor.compose-spec", compose],
        [programs / "kubernetes-validate", "--quiet", "--strict", "-k", KUBERNETES, *manifests],
    ]


def nginx_complaint(template: str) -> str:
    """What nginx says against the configuration; empty where it is well or nginx is not here."""
    if (program := find("nginx")) is None:
        print("nginx is not on this machine: its configuration is not checked")
        return ""
    for name, value in {"LISTEN": "8443", "TLS": "", "ACTIONS_LISTEN": "5056"}.items():
        template = template.replace(f"${{UNKNOT_{name}}}", value)
    for name in ("ASSISTANT", "ACTION"):
        template = template.replace(f"${{UNKNOT_{name}_SERVERS}}", "server 127.0.0.1:5005 max_fails=1;")
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "nginx.conf")
        config.write_text(f"pid {folder}/pid;\nevents {{}}\nhttp {{\n{template}\n}}\n", encoding="utf-8")
        command: list[str | Path] = [program, "-t", "-q", "-e", "stderr", "-p", folder, "-c", config]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stderr.strip() if done.returncode else ""


def main() -> int:
    """The command line: 1 when any check complains."""
    failed = 0
    for command in commands(linters()):
        failed += subprocess.run(command, check=False).returncode != 0
    if complaint := nginx_complaint((OPS / "nginx" / "unknot.conf.template").read_text(encoding="utf-8")):
        print(complaint)
        failed += 1
    print("lint-ops: clean" if not failed else f"lint-ops: {failed} checks failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
