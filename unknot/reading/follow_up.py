"""What a message wishes of the plan or the last answer, and which remedies it names.

"More", "which first", "it did not help" are wishes, "for how long?" and "and ice?" sides of an answer.

Mentions of kind `wish` (values: `WISHES` and `SIDES`) and of kind `remedy` (a remedy id). Sides of an answer are read
only in short messages: in a long one "how long" belongs to something that the message itself says.
"""

from __future__ import annotations

from collections.abc import Iterable

from unknot.reading.types import Mention
from unknot.reading.values.patterns import Pattern, sources

WISH, REMEDY = "wish", "remedy"
GROUP = "follow_up"
WISHES = ("more", "what_now", "which_first", "shorter", "again", "medicine", "helped", "no_change", "worse")
OUTCOMES = frozenset({"helped", "no_change", "worse"})
SIDES = ("how_long", "how_often", "how_much", "when", "why", "may", "with", "elliptic")
_PREFIX = "remedy_"
_STRAIGHT = str.maketrans({"\u2019": "'", "\u2018": "'", "`": "'"})
_PATTERNS = {name: Pattern(GROUP, name) for name in (*WISHES, *SIDES)}
_SHORT, _ASKING, _SUPPOSED = Pattern(GROUP, "short"), Pattern(GROUP, "asking"), Pattern(GROUP, "supposed")
_REMEDIES = {name.removeprefix(_PREFIX): Pattern(GROUP, name) for name in sources(GROUP) if name.startswith(_PREFIX)}


def read(text: str) -> list[Mention]:
    """Wishes, then remedies in the order of the text. "It did not help" is no "helped", nor is "does it help"."""
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
    return [*wishes, *sorted(apart, key=lambda mention: mention.start)]


def _found(text: str, names: Iterable[str]) -> Iterable[Mention]:
    for name in names:
        match = _PATTERNS[name].search(text)
        if match:
            yield Mention(WISH, name, match.start(), match.end())
