"""Fixtures that every test may use: the trained model, and a real assistant with its action server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from scripts.servers import MissingServerError, Server, postgres, redis
from tests.support.server import RestServer
from unknot.launch.train import Project, current_model
from unknot.settings import ROOT

# How long it takes to make inputs is the machine's affair: other work on it must not fail a test.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


# What a test asks for says what it needs; `make check` leaves these out.
NEEDS = {
    "trained_model": "e2e",
    "running_server": "e2e",
    "redis_server": "servers",
    "postgres_server": "servers",
    "chromium": "browser",
}
STALE = "The model is not of these files (or there is none yet): run `make train`, three minutes on two cores."


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by -m
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks by fixtures; slow tests last, so that a quick failure is seen quickly, and a browser's last of all.

    The browser's driver keeps an event loop running in this thread until the run ends: no test can start its own.
    """
    for item in items:
        if "channels" in item.path.parts and "terminal" not in item.path.parts:
            item.add_marker("servers")  # each serves on loopback
        if "benchmarks" in item.path.parts:
            item.add_marker("slow")  # programs that measure; nothing of the product
        for fixture in NEEDS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(NEEDS[fixture])
    slow = {"e2e", "browser", "servers", "slow"}
    marks = {item: {mark.name for mark in item.iter_markers()} for item in items}
    items.sort(key=lambda item: ("browser" in marks[item], bool(slow & marks[item])))


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The model of the inputs as they are. A stale one is said, not trained in silence."""
    return current_model(Project()) or pytest.fail(STALE)


@pytest.fixture(scope="session")
def running_server(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestServer]:
    """One assistant for the whole run; use `rest_server`, which hands it on in working order."""
    folder = tmp_path_factory.mktemp("rest_server")
    with RestServer(trained_model, ROOT / "credentials_rest.yml", folder) as server:
        yield server


@pytest.fixture
def rest_server(running_server: RestServer) -> Iterator[RestServer]:
    """The real assistant over REST; whatever a test does to its action server is mended afterwards."""
    yield running_server
    running_server.mend()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Server]:
    """A Redis of the tests' own; skipped where there is none (python -m scripts.servers installs it)."""
    try:
        with redis() as server:
            yield server
    except MissingServerError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL of the tests' own, with an empty database; skipped where there is none."""
    try:
        with postgres() as server:
            yield server
    except MissingServerError as error:
        pytest.skip(str(error))
