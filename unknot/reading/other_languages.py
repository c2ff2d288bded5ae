"""Reads the worst signs, and a crisis, in the languages that the assistant does not work in.

Nothing here understands a language. It knows how people there say some thirty things that cannot wait, and which
words around them say that it is not so, is over, is only asked about or is a figure of speech: enough to tell
somebody in their own language whom to call. The wordings are data (`knowledge/lexicon/other_languages`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA

from unknot.reading.folding import bare, fold
from unknot.reading.grammar import LEXICON_DIR, LexiconError, check_keys, read_yaml
from unknot.reading.pattern import ANY, DIRECTLY, Element, Pattern, Words, parse, wordings
from unknot.reading.types import ABSENT, HYPOTHETICAL, PAST, PRESENT, Mention

FOLDER = LEXICON_DIR / "other_languages"
CRISIS = "crisis"
"""What is read like a finding and is none: somebody may be about to harm themselves."""

GAP = ".."  # in a pattern: a few words may stand here, none of which denies or turns
NUMBER = "#"  # in a pattern: a number of ten or more
_MAY_STAND = "~"  # the atom of a word that may stand in a gap
_GAP_WORDS = 5
_GAP_LETTERS = 5  # of a language whose words are not parted
_REACH = 8  # words over which a denial holds
_REACH_BACK = 4  # the same for one that follows what it denies
_LEAST_LETTERS_TO_MEND = 5
_MARKS = frozenset('.,;:!?()\n。，、；：！？،؛؟…-/"¿¡«»[]*')
_IN_MARKS = re.escape("".join(sorted(_MARKS)))
_WORD = re.compile(rf"[{_IN_MARKS}]|[^\s{_IN_MARKS}]+")
_LETTER = re.compile(rf"[{_IN_MARKS}]|[a-z]+|\d+|[^\s]")  # where words are not parted
_TWO_DIGITS = re.compile(r"[1-9]\d+")
_HARD = frozenset(".;!?\n。；！？؛؟…")
_CUES = (
    "denied_before",
    "denied_after",
    "blocks",
    "joins",
    "turns",
    "lists",
    "now",
    "past",
    "supposed",
    "asked",
    "figures",
)
_KEYS = {"words", "short", "letters", "classes", "signs", *_CUES}


@dataclass(frozen=True)
class Lexicon:
    """One language as its file says it; every word is folded.

    `words` are such as tell the language from English, `plain_words` the same merely without accents; `short` are
    typing shortcuts with what they stand for; `letters` stand for others (traditional Chinese ones); `signs` go from
    a finding id or `CRISIS` to patterns, `cues` from what the words around a sign do to theirs.
    """

    language: str
    words: frozenset[str]
    plain_words: frozenset[str]
    short: Mapping[str, str]
    letters: Mapping[int, str]
    signs: Mapping[str, tuple[str, ...]]
    cues: Mapping[str, tuple[str, ...]]
    classes: Mapping[str, list[Words]]

    def fold(self, text: str) -> str:
        """A text in the spelling of the patterns."""
        return fold(text.translate(dict(self.letters)), self.language)


@lru_cache(maxsize=1)
def lexicons() -> Mapping[str, Lexicon]:
    """All languages at hand, by the name of their file. Raises `LexiconError` naming the file that does not fit."""
    return {path.stem: load_lexicon(path) for path in sorted(FOLDER.glob("*.yml"))}


def load_lexicon(path: Path, known: Collection[str] = ()) -> Lexicon:
    """One language. Raises `LexiconError` for an unknown key, or a sign that is not among `known` ids, if given."""
    raw = read_yaml(path)
    check_keys(path.name, set(raw), _KEYS, {"signs"})
    if known and (strange := sorted(set(raw["signs"]) - {*known, CRISIS})):
        raise LexiconError(f"{path.name}: unknown finding {', '.join(strange)}")
    language = path.stem
    letters = str.maketrans(raw.get("letters") or {})

    def folded(text: str) -> str:
        return fold(str(text).translate(letters), language)

    classes: dict[str, list[Words]] = {}
    for name, text in (raw.get("classes") or {}).items():
        rows = (wordings(line, classes, f"{path.name}: {name}") for line in _lines(folded(text)))
        classes[folded(name)] = [row for found in rows for row in found]
    return Lexicon(
        language=language,
        words=frozenset(folded(raw.get("words") or "").split()),
        plain_words=frozenset(bare(raw.get("words") or "").split()),
        short={folded(short): folded(long) for short, long in (raw.get("short") or {}).items()},
        letters=letters,
        signs={name: _lines(folded(text)) for name, text in raw["signs"].items()},
        cues={name: _lines(folded(raw.get(name) or "")) for name in _CUES},
        classes=classes,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for part in text.split("\n") for line in part.split(";") if line.strip())


@dataclass(frozen=True)
class _Found:
    name: str
    start: int  # words, end exclusive
    end: int


class OtherLanguageReader:
    """Reads one language. Holds no state of a message: safe to share between threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._apart = lexicon.language == "zh"
        turns = () if self._apart else (line for line in lexicon.cues["turns"] if " " not in line)
        self._barriers = frozenset(word for line in (*lexicon.cues["blocks"], *turns) for word in self._split([line]))
        self._no = frozenset(word for line in lexicon.cues["blocks"] for word in self._split([line]))
        self._words: set[str] = set(lexicon.words)
        self._begun: dict[str, list[str]] = {}  # first letter of a prefix -> prefixes
        self._signs = self._patterns(lexicon.signs)
        self._cues = self._patterns({name: rows for name, rows in lexicon.cues.items() if name != "blocks"})
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self._words):
            if len(word) >= _LEAST_LETTERS_TO_MEND - 1:
                self._by_length.setdefault(len(word), []).append(word)

    def read(self, text: str) -> tuple[Mention, ...]:
        """Findings as mentions of kind "finding", a crisis as kind "crisis"; places are those of the whole text."""
        words = self._row(text)
        atoms = [self._atoms(word) for word in words]
        cues = _matches(self._cues, words, atoms)
        figures = [cue for cue in cues if cue.name == "figures"]
        found: dict[str, str] = {}
        for sign in _matches(self._signs, words, atoms):
            if any(figure.start <= sign.start and sign.end <= figure.end for figure in figures):
                continue
            meant = self._meant(sign, cues, words)
            # The strongest word counts: "no chest pain yesterday, today chest pain".
            if _ORDER[meant] > _ORDER.get(found.get(sign.name, ""), -1):
                found[sign.name] = meant
        kinds = {CRISIS: CRISIS}
        return tuple(
            Mention(kinds.get(name, "finding"), name, 0, len(text), assertion=meant) for name, meant in found.items()
        )

    def _row(self, text: str) -> list[str]:
        pieces = (_LETTER if self._apart else _WORD).findall(self._lexicon.fold(text))
        return [word for piece in pieces for word in self._mended(piece)]

    def _mended(self, word: str) -> list[str]:
        """The words that a typed word stands for: a shortcut written out, a letter set right, a prefix taken off."""
        if word in self._lexicon.short:
            return self._lexicon.short[word].split()
        if word in self._words or self._apart:
            return [word]
        if self._lexicon.language == "ar" and word[0] in "وفبل" and word[1:] in self._words:
            return [word[1:]]
        if len(word) < _LEAST_LETTERS_TO_MEND:
            return [word]
        lengths = (len(word) + d for d in (0, -1, 1))
        near = (known for length in lengths for known in self._by_length.get(length, ()) if known[0] == word[0])
        return [next((known for known in near if OSA.distance(word, known, score_cutoff=1) <= 1), word)]

    def _atoms(self, word: str) -> frozenset[str]:
        """What patterns may call this word: itself, prefixes of it, a large number, anything, part of a gap."""
        if word in _MARKS:
            return frozenset()
        atoms = {word, ANY, *(prefix for prefix in self._begun.get(word[0], ()) if word.startswith(prefix[:-1]))}
        if _TWO_DIGITS.fullmatch(word):
            atoms.add(NUMBER)
        if word not in self._barriers:
            atoms.add(_MAY_STAND)
        return frozenset(atoms)

    def _meant(self, sign: _Found, cues: list[_Found], words: list[str]) -> str:
        start, end = _sentence(words, sign)
        inside = [cue for cue in cues if start <= cue.start and cue.end <= end]
        if self._denied(sign, inside, words):
            return ABSENT
        names = {cue.name for cue in inside}
        if "past" in names and "now" not in names:
            return PAST
        asked = any(cue.name == "asked" and cue.start == start for cue in inside)
        return HYPOTHETICAL if asked or ("supposed" in names and "now" not in names) else PRESENT

    def _denied(self, sign: _Found, cues: list[_Found], words: list[str]) -> bool:
        denials = [cue for cue in cues if cue.name.startswith("denied")]
        if not self._no.isdisjoint(words[sign.start : sign.end]):
            return False  # "I cannot pee": the no is part of the sign, and no other undoes it
        turns = [cue.start for cue in cues if cue.name in ("turns", "joins")]
        lists = [cue.start for cue in cues if cue.name == "lists"]
        for cue in denials:
            before = cue.name == "denied_before" and cue.start < sign.start
            after = cue.name == "denied_after" and cue.start >= sign.end
            if not (before or after):
                continue
            low, high = (min(cue.end, sign.start), sign.start) if before else (sign.end, cue.start)
            if high - low > (_REACH if before else _REACH_BACK) * (2 if self._apart else 1):
                continue
            if any(low <= turn < high for turn in turns):
                continue
            pauses = any(word in _MARKS and word != "、" for word in words[low:high])
            if not pauses or (before and any(low <= at for at in lists)):
                return True
        return False

    def _patterns(self, groups: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[str, Pattern]]]:
        """Patterns with the name they stand for, by each atom with which they can begin."""
        filed: dict[str, list[tuple[str, Pattern]]] = {}
        for name, lines in groups.items():
            for line in lines:
                parsed = parse(line, self._lexicon.classes, f"{self._lexicon.language}: {name}")
                pattern = Pattern([part for element in parsed.elements for part in self._parts(element)])
                for atom in pattern.first_atoms():
                    filed.setdefault(atom, []).append((name, pattern))
        return filed

    def _parts(self, element: Element) -> Iterator[Element]:
        rows = [self._split((first, *rest)) for first, group in element.wordings.items() for rest in group]
        if rows == [[GAP]]:
            for _ in range(_GAP_LETTERS if self._apart else _GAP_WORDS):
                yield Element({_MAY_STAND: [()]}, optional=True)
            return
        wordings: dict[str, list[Words]] = {}
        for first, *rest in rows:
            wordings.setdefault(first, []).append(tuple(rest))
            for word in (first, *rest):
                if word.endswith("*"):
                    self._begun.setdefault(word[0], []).append(word)
                else:
                    self._words.add(word)
        yield Element(wordings, element.optional)

    def _split(self, words: Sequence[str]) -> list[str]:
        if not self._apart:
            return list(words)
        return [letter for word in words for letter in ([word] if word in (GAP, NUMBER, ANY) else word)]


