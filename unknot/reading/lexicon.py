"""The lexicon (knowledge/lexicon/*.yml) as compiled patterns. Strict: an unknown key or id raises `LexiconError`."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from unknot.reading.grammar import LEXICON_DIR, LexiconError, check_keys, grammar, read_yaml
from unknot.reading.pattern import ANY, Element, Pattern, Words, parse, wordings


@dataclass(frozen=True)
class Combo:
    """Classes near each other in one statement. `within` counts the words between neighbours."""

    all: tuple[str, ...]
    within: int = 5
    order: str = "any"  # or "fixed"
    gap: str = ""  # only words of this class may stand between
    block: tuple[str, ...] = ()  # classes that may not stand between
    across: bool = False  # also over the border of two statements


@dataclass(frozen=True)
class Entry:
    """How one finding or condition is said; the fields are the keys allowed in the file."""

    id: str
    kind: str
    phrases: str = ""
    hints: str = ""
    combos: tuple[Combo, ...] = ()
    denied_phrases: str = ""
    denied_combos: tuple[Combo, ...] = ()
    unless: tuple[str, ...] = ()
    hints_unless: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    lasting: bool = False  # "years ago" does not end it
    months: bool = False  # "a month ago" does not end it
    event: bool = False  # happens once: what is recent beyond a pause does not renew it
    brief: bool = False  # passes in moments by nature: being over does not end it


@dataclass(frozen=True)
class Owner:
    """What a pattern speaks for: a class, a cue, or an entry in one of its roles."""

    name: str
    role: str  # "class", "cue", "phrase", "hint", "denied"
    kind: str = ""  # of an entry


@dataclass
class Lexicon:
    """Everything the matcher needs."""

    entries: dict[str, Entry]
    patterns: list[tuple[Owner, Pattern, list[frozenset[str]]]] = field(default_factory=list)
    by_atom: dict[str, list[int]] = field(default_factory=dict)
    combos: list[tuple[Entry, Combo, bool]] = field(default_factory=list)  # the flag: denied
    combos_by_class: dict[str, list[int]] = field(default_factory=dict)  # filed under their first class
    words: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()
    medicines: frozenset[str] = frozenset()  # single words of medicines.yml
    ranges: tuple[tuple[str, float, float], ...] = ()
    class_words: dict[str, frozenset[str]] = field(default_factory=dict)  # of the classes that fill gaps
    atoms: dict[str, frozenset[str]] = field(default_factory=dict)  # of words seen before


ENTRY_KEYS = {
    "phrases",
    "hints",
    "combos",
    "denied",
    "unless",
    "hints_unless",
    "hides",
    "yields_to",
    "lasting",
    "months",
    "event",
    "brief",
}
ENTRY_FILES = {
    "findings_nerves.yml": "finding",
    "findings_emergency.yml": "finding",
    "findings_further.yml": "finding",
    "findings.yml": "finding",
    "conditions.yml": "condition",
    "medicines.yml": "condition",
}


def patterns_of(text: str) -> list[str]:
    """The patterns of a list: one a line, further lines of it indented; or several between ";"."""
    joined = re.sub(r"\n\s+", " ", text)
    return [" ".join(part.split()) for part in re.split(r"[;\n]", joined) if part.strip()]


def _combo(raw: Any, where: str, classes: Collection[str]) -> Combo:
    if not isinstance(raw, dict):
        raise LexiconError(f"{where}: a combo is a mapping")
    names = {f.name for f in fields(Combo)}
    check_keys(where, set(raw), names, {"all"})
    combo = Combo(**{**raw, "all": tuple(raw["all"]), "block": tuple(raw.get("block", ()))})
    for name in (*combo.all, *combo.block, *filter(None, [combo.gap])):
        if name not in classes:
            raise LexiconError(f"{where}: unknown class {name!r}")
    if combo.order not in {"any", "fixed"}:
        raise LexiconError(f"{where}: order is any or fixed, not {combo.order!r}")
    return combo


def _entry(id_: str, kind: str, raw: dict[str, Any], where: str, classes: Collection[str]) -> Entry:
    check_keys(where, set(raw), ENTRY_KEYS, set())
    denied = raw.get("denied", {})
    check_keys(f"{where} denied", set(denied), {"phrases", "combos"}, set())
    for name in (*raw.get("unless", ()), *raw.get("hints_unless", ())):
        if name not in classes:
            raise LexiconError(f"{where}: unknown class {name!r}")
    return Entry(
        id=id_,
        kind=kind,
        phrases=raw.get("phrases", ""),
        hints=raw.get("hints", ""),
        combos=tuple(_combo(c, where, classes) for c in raw.get("combos", ())),
        denied_phrases=denied.get("phrases", ""),
        denied_combos=tuple(_combo(c, f"{where} denied", classes) for c in denied.get("combos", ())),
        unless=tuple(raw.get("unless", ())),
        hints_unless=tuple(raw.get("hints_unless", ())),
        hides=tuple(raw.get("hides", ())),
        yields_to=tuple(raw.get("yields_to", ())),
        lasting=bool(raw.get("lasting", False)),
        months=bool(raw.get("months", False)),
        event=bool(raw.get("event", False)),
        brief=bool(raw.get("brief", False)),
    )


class _Classes(dict[str, list[Words]]):
    """The wordings of the classes, worked out when a pattern names one."""

    def __init__(self, builder: _Builder) -> None:
        super().__init__()
        self.builder = builder

    def __contains__(self, name: object) -> bool:
        return name in self.builder.vocabulary

    def __missing__(self, name: str) -> list[Words]:
        where = f"vocabulary.yml {name}"
        rows = [w for p in patterns_of(self.builder.vocabulary[name]) for w in wordings(p, self, where)]
        self[name] = rows
        return rows


class _Builder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.classes: dict[str, list[Words]] = _Classes(self)
        self.vocabulary: dict[str, str] = {}
        self.lexicon = Lexicon({})
        self.gaps: set[str] = set()
        self.words: set[str] = set()
        self.prefixes: set[str] = set()
        self.ranges: dict[str, tuple[float, float]] = {}

    def build(self, known: Collection[str] | None) -> Lexicon:
        self.vocabulary = read_yaml(self.folder / "vocabulary.yml")
        used = self._entries(known) | {"look_alike", "as_one"}
        for name in sorted(used):
            where = f"vocabulary.yml {name}"
            self._add(Owner(name, "class"), self.vocabulary[name], where)
        for name in self.gaps:
            sources = patterns_of(self.vocabulary[name])
            self.lexicon.class_words[name] = frozenset(p for p in sources if " " not in p)
        for name, text in read_yaml(self.folder / "cues.yml").items():
            self._add(Owner(name, "cue"), text, f"cues.yml {name}")
        self.lexicon.words = frozenset(self.words)
        self.lexicon.prefixes = frozenset(self.prefixes)
        self.lexicon.ranges = tuple((atom, low, high) for atom, (low, high) in self.ranges.items())
        return self.lexicon

    def _entries(self, known: Collection[str] | None) -> set[str]:
        used: set[str] = set()
        for filename, kind in ENTRY_FILES.items():
            for id_, raw in read_yaml(self.folder / filename).items():
                where = f"{filename} {id_}"
                if known is not None and id_ not in known:
                    raise LexiconError(f"{where}: no such id in the knowledge")
                if id_ in self.lexicon.entries:
                    raise LexiconError(f"{where}: given twice")
                entry = _entry(id_, kind, raw, where, self.vocabulary)
                used |= self._add_entry(entry, kind, where)
                if filename == "medicines.yml":
                    names = {p for p in patterns_of(entry.phrases) if p.isalpha()}
                    self.lexicon.medicines |= names
        for entry in self.lexicon.entries.values():
            for other in (*entry.hides, *entry.yields_to):
                if other not in self.lexicon.entries:
                    raise LexiconError(f"{entry.id}: unknown id {other!r} in hides or yields_to")
        return used

    def _add_entry(self, entry: Entry, kind: str, where: str) -> set[str]:
        """Files an entry with its phrases and combinations; the classes of words that it uses."""
        self.lexicon.entries[entry.id] = entry
        for role, text in (("phrase", entry.phrases), ("hint", entry.hints), ("denied", entry.denied_phrases)):
            self._add(Owner(entry.id, role, kind), text, where)
        self._add_combos(entry)
        used = {*entry.unless, *entry.hints_unless}
        for combo in (*entry.combos, *entry.denied_combos):
            used.update((*combo.all, *combo.block))
            self.gaps.update(filter(None, [combo.gap]))
        return used

    def _add_combos(self, entry: Entry) -> None:
        said = [(entry, combo, False) for combo in entry.combos]
        for item in said + [(entry, combo, True) for combo in entry.denied_combos]:
            self.lexicon.combos_by_class.setdefault(item[1].all[0], []).append(len(self.lexicon.combos))
            self.lexicon.combos.append(item)

    def _add(self, owner: Owner, text: str, where: str) -> None:
        plain: list[Words] = []
        for source in patterns_of(text):
            pattern = parse(source, self.classes, where)
            if len(pattern.elements) == 1 and not pattern.ahead:
                plain += [(f, *r) for f, group in pattern.elements[0].wordings.items() for r in group]
            elif all(len(e.wordings) == 1 and not e.optional for e in pattern.elements) and not pattern.ahead:
                plain += wordings(source, self.classes, where)
            else:
                self._file(owner, pattern)
        if plain:
            self._add_plain(owner, plain)

    def _add_plain(self, owner: Owner, rows: list[Words]) -> None:
        filed: dict[str, list[Words]] = {}
        for row in rows:
            filed.setdefault(row[0], []).append(row[1:])
        self._file(owner, Pattern([Element(filed)]))

    def _file(self, owner: Owner, pattern: Pattern) -> None:
        number = len(self.lexicon.patterns)
        self.lexicon.patterns.append((owner, pattern, pattern.needs()))
        for atom in pattern.first_atoms():
            self.lexicon.by_atom.setdefault(atom, []).append(number)
        for element in (*pattern.elements, *pattern.ahead):
            for first, group in element.wordings.items():
                self._note(first)
                for rest in group:
                    for word in rest:
                        self._note(word)

    def _note(self, atom: str) -> None:
        if atom.startswith("<"):
            low, high = atom[1:-1].split("..")
            self.ranges[atom] = (float(low), float(high))
        elif atom.endswith("*"):
            self.prefixes.add(atom[:-1])
        elif atom != ANY:
            self.words.add(atom)


def load_from(folder: Path, known: Collection[str] | None = None) -> Lexicon:
    """Read and compile the lexicon in `folder`; `known` are the ids that entries may have."""
    return _Builder(folder).build(known)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of this installation, compiled once."""
    return load_from(LEXICON_DIR)


def number_of(word: str) -> float | None:
    """The number a word stands for: "38.5", "38,5", "1,200", "two"."""
    if word[:1].isdigit():
        text = word.replace(",", "") if len(word.partition(",")[2]) == 3 else word.replace(",", ".")
        try:
            return float(text)
        except ValueError:
            return None
    value = grammar().numbers.get(word)
    return None if value is None else float(value)
