"""What of Rasa is replaced is what the table says, it is put in place as a whole, and its document is up to date."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any

from unknot.rasa_patches.table import ALWAYS, PATCHES, as_markdown
from unknot.settings import ROOT

_SHOW = """
import importlib, sys
from unknot.rasa_patches import apply
from unknot.rasa_patches.table import PATCHES
def now():
    found = {}
    for patch in PATCHES:
        for target in patch.targets:
            module, _, name = target.partition(":")
            value = importlib.import_module(module)
            for part in name.split("."):
                value = getattr(value, part)
            found[target] = value
    return found
before = now()
apply(watch=len(sys.argv) > 1)
once = now()
apply(watch=len(sys.argv) > 1)
print(*sorted(target for target, value in now().items() if value is not before[target] and value != before[target]))
print(*sorted(target for target, value in now().items() if value != once[target]))
"""


def replaced(*arguments: str) -> list[list[str]]:
    """In a process of its own: what a first call replaces, and what a second one does."""
    command = [sys.executable, "-W", "ignore", "-c", _SHOW, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.split("\n")[:2]]


def test_all_of_the_table_is_replaced_once_and_stays() -> None:
    everything = sorted(target for patch in PATCHES for target in patch.targets)
    assert replaced("watch") == [everything, []]


def test_a_hand_typed_command_gets_all_but_the_measuring() -> None:
    assert replaced() == [sorted(target for p in PATCHES for target in p.targets if p.when == ALWAYS), []]


def test_every_patch_is_where_it_says_and_has_a_test() -> None:
    for patch in PATCHES:
        importlib.import_module(patch.where)
        assert (ROOT / patch.test).is_file(), patch.test


def test_the_document_is_the_table() -> None:
    written = (ROOT / "docs" / "rasa-patches.md").read_text(encoding="utf-8")
    assert written == as_markdown(), "write it anew: .venv/bin/python -m unknot.rasa_patches.table"


def test_a_text_is_shown_with_the_entities_that_do_not_lie_over_one_another() -> None:
    from unknot.rasa_patches.story_tools import write_what_fits

    entities: list[dict[str, Any]] = [
        {"entity": "severity", "value": 8, "start": 0, "end": 4},
        {"entity": "number", "value": 8, "start": 0, "end": 1},
        {"entity": "location", "value": "lower", "start": 5, "end": 10},
        {"entity": "phase", "value": "interview"},
    ]
    shown = write_what_fits({"text": "8/10 lower back", "entities": entities})
    assert "(number)" not in shown
    assert shown.startswith("[8/10]")
    assert "[lower](location) back" in shown