def _matches(
    filed: Mapping[str, list[tuple[str, Pattern]]], words: list[str], atoms: list[frozenset[str]]
) -> list[_Found]:
    """Every pattern in the row, the longest for each name and beginning, in the order of the row."""
    joined = [0 if word in _MARKS or (at and words[at - 1] in _MARKS) else DIRECTLY for at, word in enumerate(words)]
    best: dict[tuple[int, str], int] = {}
    for start, own in enumerate(atoms):
        for atom in own:
            for name, pattern in filed.get(atom, ()):
                end = pattern.longest(atoms, joined, start)
                if end > best.get((start, name), 0):
                    best[start, name] = end
    return [_Found(name, start, end) for (start, name), end in sorted(best.items())]


_ORDER = {ABSENT: 0, PAST: 1, HYPOTHETICAL: 2, PRESENT: 3}


def _sentence(words: list[str], sign: _Found) -> tuple[int, int]:
    """The words of the sentence in which a sign stands."""
    before = (at + 1 for at in range(sign.start - 1, -1, -1) if words[at] in _HARD)
    after = (at + 1 for at in range(sign.end, len(words)) if words[at] in _HARD)
    return next(before, 0), next(after, len(words))


@lru_cache(maxsize=16)
def reader(language: str) -> OtherLanguageReader:
    """The reader of a language, made when it is first needed. Raises KeyError for one that is not at hand."""
    return OtherLanguageReader(lexicons()[language])
