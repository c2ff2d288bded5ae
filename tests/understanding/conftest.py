"""The trained model's NLU in this process, and all sets run through it once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from evaluation import cases, labelled
from evaluation.nlu import Nlu
from evaluation.study import Study, run


@pytest.fixture(scope="session")
def nlu(trained_model: Path) -> Iterator[Nlu]:
    # Rasa logs what was typed at debug level; thousands of lines would hide the one that matters.
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield Nlu(trained_model)
    structlog.configure(**before)


@pytest.fixture(scope="session")
def study(nlu: Nlu) -> Study:
    return run(nlu, [*cases.own(), *cases.real_phrases()])


@pytest.fixture(scope="session")
def outcome(nlu: Nlu) -> labelled.Outcome:
    return labelled.run_labelled(nlu, [*labelled.unseen(), *labelled.real()])
