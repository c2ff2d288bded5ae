"""The loader refuses what does not fit, and says where."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
import yaml

from unknot.knowledge import loader
from unknot.knowledge.loader import KnowledgeError, load, load_from


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the knowledge that a test may break."""
    copy = tmp_path / "knowledge"
    shutil.copytree(loader.HERE, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__", "lexicon"))
    return copy


def edit(folder: Path, name: str, change: Callable[[Any], object]) -> None:
    path = folder / name
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def put(*path: str, value: object) -> Callable[[Any], object]:
    def change(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value

    return change


def drop(*path: str) -> Callable[[Any], object]:
    def change(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        del content[path[-1]]

    return change


def first(change: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda content: change(content[0])


BROKEN = [
    # what is wrong, file, change, what the message must name
    (
        "unknown key",
        "findings.yml",
        put("fever", "colour", value="red"),
        ["findings.yml", "fever", "colour", "statement"],
    ),
    (
        "unknown nested key",
        "remedies.yml",
        put("heat", "withheld_by", value=[{"any_of": [], "because": "x", "y": 1}]),
        ["heat", "y"],
    ),
    ("missing key", "findings.yml", drop("fever", "label"), ["findings.yml", "fever", "label"]),
    ("missing key in a list file", "rules.yml", first(drop("because")), ["rules.yml", "because"]),
    ("wrong level", "findings.yml", put("fever", "floor", value="soon"), ["fever", "floor", "soon", "urgent"]),
    (
        "wrong strength",
        "sources.yml",
        put("nice_ng59", "strength", value="strong"),
        ["nice_ng59", "strong", "guideline"],
    ),
    ("list for text", "findings.yml", put("fever", "label", value=["a"]), ["fever", "label", "str"]),
    ("text for list", "findings.yml", put("fever", "sources", value="nhs_back_pain"), ["fever", "sources", "list"]),
    ("bool for text", "findings.yml", put("fever", "label", value=True), ["fever", "label", "True"]),
    ("bool for number", "remedies.yml", put("heat", "rank", value=True), ["heat", "rank"]),
    ("text for number", "remedies.yml", put("heat", "max_severity", value="7"), ["heat", "max_severity"]),
    ("record is no mapping", "findings.yml", put("fever", value="hot"), ["findings.yml", "fever"]),
    ("other id than its key", "findings.yml", put("fever", "id", value="chills2"), ["fever", "chills2"]),
    ("unknown source", "findings.yml", put("fever", "sources", value=["nobody"]), ["fever", "nobody"]),
    ("unknown source of a rule", "rules.yml", first(put("sources", value=["nobody"])), ["rules", "nobody"]),
    ("unknown finding in a rule", "rules.yml", first(put("all_of", value=["hiccups"])), ["rules", "hiccups"]),
    ("unknown alternative in a rule", "rules.yml", first(put("any_of", value=["hiccups"])), ["rules", "hiccups"]),
    ("unknown place in a rule", "rules.yml", first(put("locations", value=["knee"])), ["rules", "knee"]),
    (
        "unknown reason to withhold",
        "remedies.yml",
        put("heat", "withheld_by", value=[{"any_of": ["hiccups"], "because": "x"}]),
        ["heat", "hiccups"],
    ),
    ("unknown drawing", "remedies.yml", put("heat", "drawings", value=["mona_lisa"]), ["heat", "mona_lisa"]),
    ("unknown ask", "asks.yml", first(put("asks", value=["shoe_size"])), ["asks", "shoe_size"]),
    ("unknown finding in an ask", "asks.yml", first(put("findings", value=["hiccups"])), ["asks", "hiccups"]),
    (
        "unknown finding in a choice",
        "asks.yml",
        first(put("choices", value=[{"id": "a", "title": "A", "present": ["hiccups"]}])),
        ["hiccups"],
    ),
    (
        "two choices with one id",
        "asks.yml",
        first(put("choices", value=[{"id": "a", "title": "A"}, {"id": "a", "title": "B"}])),
        ["asks", "'a'"],
    ),
    ("unknown kind", "conditions.yml", put("asthma", "kind", value="hobby"), ["asthma", "hobby"]),
    ("unknown way of reading", "sources.yml", put("nice_ng59", "read", value="dreamt"), ["nice_ng59", "dreamt"]),
    ("promised finding is gone", "findings.yml", drop("chest_pain"), ["chest_pain"]),
    ("promised remedy is gone", "remedies.yml", drop("hyperventilation"), ["hyperventilation"]),
    ("promised question is gone", "questions/course.yml", drop("spasm_duration"), ["spasm_duration"]),
    (
        "unknown related question",
        "questions/course.yml",
        put("spasm_duration", "related", value=["why"]),
        ["spasm_duration", "why"],
    ),
    ("message is no text", "messages.yml", put("greeting", value=["a"]), ["messages.yml", "greeting"]),
]


@pytest.mark.parametrize(("file", "change", "named"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_broken_knowledge_is_refused_and_the_place_named(
    folder: Path, file: str, change: Callable[[Any], object], named: list[str]
) -> None:
    edit(folder, file, change)
    with pytest.raises(KnowledgeError) as caught:
        load_from(folder)
    for part in named:
        assert part in str(caught.value)


def test_the_copy_itself_is_fine(folder: Path) -> None:
    assert load_from(folder).findings == dict(load().findings)


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("findings.yml", "\nfever: {}\n", ["findings.yml", "fever", "twice"]),
        (
            "rules.yml",
            "\n- id: pregnancy\n  level: urgent\n  because: x\n  sources: []\n",
            ["rules.yml", "pregnancy", "twice"],
        ),
        (
            "questions/groups.yml",
            "\nspasm_duration: {title: a, text: b, sources: [], strength: none}\n",
            ["spasm_duration", "twice"],
        ),
        ("findings.yml", "\nfoo: [unclosed\n", ["findings.yml", "YAML"]),
    ],
)
def test_ids_given_twice_and_bad_yaml_are_refused(folder: Path, file: str, text: str, named: list[str]) -> None:
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_from(folder)
    for part in named:
        assert part in str(caught.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "remedies.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"remedies\.yml"):
        load_from(folder)


def test_knowledge_is_read_once_and_cannot_be_changed() -> None:
    knowledge = load()
    assert load() is knowledge
    assert not hasattr(knowledge.findings, "__setitem__")
    record: Any = knowledge.findings["fever"]
    with pytest.raises(FrozenInstanceError):
        record.label = "heat"
