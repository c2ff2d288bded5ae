"""The one line that is picked from a long log, and the warnings that count as ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.validate import _used_in_code, complaints, max_history
from unknot.launch.explain import explain
from unknot.launch.probes import complaint

PACKAGES = "/home/me/unknot/.venv/lib/python3.10/site-packages"
ROOT = Path("/home/me/unknot")


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("\x1b[91mTensorFlowMissing: This component needs TensorFlow, which is not\x1b[0m", "needs TensorFlow"),
        ("2026-01-01 ERROR rasa.core.agent  - Could not load model due to EOF.", "cannot be loaded (EOF)"),
        ("Traceback (most recent call last):\ntarfile.ReadError: bad checksum", "rm -r models && make train"),
        ("OSError: [Errno 98] Address already in use", "its port is in use"),
        ("Traceback (most recent call last):\n  x\nModuleNotFoundError: No module named 'nosuch'", "named 'nosuch'"),
        ("InvalidDomain: Duplicate intents in domain.", "InvalidDomain: Duplicate intents"),
        ("  x\nrasa.shared.exceptions.SomethingNewError: what a day\n", "SomethingNewError: what a day"),
        ("2026-01-01 INFO  root  - Starting\n", None),
        ("", None),
    ],
)
def test_the_line_that_says_why(log: str, words: str | None) -> None:
    found = explain(log)
    assert found == words if words is None else words in (found or "")


def test_only_some_problems_cannot_be_waited_out() -> None:
    assert explain("Could not load model due to EOF.", fatal_only=True)
    assert explain("OSError: something passing", fatal_only=True) is None


@pytest.mark.parametrize(
    ("replies", "fine"),
    [
        ([{"custom": {"type": "notice", "notice": "greeting", "text": "Hello."}}], True),
        ([{"text": "Hello."}], True),
        ([{"custom": {"type": "notice", "notice": "error", "text": "Something failed."}}], False),
        ([], False),
        (None, False),
        ({"status": "failure"}, False),
    ],
)
def test_what_counts_as_an_answer(replies: object, fine: bool) -> None:
    assert (complaint(replies) is None) == fine


@pytest.mark.parametrize(
    ("line", "ours"),
    [
        (f"{PACKAGES}/rasa/shared/utils/io.py:99: UserWarning: Intent 'x' has only 1 training example", True),
        ("\x1b[93m" + f"{PACKAGES}/rasa/shared/utils/io.py:99: UserWarning: Slot 'x'\x1b[0m", True),
        ("2026-01-01 10:00:00 WARNING  rasa.validator  - The utterance 'utter_x' is not used", True),
        ("2026-01-01 10:00:00 ERROR    rasa.validator  - The action 'x' is used but not listed", True),
        ("/home/me/unknot/unknot/nlu/reader.py:3: DeprecationWarning: old", True),
        ("2026-01-01 10:00:00 INFO     rasa.validator  - Validating intents...", False),
        (f"{PACKAGES}/rasa/shared/utils/validation.py:1: UserWarning: pkg_resources is deprecated", False),
        (f"{PACKAGES}/rasa/core/tracker_store.py:1: SADeprecationWarning: Calling URL()", False),
        (f"{PACKAGES}/sanic_cors/extension.py:39: DeprecationWarning: distutils", False),
        ("  declare_namespace(pkg)", False),
    ],
)
def test_which_warnings_are_ours(line: str, ours: bool) -> None:
    assert bool(complaints(line, ROOT)) == ours


def test_a_response_that_code_names_counts_as_used(tmp_path: Path) -> None:
    unused = "The utterance 'utter_x' is not used in any story or rule."
    assert not _used_in_code(unused, tmp_path)
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "say.py").write_text('SAID = "utter_xy"\n')
    assert not _used_in_code(unused, tmp_path)
    (tmp_path / "actions" / "say.py").write_text('SAID = "utter_x"\n')
    assert _used_in_code(unused, tmp_path)
    assert not _used_in_code("Some other warning about 'utter_x'", tmp_path)


def test_the_longest_history_of_the_policies(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("policies:\n- name: RulePolicy\n- {name: A, max_history: 1}\n- {name: B, max_history: 3}\n")
    assert max_history(config) == 3
    config.write_text("policies:\n- name: RulePolicy\n")
    assert max_history(config) is None
