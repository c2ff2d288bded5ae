"""The closed sets of everyday English under tokens and clauses (unknot/knowledge/lexicon/grammar.yml)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

LEXICON_DIR = Path(__file__).resolve().parent.parent / "knowledge" / "lexicon"


class LexiconError(ValueError):
    """A lexicon file holds something that is not allowed; the message names file and key."""


@dataclass(frozen=True)
class Grammar:
    """Word lists by role; field names are the keys allowed in the file."""

    expand: dict[str, str]
    negated: dict[str, str]
    fillers: frozenset[str]
    filler_phrases: dict[str, tuple[tuple[str, ...], ...]]
    subjects: frozenset[str]
    possessives: frozenset[str]
    joiners: frozenset[str]
    verbs: frozenset[str]
    states: frozenset[str]
    body: frozenset[str]
    leading_verbs: frozenset[str]
    auxiliaries: frozenset[str]
    bare_verbs: frozenset[str]
    ongoing: frozenset[str]
    past_verbs: frozenset[str]
    parents_and_siblings: frozenset[str]
    contrast: frozenset[str]
    contrast_phrases: dict[str, tuple[tuple[str, ...], ...]]
    because: frozenset[str]
    not_contrast_after: frozenset[str]
    abbreviations: frozenset[str]
    numbers: dict[str, int]
    marks: frozenset[str] = frozenset(".?!,;:()\n/+&-")

    def words(self) -> set[str]:
        """Every word named here, for the speller to leave alone."""
        found: set[str] = set()
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, frozenset):
                found |= value
        for mapping in (self.expand, self.negated):
            for key, word in mapping.items():
                found |= {key, *word.split()}
        found |= self.numbers.keys()
        for phrases in (self.filler_phrases, self.contrast_phrases):
            for group in phrases.values():
                found.update(word for phrase in group for word in phrase)
        return found


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file whose top level is a mapping."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(path.read_text(encoding="utf-8"))
    try:
        data = loader.get_single_data()
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise LexiconError(f"{path.name}: expected a mapping at the top level")
    return data


def check_keys(where: str, given: set[str], allowed: set[str], required: set[str]) -> None:
    """Raise when a key is unknown or missing, naming both sets."""
    if given - allowed:
        raise LexiconError(f"{where}: unknown keys {sorted(given - allowed)}, allowed are {sorted(allowed)}")
    if required - given:
        raise LexiconError(f"{where}: missing keys {sorted(required - given)}")


def words_by_word(where: str, raw: Any) -> dict[str, str]:
    """A mapping of words to words; raises where YAML made something else of one (an unquoted "no")."""
    if not isinstance(raw, dict) or not all(isinstance(x, str) for pair in raw.items() for x in pair):
        raise LexiconError(f"{where}: words only, and quotes around yes and no")
    return raw


def by_first_word(phrases: list[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Phrases as word tuples, filed under their first word, longest first."""
    table: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        words = tuple(phrase.split())
        table.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(group, key=len, reverse=True)) for first, group in table.items()}


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The grammar of this installation, read once."""
    path = LEXICON_DIR / "grammar.yml"
    data = read_yaml(path)
    names = {f.name for f in fields(Grammar)} - {"marks"}
    check_keys(path.name, set(data), names, names)
    values: dict[str, Any] = {}
    for name in names:
        value = data[name]
        if name in {"expand", "negated"}:
            values[name] = words_by_word(f"grammar.yml {name}", value)
        elif name == "numbers":
            values[name] = value
        elif name in {"filler_phrases", "contrast_phrases"}:
            values[name] = by_first_word(value)
        else:
            values[name] = frozenset(value.split() if isinstance(value, str) else map(str, value))
    return Grammar(**values)
