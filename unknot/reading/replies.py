"""What a message does as a reply, beside what it says: answers to lists, taking back, going back, "it did not help".

Each is a mention of kind `act`, like yes and no. Values: `asks`, `never`, `gone`, `examined` (anywhere in a
message), `further_question` (one for each), `said_never`, `said_examined`, `said_safe` (nothing else in it),
`sent_on`, `counted`, `wishes_death`, `recent`, `long_ago`, `lasting`, `resume`, `hedge`, `except`, `partly`,
`some_of_these`, `only_noted`, `cross`, `rest_no`, `not_helped`, `called`, `coming`, `cannot_phone`, `scared`,
`alone`, `stop_word`, `new_word`, `crisis_word`; `item:3` and `not_item:3` (a line of the list, 1 for the first and
-1 for the last); `reported`, `he`, `she`, `own_body` (who speaks, and of whom); `row:nyn`; `rather` and `numeral:8`
(in short messages). The place of these is that of the thing: `thing_no` ("asthma, no": what a trailing no belongs
to is told, and the rest is denied), `thing_yes` and `asked_no` ("fever? no", which says nothing of the rest),
`cannot` ("can you walk? no").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from unknot.reading.types import Mention
from unknot.reading.values.patterns import Pattern

ACT = "act"
_SEARCHED = (
    "asks",
    "rather",
    "never",
    "gone",
    "examined",
    "resume",
    "hedge",
    "except",
    "partly",
    "some_of_these",
    "only_noted",
    "cross",
    "rest_no",
    "not_helped",
    "stop_word",
    "new_word",
    "crisis_word",
    "said_never",
    "said_examined",
    "sent_on",
    "counted",
    "said_safe",
    "wishes_death",
    "recent",
    "long_ago",
    "lasting",
    "scared",
    "alone",
    "called",
    "coming",
    "cannot_phone",
    "reported",
    "he",
    "she",
    "own_body",
)
_PATTERNS = {name: Pattern("replies", name) for name in _SEARCHED}
_UNLESS_BEFORE = {
    "gone": Pattern("replies", "unreal"),
    "called": Pattern("replies", "unreal"),
    "coming": Pattern("replies", "unreal"),
    "examined": Pattern("replies", "unreal"),
    "sent_on": Pattern("replies", "denied_before"),
    "wishes_death": Pattern("replies", "not_wished_before"),
    "lasting": Pattern("replies", "of_the_pain_before"),
}
_NUMERAL, _FURTHER = Pattern("replies", "numeral"), Pattern("replies", "further_question")
_MOST_WORDS_OF_A_CORRECTION = 9
_NUMBERED, _ORDINAL = Pattern("replies", "numbered"), Pattern("replies", "ordinal")
_NUMBERS_ONLY, _NOT_THIS = Pattern("replies", "numbers_only"), Pattern("replies", "not_this")
_STRUCK_OUT = Pattern("replies", "struck_out")
_ROW_WORD, _ROW_YES = Pattern("replies", "row_word"), Pattern("replies", "row_yes")
_TRAILING_NO, _THING_NO = Pattern("replies", "trailing_no"), Pattern("replies", "thing_no")
_NO_THING, _OF_AN_ABILITY = Pattern("replies", "no_thing"), Pattern("replies", "of_an_ability")
_ASKED = {"thing_yes": Pattern("replies", "asked_yes"), "asked_no": Pattern("replies", "asked_no")}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_LAST = -1
_THINGS = frozenset({"finding", "condition"})
_STRAIGHT = str.maketrans({"\u2019": "'", "\u2018": "'", "`": "'"})


def read(text: str, mentions: Iterable[Mention] = ()) -> list[Mention]:
    """Acts in the order of their kind. `mentions` are what else was read: a trailing no is looked for behind them."""
    plain = text.lower().translate(_STRAIGHT)
    if len(plain) != len(text):  # some letters change their length: places would be wrong
        plain = text.translate(_STRAIGHT)
    found = [
        Mention(ACT, name, match.start(), match.end())
        for name, pattern in _PATTERNS.items()
        if (match := _first(name, pattern, plain))
    ]
    if len(plain.split()) <= _MOST_WORDS_OF_A_CORRECTION:
        found += [Mention(ACT, f"numeral:{int(m[0])}", m.start(), m.end()) for m in _NUMERAL.finditer(plain)]
    found += [Mention(ACT, "further_question", m.start(), m.end()) for m in _FURTHER.finditer(plain)]
    found += _items(plain)
    found += _rows(plain)
    found += _things(plain, mentions)
    return found


def _first(name: str, pattern: Pattern, text: str) -> re.Match[str] | None:
    """The first place that is not taken back by what stands before it."""
    unless = _UNLESS_BEFORE.get(name)
    found = pattern.finditer(text)
    return next((m for m in found if unless is None or not unless.search(text[: m.start()])), None)


def _items(text: str) -> Iterator[Mention]:
    """Lines of a list that are named by their number."""
    numbered = list(_NUMBERED.finditer(text))
    if numbered:
        for match in numbered:
            kind = "item" if match["say"].startswith("y") else "not_item"
            yield Mention(ACT, f"{kind}:{int(match['n'])}", match.start(), match.end())
        return
    if _NUMBERS_ONLY.match(text):
        words = "".join(letter if letter.isdigit() else " " for letter in text).split()
        for word in words:
            yield Mention(ACT, f"item:{int(word)}", 0, len(text))
        return
    for match in _ORDINAL.finditer(text):
        negated = _NOT_THIS.search(text[: match.start()]) is not None
        if not negated and _STRUCK_OUT.match(text[match.end() :]):
            yield Mention(ACT, "partly", match.start(), match.end())  # "the first one no": which it is gets asked
            continue
        place = int(match["n"] or match["hash"] or 0) or _place(match["word"])
        yield Mention(ACT, f"{'not_item' if negated else 'item'}:{place}", match.start(), match.end())


def _place(word: str) -> int:
    if word == "last":
        return _LAST
    return _ORDINALS.index(word) + 1 if word in _ORDINALS else int("".join(filter(str.isdigit, word)))


def _rows(text: str) -> Iterator[Mention]:
    """Nothing but yes and no, several times."""
    words = [word for word in text.replace(",", " ").replace("/", " ").replace(".", " ").split() if word]
    if len(words) > 1 and all(_ROW_WORD.match(word) for word in words):
        yield Mention(ACT, "row:" + "".join("y" if _ROW_YES.match(word) else "n" for word in words), 0, len(text))


def _things(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The thing before a trailing no: something that was read, else the words themselves."""
    known = [m for m in mentions if m.kind in _THINGS and _TRAILING_NO.match(text[m.end :])]
    for mention in known[-1:]:
        yield Mention(ACT, "thing_no", mention.start, mention.end)
    match = _THING_NO.match(text)
    if not known and match and not _NO_THING.match(match["thing"]):
        yield Mention(ACT, "thing_no", match.start("thing"), match.end("thing"))
    for name, pattern in _ASKED.items():
        for match in pattern.finditer(text):
            doubtful = name == "asked_no" and _OF_AN_ABILITY.match(match["thing"])
            yield Mention(ACT, name, match.start("thing"), match.end("thing"))
            if doubtful:
                yield Mention(ACT, "cannot", match.start("thing"), match.end("thing"))
