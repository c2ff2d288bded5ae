"""What the pages on security and the assessments lean on is there: files, tests, settings, words of make."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from unknot.settings import ROOT

PAGES = ("docs/security.md", "docs/assessments.md", "docs/operations.md", "docs/slack.md", "SECURITY.md")
FOLDERS = "|".join(("tests", "unknot", "docs", "ops", "benchmarks", "scripts", "evaluation", "data", "actions"))
FINDINGS = 24
STEPS = ("1. ", "2. ", "3. ", "4. ", "5 and 6. ", "7. ")
SECTIONS = ("A and B", "C1", "C2", "C3", "C4", "D1")


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def named_files(text: str) -> set[str]:
    """What is named as a file or folder of ours, by its way from the top; with `::`, a test in it."""
    return set(re.findall(rf"`((?:{FOLDERS})/[\w./*-]*(?:::\w+)?)`", text))


def missing(name: str) -> bool:
    path, _, test = name.partition("::")
    found = [one for one in ROOT.glob(path.rstrip("/")) if one.exists()]
    if not found:
        return True
    return bool(test) and not re.search(
        rf"^(async )?def {test}\(", found[0].read_text(encoding="utf-8"), re.MULTILINE
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_test_that_is_named_is_there(page: str) -> None:
    assert sorted(name for name in named_files(text_of(page)) if missing(name)) == []


def test_a_file_or_test_that_is_not_there_is_noticed() -> None:
    text = "`tests/launch/test_papers.py::test_nothing`, `docs/none.md`, `tests/launch/test_papers.py::test_a_link`"
    assert all(missing(name) for name in named_files(text))
    assert not missing("tests/launch/test_papers.py::test_every_file_and_test_that_is_named_is_there")
    assert not missing("tests/observability/")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_another_page_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", text_of(page))
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_and_word_of_make_is_one(page: str) -> None:
    settings = set(re.findall(r"^#? ?(\w+)=", text_of(".env.example"), re.MULTILINE))
    named = set(re.findall(r"\b(?:UNKNOT|SLACK)_[A-Z_]+\b", text_of(page))) - {"UNKNOT_WITH"}
    assert named <= settings
    words = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text_of(page))) <= words


def test_every_finding_has_its_mend_and_its_test_or_a_reason() -> None:
    table = text_of("docs/security.md").partition("## What was found")[2].partition("\n## ")[0]
    rows = [re.split(r" ?\| ?", line)[1:-1] for line in table.splitlines() if line.startswith("| W")]
    assert [row[0] for row in rows] == [f"W{number}" for number in range(1, FINDINGS + 1)]
    for number, what, mend, held in rows:
        assert len(what) > 20, number
        assert len(mend) > 5, number
        assert any("::test_" in name for name in named_files(held)) or mend.startswith("Not mended: "), number


def test_the_assessments_have_every_part_that_the_forms_ask_for() -> None:
    whole = text_of("docs/assessments.md")
    dpia, _, dtac = whole.partition("## DTAC")
    assert all(f"### {step}" in dpia for step in STEPS)
    assert all(f"### {section}" in dtac for section in SECTIONS)
    for part, source in ((dpia, "https://ico.org.uk/"), (dtac, "https://transform.england.nhs.uk/")):
        assert f"({source}" in part


def test_what_is_left_to_the_operator_is_named() -> None:
    whole = text_of("docs/assessments.md")
    left = re.findall(r"\*\*Operator\*\*(.{3})", whole)
    assert len(left) >= 25
    assert {one[:2] for one in left} <= {": ", " w"}, "each says what is missing"


def test_the_pages_are_short_enough_to_be_read() -> None:
    assert all(len(Path(ROOT / page).read_text(encoding="utf-8")) < 30_000 for page in PAGES)
