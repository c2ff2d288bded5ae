"""Word lists of the value reader, and a phrase finder that looks past filler words.

A list lives in `knowledge/lexicon/values_*.yml` as records `{kind, value, say, confidence}`. A phrase in `say` may
hold `(a|b)` for alternatives and `[a]` or `[a|b]` for something that may be left out. Unknown keys, missing keys and
unbalanced brackets raise `KnowledgeError` with the file and record.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from unknot import knowledge
from unknot.knowledge.loader import KnowledgeError

FOLDER = Path(knowledge.__file__).resolve().parent / "lexicon"
_MAX_SKIPS = 5
_NO_RECORDS = {"values_words.yml", "values_protected.yml", "values_sets.yml"}


@dataclass(frozen=True)
class Entry:
    """One record of a word list: `say` are the phrases that mean `value`."""

    kind: str
    value: str | int
    say: tuple[str, ...]
    confidence: float = 1.0


@dataclass(frozen=True)
class Hit:
    """A phrase found: tokens `first` to `last` (exclusive) say `entry`."""

    entry: Entry
    first: int
    last: int


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """All records of all lists, read and checked once per process."""
    return tuple(
        e for path in sorted(FOLDER.glob("values_*.yml")) if path.name not in _NO_RECORDS for e in read_entries(path)
    )


def read_entries(path: Path) -> list[Entry]:
    """The records of one file. Raises `KnowledgeError`."""
    records = _yaml(path)
    if not isinstance(records, list):
        raise KnowledgeError(f"{path.name}: expected a list of records")
    return [_entry(path.name, record) for record in records]


@dataclass(frozen=True)
class Words:
    """Single words: other spellings, number words and words to look past."""

    aliases: Mapping[str, str]
    numbers: Mapping[str, int]
    fillers: frozenset[str]
    place_fillers: frozenset[str]


@lru_cache(maxsize=1)
def words() -> Words:
    """`values_words.yml`, read and checked once per process."""
    path = FOLDER / "values_words.yml"
    raw = _yaml(path)
    names = {f.name for f in dataclasses.fields(Words)}
    if not isinstance(raw, dict) or set(raw) != names:
        raise KnowledgeError(f"{path.name}: expected exactly the keys {sorted(names)}")
    if not all(isinstance(k, str) and isinstance(v, str) for k, v in raw["aliases"].items()):
        raise KnowledgeError(f"{path.name}: aliases must map words to words")
    if not all(isinstance(k, str) and isinstance(v, int) for k, v in raw["numbers"].items()):
        raise KnowledgeError(f"{path.name}: numbers must map words to whole numbers")
    sets = {n: frozenset(_word_list(path.name, n, raw[n])) for n in ("fillers", "place_fillers")}
    return Words(aliases=raw["aliases"], numbers=raw["numbers"], **sets)


@lru_cache(maxsize=1)
def protected() -> frozenset[str]:
    """Real words close to a word of the lists, which no correction may touch; read once per process."""
    path = FOLDER / "values_protected.yml"
    return frozenset(_word_list(path.name, "protected", _yaml(path)))


class WordSet:
    """A set of single words from `values_sets.yml`, read when first used."""

    def __init__(self, group: str, name: str) -> None:
        self.group = group
        self.name = name

    @cached_property
    def words(self) -> frozenset[str]:
        """The words."""
        found = _word_sets().get(self.group, {}).get(self.name)
        if not found:
            raise KnowledgeError(f"values_sets.yml has no set {self.group}: {self.name}")
        return found

    def __contains__(self, word: str) -> bool:
        return word in self.words


@lru_cache(maxsize=1)
def _word_sets() -> Mapping[str, Mapping[str, frozenset[str]]]:
    raw = _yaml(FOLDER / "values_sets.yml")
    if not isinstance(raw, dict) or not all(isinstance(t, str) for sets in raw.values() for t in sets.values()):
        raise KnowledgeError("values_sets.yml: expected words by group and name")
    return {group: {name: frozenset(text.split()) for name, text in sets.items()} for group, sets in raw.items()}


def expand(phrase: str) -> list[str]:
    """All plain phrases that a template stands for, each once; brackets may be nested. Raises `KnowledgeError`."""
    found, end = _alternatives(phrase, 0)
    if end != len(phrase):
        raise KnowledgeError(f"unbalanced brackets in {phrase!r}")
    return list(dict.fromkeys(" ".join(plain.split()) for plain in found))


def _alternatives(template: str, at: int) -> tuple[list[str], int]:
    """The phrases of `a|b|c` from `at` to the bracket that closes it, and where that bracket stands."""
    done: list[str] = []
    built = [""]
    while at < len(template) and template[at] not in ")]":
        sign = template[at]
        if sign in "([":
            inner, at = _alternatives(template, at + 1)
            if at >= len(template) or template[at] != (")" if sign == "(" else "]"):
                raise KnowledgeError(f"unbalanced brackets in {template!r}")
            built = [head + tail for head in built for tail in ([*inner, ""] if sign == "[" else inner)]
        elif sign == "|":
            done, built = done + built, [""]
        else:
            built = [head + sign for head in built]
        at += 1
    return done + built, at


class PhraseSet:
    """The phrases of one kind, found longest first; words of `skip` between the words of a phrase do not matter."""

    def __init__(self, kinds: Iterable[str], tokenise: Callable[[str], Sequence[str]], skip: frozenset[str]) -> None:
        wanted = set(kinds)
        self._skip = skip
        root: dict[str, Any] = {}
        chosen = [e for e in entries() if e.kind in wanted]
        missing = wanted - {e.kind for e in chosen}
        if missing:
            raise KnowledgeError(f"no word list has the kind {sorted(missing)}")
        for entry in chosen:
            for phrase in (p for template in entry.say for p in expand(template)):
                key = tuple(tokenise(phrase))
                if not key:
                    raise KnowledgeError(f"{entry.kind} {entry.value}: an empty phrase")
                node = root
                for token in key:
                    node = node.setdefault(sys.intern(token), {})
                node.setdefault("", entry)
        self._root = _shared(root, {})

    @property
    def starts(self) -> frozenset[str]:
        """The first words of all phrases."""
        return frozenset(self._root)

    def whole(self, tokens: Sequence[str]) -> Entry | None:
        """The record whose phrase is exactly `tokens`."""
        node: dict[str, Any] | None = self._root
        for token in tokens:
            node = node.get(token) if node is not None and token else None
        found: Entry | None = node.get("") if node is not None else None
        return found

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """All phrases in `tokens`, in order; of two that overlap the longer one, then the first."""
        hits: list[Hit] = []
        for first, token in enumerate(tokens):
            node = self._root.get(token)
            if node is not None:
                best = self._longest(node, tokens, first + 1)
                if best:
                    hits.append(Hit(best[1], first, best[0]))
        if len(hits) < 2:
            return hits
        kept: list[Hit] = []
        for hit in sorted(hits, key=lambda h: (h.first - h.last, h.first)):
            if all(hit.last <= k.first or hit.first >= k.last for k in kept):
                kept.append(hit)
        return sorted(kept, key=lambda h: h.first)

    def _longest(self, node: dict[str, Any], tokens: Sequence[str], at: int) -> tuple[int, Entry] | None:
        """End and record of the longest phrase that goes on from `node` at token `at`."""
        found: tuple[int, Entry] | None = (at, node[""]) if "" in node else None
        for position in range(at, min(at + _MAX_SKIPS + 1, len(tokens))):
            further = node.get(tokens[position])
            deeper = self._longest(further, tokens, position + 1) if further is not None else None
            if deeper is not None:
                return deeper
            if tokens[position] not in self._skip:
                break
        return found


def _shared(node: dict[str, Any], known: dict[tuple[tuple[str, int], ...], dict[str, Any]]) -> dict[str, Any]:
    """The same tree with one node for all that go on alike: templates end in the same words again and again."""
    for token, further in node.items():
        if token:
            node[token] = _shared(further, known)
    return known.setdefault(tuple((token, id(further)) for token, further in node.items()), node)


def _entry(source: str, record: Any) -> Entry:
    fields = {f.name: f for f in dataclasses.fields(Entry)}
    if not isinstance(record, dict) or not set(record) <= set(fields):
        raise KnowledgeError(f"{source}: {record!r} has keys other than {sorted(fields)}")
    missing = {n for n, f in fields.items() if f.default is dataclasses.MISSING} - set(record)
    if missing:
        raise KnowledgeError(f"{source}: {record!r} lacks {sorted(missing)}")
    say = _word_list(source, "say", record["say"])
    if (
        not isinstance(record["kind"], str)
        or isinstance(record["value"], bool)
        or not isinstance(record["value"], str | int)
    ):
        raise KnowledgeError(f"{source}: {record!r}: kind must be text, value text or a whole number")
    confidence = float(record.get("confidence", 1.0))
    if not 0 < confidence <= 1:
        raise KnowledgeError(f"{source}: {record!r}: confidence must lie above 0 and up to 1")
    return Entry(record["kind"], record["value"], tuple(say), confidence)


def _word_list(source: str, name: str, raw: Any) -> list[str]:
    if not isinstance(raw, list) or not raw or not all(isinstance(w, str) and w for w in raw):
        raise KnowledgeError(
            f"{source}: {name} must be a list of texts (quote yes, no, on, off and numbers): {raw!r}"[:300]
        )
    return raw


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
