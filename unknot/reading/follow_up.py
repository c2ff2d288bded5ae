"""What a message wishes of the plan or the last answer, and which remedies it names.

"More", "which first", "it did not help" are wishes, "for how long?" and "and ice?" sides of an answer.

Mentions of kind `wish` (values: `WISHES`, `SIDES`, and `step:2` with the number of a step, -1 for the last) and of
kind `remedy` (a remedy id). Sides of an answer are read only in short messages: in a long one "how long" belongs to
something that the message itself says.
"""

from __future__ import annotations

from collections.abc import Iterable

from unknot.reading.types import Mention
from unknot.reading.values.patterns import Pattern, sources

WISH, REMEDY = "wish", "remedy"
GROUP = "follow_up"
LACKS, STUCK, STEP = "lacks", "stuck", "step:"
WISHES = ("more", "what_now", "which_first", "shorter", "again", "medicine", "helped", "no_change", "worse")
OUTCOMES = frozenset({"helped", "no_change", "worse"})
SIDES = ("how_long", "how_often", "how_much", "when", "why", "may", "with", "elliptic")
_PREFIX = "remedy_"
_STRAIGHT = str.maketrans({"\u2019": "'", "\u2018": "'", "`": "'"})
_PATTERNS = {name: Pattern(GROUP, name) for name in (*WISHES, *SIDES)}
_SHORT, _ASKING, _SUPPOSED = Pattern(GROUP, "short"), Pattern(GROUP, "asking"), Pattern(GROUP, "supposed")
_STEP, _NOT_AT_HAND = Pattern(GROUP, "step"), Pattern(GROUP, "not_at_hand")
_CANNOT_GET_UP = Pattern(GROUP, "cannot_get_up")
_PLACES = ("first", "second", "third", "fourth")
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "last": -1} | {word: at for at, word in enumerate(_PLACES, 1)}
_REMEDIES = {name.removeprefix(_PREFIX): Pattern(GROUP, name) for name in sources(GROUP) if name.startswith(_PREFIX)}


def read(text: str, spelled: str = "") -> list[Mention]:
    """Wishes, then remedies in the order of the text. "It did not help" is no "helped", nor is "does it help".

    `spelled` is the text with its typing errors mended: a wish that only it shows counts too, without a place.
    """
    found = _read(text)
    if any(mention.kind == WISH for mention in found) or spelled in ("", text.lower()):
        return found
    wishes = (m for m in _read(spelled) if m.kind == WISH and m.value not in SIDES)
    return [*(Mention(WISH, m.value, 0, len(text)) for m in wishes), *found]


def _read(text: str) -> list[Mention]:
    plain = text.lower().translate(_STRAIGHT)
    if len(plain) != len(text):  # some letters change their length: places would be wrong
        plain = text.translate(_STRAIGHT)
    wishes = list(_found(plain, WISHES))
    if _SHORT.match(plain):
        wishes += _found(plain, SIDES)
    if _SUPPOSED.search(plain):
        wishes = [mention for mention in wishes if mention.value not in OUTCOMES]
    values = {mention.value for mention in wishes}
    if values & {"no_change", "worse"} or _ASKING.search(plain):
        wishes = [mention for mention in wishes if mention.value != "helped"]
    remedies = [
        Mention(REMEDY, identity, match.start(), match.end())
        for identity, pattern in _REMEDIES.items()
        if (match := pattern.search(plain))
    ]
    apart = [m for m in remedies if not any(m is not o and o.start <= m.start and m.end <= o.end for o in remedies)]
    wishes += _of_the_steps(plain, apart)
    return [*wishes, *sorted(apart, key=lambda mention: mention.start)]


def _of_the_steps(text: str, remedies: Iterable[Mention]) -> Iterable[Mention]:
    """A step by its number, a remedy that is not at hand, and not being able to get up."""
    for match in _STEP.finditer(text):
        word = match["word"] or match["nth"] or ""
        number = int(match["n"] or 0) or _NUMBERS.get(word) or int("".join(filter(str.isdigit, word)) or 0)
        yield Mention(WISH, f"{STEP}{number}", match.start(), match.end())
    lacking = (m for m in remedies if _NOT_AT_HAND.search(text[: m.start]))
    yield from (Mention(WISH, LACKS, m.start, m.end) for m in lacking)
    stuck = _CANNOT_GET_UP.search(text)
    if stuck:
        yield Mention(WISH, STUCK, stuck.start(), stuck.end())


def _found(text: str, names: Iterable[str]) -> Iterable[Mention]:
    for name in names:
        match = _PATTERNS[name].search(text)
        if match:
            yield Mention(WISH, name, match.start(), match.end())
