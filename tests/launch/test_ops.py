"""What the linters of ops/ do not know: that secrets stand nowhere, and that the image gets all it needs."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.scale.cluster import fill
from scripts.lint_ops import commands, linters, nginx_complaint
from unknot.settings import ROOT, Settings, secret_names

OPS = ROOT / "ops"
MANIFESTS = sorted((OPS / "kubernetes").glob("*.yml"))
TEMPLATE = (OPS / "nginx" / "unknot.conf.template").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((OPS / "compose.yml").read_text(encoding="utf-8"))
VARIABLES = {spec.metadata["name"] for spec in dataclasses.fields(Settings)}


def documents() -> Iterator[dict[str, Any]]:
    for path in MANIFESTS:
        yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def pods() -> list[dict[str, Any]]:
    """The pod of every workload."""
    found = []
    for one in documents():
        spec = one.get("spec", {})
        template = spec.get("template") or spec.get("jobTemplate", {}).get("spec", {}).get("template")
        if template:
            found.append(template["spec"])
    return found


def test_pods_can_change_nothing_and_have_no_rights() -> None:
    assert len(pods()) == 3
    for pod in pods():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert set(container["resources"]) == {"requests", "limits"}


def test_every_deployment_has_probes_a_budget_and_an_autoscaler() -> None:
    named = {(one["kind"], one["metadata"]["name"]) for one in documents()}
    for name in ("assistant", "actions"):
        for kind in ("Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler", "NetworkPolicy"):
            assert (kind, name) in named
    for one in documents():
        if one["kind"] == "Deployment":
            (container,) = one["spec"]["template"]["spec"]["containers"]
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)


def test_secrets_come_by_reference_only() -> None:
    for pod in pods():
        for variable in pod["containers"][0].get("env", []):
            if variable["name"] in secret_names():
                assert set(variable["valueFrom"]) == {"secretKeyRef"}
    assert not [one for one in documents() if one["kind"] == "Secret"]
    for name, service in COMPOSE["services"].items():
        for variable, value in service.get("environment", {}).items():
            if variable in secret_names() or "PASSWORD" in variable:
                assert re.search(r"\$\{\w+:\?", value), f"{name}: {variable}"
    containerfile = (OPS / "Containerfile").read_text(encoding="utf-8")
    assert not [name for name in secret_names() if name in containerfile]


def test_every_variable_is_one_that_is_read() -> None:
    used = {
        match for path in (*MANIFESTS, OPS / "Containerfile") for match in re.findall(r"UNKNOT_\w+", path.read_text())
    }
    used |= {name for name in COMPOSE["services"]["assistant"]["environment"] if name.startswith("UNKNOT_")}
    assert used <= VARIABLES
    assert "UNKNOT_WEB_SECRET" in used


def test_the_days_that_are_set_reach_everything_that_deletes() -> None:
    """The assistant purges once a day by itself; the job does it too, and must keep to the same number."""
    for name in ("assistant", "retention"):
        assert COMPOSE["services"][name]["environment"]["UNKNOT_RETENTION_DAYS"] == "${UNKNOT_RETENTION_DAYS:-30}"
    (settings,) = [one["data"] for one in documents() if one["kind"] == "ConfigMap"]
    default = next(one.default for one in dataclasses.fields(Settings) if one.name == "retention_days")
    assert settings["UNKNOT_RETENTION_DAYS"] == str(default)
    deleting = [pod["containers"][0] for pod in pods() if pod["containers"][0]["name"] in ("assistant", "retention")]
    assert len(deleting) == 2
    for container in deleting:
        assert {"configMapRef": {"name": "unknot"}} in container["envFrom"]


def test_both_servers_share_the_key_of_actions() -> None:
    for name in ("assistant", "actions"):
        assert "UNKNOT_ACTIONS_KEY" in COMPOSE["services"][name]["environment"]
        (one,) = [d for d in documents() if d["kind"] == "Deployment" and d["metadata"]["name"] == name]
        named = {variable["name"] for variable in one["spec"]["template"]["spec"]["containers"][0]["env"]}
        assert "UNKNOT_ACTIONS_KEY" in named


@pytest.mark.parametrize("name", [".env", ".env.local", "var/unknot.db", "var/actions_key"])
def test_secrets_and_conversations_are_ignored_by_git(name: str) -> None:
    assert subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False).returncode == 0
    assert subprocess.run(["git", "check-ignore", "-q", ".env.example"], cwd=ROOT, check=False).returncode == 1


def test_compose_hands_nginx_all_that_its_template_asks_for() -> None:
    asked = set(re.findall(r"\$\{(\w+)\}", TEMPLATE))
    assert asked == set(COMPOSE["services"]["nginx"]["environment"])


def copied() -> list[str]:
    """What the image gets of this repository."""
    text = (OPS / "Containerfile").read_text(encoding="utf-8")
    lines = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY ") and "--from" not in line]
    return [name for line in lines for name in line]


@pytest.mark.slow
def test_the_program_starts_from_what_the_image_gets(tmp_path: Path) -> None:
    for name in copied():
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "UNKNOT_DATA_DIR": str(tmp_path / "var")}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "ignore", *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    for part in ("assistant", "actions"):
        done = run("-m", "unknot.launch.serve", part)
        assert (done.returncode, done.stderr.strip()) == (
            1,
            "There is no model of these files: run python -m unknot.launch.train first.",
        )
    named = set(re.findall(r"name: (unknot\.\w+\.\w+)", (ROOT / "config.yml").read_text(encoding="utf-8")))
    named |= {
        "actions",
        "unknot.channels.web.server",
        "unknot.conversations.__main__",
        "unknot.launch.assistant",
        "unknot.launch.healthy",
    }
    done = run("-c", f"import importlib; [importlib.import_module(name) for name in {sorted(named)}]")
    assert done.returncode == 0, done.stderr


def test_a_container_whose_server_is_gone_is_not_healthy() -> None:
    environment = {**os.environ, "UNKNOT_PORT": "9", "UNKNOT_ACTIONS_PORT": "10"}
    command = [sys.executable, "-m", "unknot.launch.healthy"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "does not listen" in done.stdout


def test_nginx_takes_the_configuration_and_would_not_take_another() -> None:
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        pytest.skip("nginx is not on this machine")
    assert nginx_complaint(TEMPLATE) == ""
    assert "unknown directive" in nginx_complaint(TEMPLATE.replace("proxy_buffering", "proxy_bufering"))
    filled = fill(TEMPLATE, "127.0.0.1:8080", ["127.0.0.1:1", "127.0.0.1:2"], ["127.0.0.1:3"], 5056)
    assert "${" not in filled
    assert len(re.findall(r"^ *server 127.*max_fails=1", filled, re.MULTILINE)) == 3


@pytest.mark.slow
def test_the_linters_would_complain(tmp_path: Path) -> None:
    try:
        checks = commands(linters())
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the linters of ops/ cannot be installed here")
    broken = {
        "hadolint": "FROM python\nRUN sudo true\n",
        "yamllint": "a:   1\na: 2\n",
        "check-jsonschema": "services: {x: {image: y, restarts: always}}\n",
        "kubernetes-validate": "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: many}]}\n",
    }
    bad = tmp_path / "bad.yml"
    for command in checks:
        bad.write_text(broken[Path(command[0]).name], encoding="utf-8")
        words = [word for word in command if not (isinstance(word, Path) and word.is_relative_to(OPS))]
        words = [command[0], *words, bad]
        assert subprocess.run(words, capture_output=True, check=False).returncode != 0, command[0]
