"""The stand-in for TensorFlow keeps its charter: Rasa imports, and what needs the real one says so."""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.toy import write_toy
from unknot.launch.train import Project, TrainingError, train

tensorflow = pytest.importorskip("tensorflow")
if not tensorflow.__version__.endswith("standin"):
    pytest.skip("the real TensorFlow is installed", allow_module_level=True)

NEEDS = "This component needs TensorFlow"


@pytest.mark.parametrize(
    "module",
    [
        "rasa.__main__",
        "rasa.core.agent",
        "rasa.core.run",
        "rasa.core.test",
        "rasa.engine.recipes.default_components",
        "rasa.model_training",
        "rasa.nlu.test",
        "rasa.utils.train_utils",
        "rasa.validator",
        "spacy",
        "medspacy",
    ],
)
def test_what_we_use_imports(module: str) -> None:
    importlib.import_module(module)


def test_spacy_and_thinc_see_that_there_is_no_tensorflow() -> None:
    from thinc.compat import has_tensorflow

    assert not has_tensorflow


@pytest.mark.parametrize(
    "use",
    [
        lambda tf: tf.constant(1),
        lambda tf: tf.keras.layers.Dense(1),
        lambda tf: tf.nn.softmax([1.0]),
        lambda tf: tf.keras.utils.Sequence(),
        lambda tf: type("Layer", (tf.keras.layers.Layer,), {})(),
    ],
)
def test_using_anything_says_what_to_install(use: Any) -> None:
    from rasa.shared.exceptions import RasaException

    with pytest.raises(RasaException, match=NEEDS) as caught:
        use(tensorflow)
    assert "ops/python/peer" in str(caught.value)


def test_the_refusal_is_no_value_error() -> None:
    """DIET takes a ValueError for a missing file and goes on without a model."""
    from tensorflow._missing import refuse

    with pytest.raises(Exception, match=NEEDS) as caught:
        refuse()
    assert not isinstance(caught.value, ValueError)


def test_loading_a_trained_diet_model_fails_aloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A model from elsewhere must not be served in silence."""
    from rasa.nlu.classifiers.diet_classifier import DIETClassifier
    from rasa.shared.exceptions import RasaException

    @contextlib.contextmanager
    def read_from(resource: object) -> Iterator[Path]:
        yield tmp_path

    monkeypatch.setattr(DIETClassifier, "_load_from_files", lambda path: ({}, [], {}, {}, {}))
    storage: Any = SimpleNamespace(read_from=read_from)
    context: Any = SimpleNamespace(is_finetuning=False)
    resource: Any = SimpleNamespace(name="train_DIETClassifier")
    with pytest.raises(RasaException, match=NEEDS):
        DIETClassifier.load(DIETClassifier.get_default_config(), storage, resource, context)


@pytest.mark.e2e
@pytest.mark.parametrize(
    "configured",
    [{"classifier": "DIETClassifier"}, {"policy": "TEDPolicy"}],
    ids=lambda item: next(iter(item.values())),
)
def test_training_a_component_that_needs_it_fails_with_one_line(tmp_path: Path, configured: dict[str, str]) -> None:
    root = write_toy(tmp_path / "toy", **configured)
    with pytest.raises(TrainingError) as caught:
        train(Project(root, root / "models", root / "train.log"))
    assert NEEDS in str(caught.value)
    assert str(caught.value).count("\n") == 0
    assert not list((root / "models").glob("*.tar.gz"))


@pytest.mark.slow
def test_telemetry_is_off_for_whoever_types_a_command(tmp_path: Path) -> None:
    """In the project's environment with nothing set and a new home, as on a fresh machine."""
    code = (
        "import rasa.telemetry as t; t.initialize_telemetry(); t.initialize_error_reporting();"
        "import sentry_sdk; print(t.is_telemetry_enabled(), sentry_sdk.Hub.current.client)"
    )
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-2:] == ["False", "None"]
