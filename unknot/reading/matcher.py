"""From words to candidates: which findings and conditions are spoken of, and with which words."""

from __future__ import annotations

from dataclasses import dataclass, field

from unknot.reading.grammar import grammar
from unknot.reading.lexicon import Combo, Entry, Lexicon, Owner, number_of
from unknot.reading.pattern import ANY, DIRECTLY
from unknot.reading.tokens import Token

_NOT = frozenset(["isnt", "arent", "wasnt", "werent", "dont", "doesnt", "didnt", "havent", "hasnt", "hadnt", "wont"])
_REMEMBERED = 20_000
_SAYINGS = {"look_alike", "as_one"}
_HARD = frozenset(".?!;\n()")


@dataclass(frozen=True)
class Hit:
    """Words `start` to `end` (exclusive) that speak for `owner`."""

    owner: Owner
    start: int
    end: int


@dataclass(frozen=True)
class Candidate:
    """An entry that the text speaks of; `core` are the words that say it."""

    entry: Entry
    core: frozenset[int]
    hint: bool = False
    denied: bool = False  # "all is well there"
    start: int = field(init=False)  # index of the first word
    end: int = field(init=False)  # index after the last word

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", min(self.core))
        object.__setattr__(self, "end", max(self.core) + 1)


@dataclass
class Row:
    """The words of a message without marks and fillers, and where its statements begin."""

    tokens: list[Token]
    clause: list[int]  # number of the statement that each word stands in
    joined: list[int]  # to the word before: 0 no phrase may run on, 1 after a pause, 2 directly
    atoms: list[frozenset[str]]
    shared: set[int]  # statements that go on with the subject of the one before ("and collapse")


def make_row(lexicon: Lexicon, tokens: list[Token], bounds: list[int]) -> Row:
    """The words that matter, each with the atoms it carries."""
    row = Row([], [], [], [], set())
    starts = set(bounds)
    clause, joined = -1, 0
    for index, token in enumerate(tokens):
        if index in starts:
            clause += 1
        if token.mark:
            joined = 0 if token.norm in _HARD else min(joined, 1)
        elif not token.filler:
            row.tokens.append(token)
            row.clause.append(max(clause, 0))
            new = bool(row.clause[:-1]) and row.clause[-1] != row.clause[-2]
            row.joined.append(min(joined, 1) if new else joined)
            row.atoms.append(_atoms(lexicon, token.norm))
            joined = DIRECTLY
    _mark_shared(row)
    return row


def _mark_shared(row: Row) -> None:
    g = grammar()
    for index in range(1, len(row.tokens)):
        if row.clause[index] == row.clause[index - 1] or row.tokens[index].norm not in {"and", "or", "nor"}:
            continue
        following = row.tokens[index + 1].norm if index + 1 < len(row.tokens) else ""
        if following in g.verbs and following not in g.body and row.joined[index]:
            row.shared.add(row.clause[index])


def _atoms(lexicon: Lexicon, word: str) -> frozenset[str]:
    """The atoms of a word, remembered for words seen before."""
    known = lexicon.atoms.get(word)
    if known is None:
        known = _find_atoms(lexicon, word)
        if len(lexicon.atoms) < _REMEMBERED:
            lexicon.atoms[word] = known
    return known


def _find_atoms(lexicon: Lexicon, word: str) -> frozenset[str]:
    atoms = {ANY}
    if word in lexicon.words:
        atoms.add(word)
    if word in _NOT:
        atoms.add("not")
    for length in range(3, len(word) + 1):
        if word[:length] in lexicon.prefixes:
            atoms.add(word[:length] + "*")
    number = number_of(word)
    if number is not None:
        atoms.update(atom for atom, low, high in lexicon.ranges if low <= number <= high)
    return frozenset(atoms)


def find_hits(lexicon: Lexicon, row: Row) -> list[Hit]:
    """Every pattern of the lexicon in the row, the longest for each owner and beginning."""
    present = frozenset().union(*row.atoms)
    checked: dict[int, bool] = {}
    best: dict[tuple[Owner, int], int] = {}
    for start, atoms in enumerate(row.atoms):
        for atom in atoms:
            for number in lexicon.by_atom.get(atom, ()):
                owner, pattern, needs = lexicon.patterns[number]
                viable = checked.get(number)
                if viable is None:
                    viable = checked[number] = _can_fit(needs, present)
                if not viable:
                    continue
                end = pattern.longest(row.atoms, row.joined, start)
                if end > best.get((owner, start), 0):
                    best[owner, start] = end
    return [Hit(owner, start, end) for (owner, start), end in best.items()]


