"""Tables of the documents that are made from measurements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evaluation.measure import Rate


def rows(pairs: Iterable[tuple[str, Rate]]) -> list[tuple[str, ...]]:
    """Names and rates as rows of text."""
    return [(name, str(rate)) for name, rate in pairs]


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table, line by line."""
    top = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return top + ["| " + " | ".join(line) + " |" for line in lines]
