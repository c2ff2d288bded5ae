"""Where an example of `data/nlu` belongs: its path says what it means, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from unknot.encoder.one_pass import STATES
from unknot.knowledge.loader import load
from unknot.nlu.labels import states_of
from unknot.settings import ROOT

NLU = ROOT / "data" / "nlu"
KINDS = {"denied", "past", "unchanged", "asked", "figurative", "someone_else", "everyday"}
KEYS = {"findings", "crisis", "learn", "ask", "voice", "author"}
DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))


def blocks() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.relative_to(NLU).as_posix().removesuffix(".yml"), block)
        for path in sorted(NLU.rglob("*.yml"))
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    ]


def belongs(block: dict[str, Any]) -> set[str]:
    """The files that a block may stand in, without their ending. The first rule that fits decides."""
    about, intent = block.get("metadata") or {}, block["intent"]
    states = states_of(str(about.get("findings", "")))
    now = [finding for finding, state in states.items() if state == "now"]
    if intent == "report_crisis":
        return {"crisis/stated"}
    if "crisis" in about:
        return {"not_crisis"}
    if now:
        return {f"signs/{now[0]}"} if len(now) == 1 else {"signs/several"}
    if intent == "out_of_scope":
        return {"other_topics"}
    if intent in load().questions:
        return {f"questions/{intent}"}
    return {f"dialogue/{intent}", "not_crisis", *(f"not_signs/{kind}" for kind in KINDS)}


@pytest.mark.parametrize(("file", "block"), blocks(), ids=lambda value: value if isinstance(value, str) else "")
def test_an_example_stands_where_its_meaning_says(file: str, block: dict[str, Any]) -> None:
    if file.startswith("other_languages/"):
        return
    where = belongs(block)
    first = block["examples"].strip().split("\n")[0]
    assert file in where, f"{first!r} belongs into data/nlu/{' or '.join(sorted(where))}.yml"


def test_labels_are_known() -> None:
    known, intents = (
        {*load().findings, "crisis"},
        {name for item in DOMAIN["intents"] for name in (item if isinstance(item, dict) else [item])},
    )
    for file, block in blocks():
        about = block.get("metadata") or {}
        assert set(about) <= KEYS, file
        assert set(states_of(str(about.get("findings", "")))) <= known, file
        assert block["intent"] in intents, file


def test_every_state_has_examples() -> None:
    found = {
        state
        for _, block in blocks()
        for state in states_of(str((block.get("metadata") or {}).get("findings", ""))).values()
    }
    assert found == set(STATES) - {"none"}


def test_no_file_is_named_after_when_it_was_written() -> None:
    odd = ("more", "fresh", "new", "second", "third", "other2", "misc")
    names = [Path(file).name for file, _ in blocks()]
    assert not [name for name in names if name.split("_")[-1] in odd]