def _can_fit(needs: list[frozenset[str]], present: frozenset[str]) -> bool:
    """Whether the text has what a pattern needs at all; most patterns end here."""
    return not any(map(present.isdisjoint, needs))


def drop_look_alikes(hits: list[Hit]) -> list[Hit]:
    """Without hits for findings that lie inside a longer saying ("numb with boredom")."""
    sayings = [h for h in hits if h.owner.name in _SAYINGS]
    if not sayings:
        return hits

    def inside(hit: Hit) -> bool:
        return any(
            s.start <= hit.start
            and hit.end <= s.end
            and (s.owner.name == "look_alike" or hit.end - hit.start < s.end - s.start)
            for s in sayings
        )

    return [h for h in hits if h.owner.role == "cue" or h.owner.kind == "condition" or not inside(h)]


def candidates(lexicon: Lexicon, row: Row, all_hits: list[Hit]) -> list[Candidate]:
    """Entries spoken of, by phrase or by combination."""
    hits = drop_look_alikes(all_hits)
    classes: dict[str, list[Hit]] = {}
    found: list[Candidate] = []
    for hit in hits:
        if hit.owner.role == "class":
            classes.setdefault(hit.owner.name, []).append(hit)
        elif hit.owner.role in {"phrase", "hint", "denied"}:
            entry = lexicon.entries[hit.owner.name]
            core = frozenset(range(hit.start, hit.end))
            found.append(Candidate(entry, core, hit.owner.role == "hint", hit.owner.role == "denied"))
    for entry, combo, denied in _possible_combos(lexicon, classes):
        found += [Candidate(entry, core, denied=denied) for core in _combined(lexicon, row, classes, combo)]
    against = {(h.owner.name, row.clause[h.start]) for h in all_hits if h.owner.role == "class"}

    def taken_away(c: Candidate) -> bool:
        names = c.entry.unless + (c.entry.hints_unless if c.hint else ())
        return any((name, row.clause[c.start]) in against for name in names)

    return [c for c in found if not taken_away(c)]


def _possible_combos(lexicon: Lexicon, classes: dict[str, list[Hit]]) -> list[tuple[Entry, Combo, bool]]:
    """The combinations all of whose classes occur, in the order of the lexicon."""
    begun = sorted(number for name in classes for number in lexicon.combos_by_class.get(name, ()))
    there = classes.keys()
    return [lexicon.combos[n] for n in begun if there >= set(lexicon.combos[n][1].all)]


def _combined(lexicon: Lexicon, row: Row, classes: dict[str, list[Hit]], combo: Combo) -> list[frozenset[int]]:
    chains: list[tuple[Hit, ...]] = [(hit,) for hit in classes[combo.all[0]]]
    for name in combo.all[1:]:
        grown: list[tuple[Hit, ...]] = []
        for chain in chains:
            near = [h for h in classes[name] if _fits(lexicon, row, classes, combo, chain, h)]
            near.sort(key=lambda h: min(_gap(h, other) for other in chain))
            grown += [(*chain, h) for h in near[:2]]
        chains = grown
    return [frozenset(i for h in chain for i in range(h.start, h.end)) for chain in chains]


def _gap(a: Hit, b: Hit) -> int:
    """Words between two hits, negative where they overlap."""
    return max(a.start, b.start) - min(a.end, b.end)


def _fits(
    lexicon: Lexicon, row: Row, classes: dict[str, list[Hit]], combo: Combo, chain: tuple[Hit, ...], hit: Hit
) -> bool:
    near = min(chain, key=lambda other: _gap(hit, other))
    gap = _gap(hit, near)
    if not 0 <= gap <= combo.within or any(_gap(hit, other) < 0 for other in chain):
        return False
    if combo.order == "fixed" and hit.start < chain[-1].end:
        return False
    first, second = (near, hit) if near.end <= hit.start else (hit, near)
    here, there = row.clause[first.end - 1], row.clause[second.start]
    if here != there and not combo.across and not (there == here + 1 and there in row.shared):
        return False
    if combo.gap:
        allowed = lexicon.class_words[combo.gap]
        if any(row.tokens[i].norm not in allowed for i in range(first.end, second.start)):
            return False
    blocked = (b for name in combo.block for b in classes.get(name, ()))
    return not any(first.end <= b.start and b.end <= second.start for b in blocked)
