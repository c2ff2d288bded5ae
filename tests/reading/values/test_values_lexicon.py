"""The word lists and expressions are checked when they are read; what does not fit is refused by name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

import unknot.reading.values as package
from unknot.knowledge.loader import KnowledgeError
from unknot.reading import days, follow_up, replies
from unknot.reading.values import lexicon, patterns
from unknot.reading.values.lexicon import PhraseSet, expand, read_entries
from unknot.reading.values.text import Document, tokenise

MODULES = sorted(Path(package.__file__).parent.glob("*.py"))


@pytest.mark.parametrize(
    ("template", "phrases"),
    [
        ("lower back", ["lower back"]),
        ("(lower|low) back", ["lower back", "low back"]),
        ("back [pain]", ["back pain", "back"]),
        ("(a|b (c|d)) [e|f]", ["a e", "a f", "a", "b c e", "b c f", "b c", "b d e", "b d f", "b d"]),
    ],
)
def test_templates(template: str, phrases: list[str]) -> None:
    assert expand(template) == phrases


@pytest.mark.parametrize("template", ["(a|b", "a)", "[a", "a]", "(a]", "((a)"])
def test_unbalanced_brackets_are_refused(template: str) -> None:
    with pytest.raises(KnowledgeError, match="unbalanced"):
        expand(template)


@pytest.mark.parametrize(
    "record",
    [
        {"kind": "x", "value": "y"},
        {"kind": "x", "value": "y", "say": ["a"], "colour": "red"},
        {"kind": "x", "value": "y", "say": []},
        {"kind": "x", "value": "y", "say": [True]},
        {"kind": "x", "value": True, "say": ["a"]},
        {"kind": "x", "value": "y", "say": ["a"], "confidence": 2},
        "text",
    ],
)
def test_records_that_do_not_fit_are_refused(tmp_path: Path, record: object) -> None:
    path = tmp_path / "values_test.yml"
    path.write_text(yaml.safe_dump([record]), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"values_test\.yml"):
        read_entries(path)


def test_every_list_of_the_folder_is_read() -> None:
    assert len({e.kind for e in lexicon.entries()}) > 20


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KnowledgeError, match="no_such_kind"):
        PhraseSet(["no_such_kind"], tokenise, frozenset())


def declared() -> dict[str, set[str]]:
    """Names of expressions that the modules ask for, by group."""
    found: dict[str, set[str]] = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Pattern":
                arguments = [a.value for a in node.args if isinstance(a, ast.Constant)]
                if len(arguments) == 2:
                    found.setdefault(arguments[0], set()).add(arguments[1])
    for module in (days, follow_up, replies):  # these name theirs in tables
        for held in vars(module).values():
            for one in held.values() if isinstance(held, dict) else [held]:
                if isinstance(one, patterns.Pattern):
                    found.setdefault(one.group, set()).add(one.name)
    return found


def test_expressions_and_the_code_that_uses_them_agree() -> None:
    from unknot.reading.values.person import AGE_NAMES

    asked = declared()
    asked["person"] |= set(AGE_NAMES)
    for path in patterns.PATTERNS.glob("*.yml"):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        referred = {name for text in raw.values() for name in patterns.REFERENCE.findall(text)}
        assert set(raw) == asked.get(path.stem, set()) | referred, path.name
    assert set(asked) == {p.stem for p in patterns.PATTERNS.glob("*.yml")}


def test_every_expression_compiles() -> None:
    for group, names in declared().items():
        for name in names:
            assert patterns.Pattern(group, name).compiled


def test_a_missing_expression_is_refused() -> None:
    with pytest.raises(KnowledgeError, match="no_such"):
        patterns.Pattern("severity", "no_such").search("8/10")


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("I’m 45yo", "i am 45 year old"),
        ("twenty-one days", "21 day"),
        ("seven and a half", "7.5"),
        ("six point five", "6.5"),
        ("mid-back", "mid back"),
        ("7-8", "7 - 8"),
        ("L4/L5", "vertebralower"),
        ("lowerback pane", "lower back pane"),
        ("sooo baaad", "so bad"),
        ("my dad's back", "my dad s back"),
        ("24/7", "nonstop"),
        ("at 3:30 pm", "at clocktime"),
        ("excrusiating", "excruciating"),
        ("shouldr", "shoulder"),
        ("fine flower", "fine flower"),
    ],
)
def test_canonical_text(typed: str, canonical: str) -> None:
    assert Document(typed).s == canonical
