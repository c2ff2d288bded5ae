"""Answers and moves: `act` (yes no none unknown unsure refuse skip correction), `denied_group`, bare `number`.

Acts are read by piece of the message: "no, but my leg tingles" begins with the act "no". What "no" or "7" answers is
not known here; the dialogue decides.
"""

from __future__ import annotations

import re
from functools import lru_cache

from unknot.reading.types import HYPOTHETICAL, OTHER, PRESENT, SELF, Mention
from unknot.reading.values.context import assertion, experiencer
from unknot.reading.values.lexicon import Entry, Hit, PhraseSet, WordSet, words
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document, tokenise

_NOISE = WordSet("acts", "noise")
_NO = frozenset({"no", "nope", "nah", "nop", "naw", "nahi", "nahin"})
_YES = frozenset({"yes", "yep", "yeah", "yup", "yea", "yeh", "haan"})
_SHORT = 5  # words of a message whose last word may answer it
_AFTER_NO = WordSet("acts", "after_no")
_NO_NOUN = Pattern("acts", "no_noun")
_STARTERS = {"unknown": WordSet("acts", "unknown_goes_on"), "unsure": WordSet("acts", "unsure_goes_on")}
_NOT_ANSWER = Pattern("acts", "not_answer")
_REFUSAL = Pattern("acts", "refusal")
_SKIPS = Pattern("acts", "skips")
_NEGATORS = frozenset({"no", "not", "without", "zero", "nil", "neither", "nor"})
_STILL_GROUP = Pattern("acts", "still_group")
_TO_SOMETHING = Pattern("acts", "to_something")
_NOT_HEALTHY = Pattern("acts", "not_healthy")
_HEALTHY_THING = Pattern("acts", "healthy_thing")
_ABOUT_FOOD = Pattern("acts", "about_food")
_AROUND_NUMBER = WordSet("acts", "around_number")
_EMERGENCY_NUMBERS = frozenset({"911", "999", "112", "0", "111", "108", "102", "988", "116"})


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet, PhraseSet, PhraseSet, PhraseSet, frozenset[str]]:
    near = words().fillers - {"so", "like", "bit", "kind", "sort", "more", "actually", "a"}
    group_words = PhraseSet(["group_word"], tokenise, frozenset()).starts
    return (
        PhraseSet(["act"], tokenise, frozenset()),
        PhraseSet(["correction"], tokenise, frozenset({"the", "my", "oh"})),
        PhraseSet(["correction_weak"], tokenise, frozenset()),
        PhraseSet(["group"], tokenise, frozenset()),
        PhraseSet(["denied_phrase"], tokenise, near | {"a", "currently", "also"}),
        group_words,
    )


def read(doc: Document, used: set[int], place_or_number: set[int]) -> list[Mention]:
    """Acts, denied groups and bare numbers.

    `used` are tokens of numbers already read, `place_or_number` tokens that a correction may put right.
    """
    return _acts(doc) + _corrections(doc, place_or_number) + _denied_groups(doc) + _numbers(doc, used)


def _acts(doc: Document) -> list[Mention]:
    found: dict[str, Mention] = {}
    whole = _sets()[0].whole
    for first, last in [(0, len(doc.words)), *doc.segments]:
        entry = (
            whole([w for w in doc.words[first:last] if w not in {".", "!", ",", "?"}])
            or whole(_core(doc, first, last))
            or _tiled(_core(doc, first, last))
        )
        if entry is not None:
            start, end = doc.span(first, last)
            if entry.value == "yes" and doc.words[last : last + 1] == ["?"]:
                continue  # "... , ok?"
            if entry.value == "no" and "actually" in doc.words[first:last] and last < len(doc.words):
                continue  # "actually no, it does"
            if (
                entry.value == "no"
                and first > 0
                and doc.words[first - 1] == ","
                and doc.words[last : last + 1] == [","]
            ):
                continue  # "my neck, no, my upper back" takes something back
            found.setdefault(str(entry.value), Mention("act", entry.value, start, end))
            if (first, last) == (0, len(doc.words)):
                return list(found.values())
    for first, last in doc.segments:
        opening = _opening(doc, first, last)
        if opening is not None:
            value, end_token = opening
            start, end = doc.span(first, end_token)
            found.setdefault(value, Mention("act", value, start, end))
    if 2 <= len(doc.words) <= _SHORT and doc.words[-1] in _YES and not found:
        start, end = doc.span(len(doc.words) - 1, len(doc.words))
        found["yes"] = Mention("act", "yes", start, end)  # "both legs yes"
    for pattern, value in ((_REFUSAL, "refuse"), (_SKIPS, "skip")):
        match = pattern.search(doc.s)
        if match and value not in found:
            start, end = doc.span(*doc.range_of(match))
            found[value] = Mention("act", value, start, end)
    return list(found.values())


def _tiled(tokens: list[str]) -> Entry | None:
    """Several answers of one kind in a row: "sort of, i guess"."""
    if not 2 <= len(tokens) <= 8:
        return None
    whole = _sets()[0].whole
    at, entries = 0, []
    while at < len(tokens):
        size, entry = next(
            ((n, e) for n in range(min(5, len(tokens) - at), 0, -1) if (e := whole(tokens[at : at + n]))), (0, None)
        )
        if entry is None:
            return None
        entries.append(entry)
        at += size
    values = {e.value for e in entries}
    if values == {"no", "none"}:
        return next(e for e in entries if e.value == "none")
    return entries[0] if len(values) == 1 else None


def _core(doc: Document, first: int, last: int) -> list[str]:
    core = [w for w in doc.words[first:last] if w not in _NOISE and w not in {".", "!", ",", "?"}]
    return core or [w for w in doc.words[first:last] if w in {"ok", "sure"}]


def _opening(doc: Document, first: int, last: int) -> tuple[str, int] | None:
    """The answer a longer piece begins with: "no i have not had any", "yeah it is", "not sure how long"."""
    at = first
    while at < last and doc.words[at] in _NOISE:
        at += 1
    tokens = doc.words[at:last]
    if len(tokens) < 2:
        return None
    whole = _sets()[0].whole
    for size in range(min(5, len(tokens) - 1), 0, -1):
        entry = whole(tokens[:size])
        if entry is None:
            continue
        value, rest = str(entry.value), tokens[size:]
        if _opens(value, tokens[:size], rest, first == 0 or doc.words[first - 1] in {".", "!", "?", "but"}):
            return value, at + size
    return None


def _opens(value: str, head: list[str], rest: list[str], starts_sentence: bool) -> bool:
    if not starts_sentence or rest[0] in {"worries", "problem", "prob", "probs"}:
        return False
    if value == "no":
        if len(head) == 1 and head[0] == "no":
            return rest[0] in _AFTER_NO and not _NO_NOUN.match(" ".join(rest))
        return (
            head[0] in _NO
            or head[0] in _YES
            or (
                head[0] in {"not", "definitely", "absolutely"}
                and len(head) > 1
                and rest[0] in {"i", "it", "my", "no", "because", "just", "they", "though"}
            )
        )
    if value == "yes":
        return head[0] in _YES
    if value == "none":
        return (
            bool({"none", "neither"} & set(head))
            or head[0] in {"nope", "nah"}
            or (head[0] == "no" and len(head) > 1 and rest[0] in _AFTER_NO)
        )
    if value in _STARTERS:
        tail = " ".join(rest)
        return (
            rest[0] in _STARTERS[value]
            and not _NOT_ANSWER.match(tail)
            and (len(head) > 1 or head[0] in {"dunno", "unsure"})
            and head[:1] not in (["a"], ["i", "think"])
        )
    return False


def _corrections(doc: Document, targets: set[int]) -> list[Mention]:
    _, strong, weak, _, _, _ = _sets()
    for hit in strong.find(doc.words):
        if assertion(doc, hit.first) != HYPOTHETICAL or hit.first == 0:
            return [Mention("act", "correction", *doc.span(hit.first, hit.last))]
    for hit in weak.find(doc.words):
        if hit.first and doc.words[hit.first - 1] in {"now", "is", "feel"} and doc.words[hit.first] == "more":
            continue  # "it was a 9, now more like 3"
        opens = hit.first == 0 or doc.words[hit.first - 1] in {".", ",", "!", "but", "no", "well", "oh", "um", "ok"}
        near = any(hit.first - 6 <= t <= hit.last + 6 for t in targets)
        opens = opens or any(hit.first - 6 <= t < hit.first for t in targets)
        negated_place = doc.words[hit.first] == "not" and bool(targets)
        if near and (opens or negated_place):
            return [Mention("act", "correction", *doc.span(hit.first, hit.last), confidence=0.8)]
    return []


def _denied_groups(doc: Document) -> list[Mention]:
    _, _, _, groups, phrases, group_words = _sets()
    found: dict[str, Mention] = {}
    hits = groups.find(doc.words)
    inside = {i for h in hits for i in range(h.first, h.last)}
    for hit in hits:
        negator = _negator(doc, hit, inside, group_words)
        after = doc.s[min(doc.offset(hit.last), len(doc.s)) :]
        if (
            negator is None
            or _STILL_GROUP.match(after)
            or (hit.entry.value == "allergies" and _TO_SOMETHING.match(after))
        ):
            continue
        _add(doc, found, str(hit.entry.value), negator, hit.last, 1.0)
    for hit in phrases.find(doc.words):
        before = doc.s[: doc.offset(hit.first)]
        after = doc.s[min(doc.offset(hit.last), len(doc.s)) :]
        text = doc.text_of((hit.first, hit.last))
        if _HEALTHY_THING.match(after) or (_STILL_GROUP.match(after) and hit.entry.value == "medicines"):
            continue
        if hit.entry.value == "conditions" and (_NOT_HEALTHY.search(before) or _ABOUT_FOOD.search(before)):
            continue
        if (
            hit.entry.value == "allergies"
            and _TO_SOMETHING.match(after)
            and not text.endswith(("anything", "any", "medicine", "drugs", "nothing"))
        ):
            continue
        menopause = hit.entry.value == "pregnancy" and "pregnan" not in text
        _add(doc, found, str(hit.entry.value), hit.first, hit.last, 0.8 if menopause else 1.0)
    return list(found.values())


def _negator(doc: Document, hit: Hit, inside: set[int], group_words: frozenset[str]) -> int | None:
    """The "no" that governs a group noun: "no (other) medical conditions, medicines or allergies"."""
    at = hit.first - 1
    while at >= 0 and hit.first - at < 14:
        word = doc.words[at]
        if word in _NEGATORS:
            # "not taking my medicine" tells of a medicine; "not on any medicine" denies.
            return None if word == "not" and "my" in doc.words[at : hit.first] else at
        if word not in group_words and at not in inside:
            return None
        at -= 1
    return None


def _add(doc: Document, found: dict[str, Mention], value: str, first: int, last: int, confidence: float) -> None:
    if assertion(doc, first) == HYPOTHETICAL:
        return
    who = experiencer(doc, first)
    if who == OTHER and re.search(r"\bi am\b", doc.text_of(doc.segment_of(first))):
        who = SELF
    found.setdefault(value, Mention("denied_group", value, *doc.span(first, last), PRESENT, who, confidence))


def _numbers(doc: Document, used: set[int]) -> list[Mention]:
    if not doc.has_number:
        return []
    found: list[Mention] = []
    for first, last in doc.segments:
        numbered = [i for i in range(first, last) if doc.tokens[i].number is not None]
        if not numbered or used & set(numbered):
            continue
        others = [doc.words[i] for i in range(first, last) if i not in numbered]
        if "not" in others and len(numbered) == 1 and len(doc.segments) > 1:
            continue  # "not 8, 6"
        if all(w in _AROUND_NUMBER for w in others) and not (doc.words[numbered[0]] == "one" and len(others) > 2):
            for i in numbered:
                value = doc.tokens[i].number or 0.0
                if (doc.words[i] in _EMERGENCY_NUMBERS and doc.words[i] != "0") or value > 9999:
                    continue
                found.append(Mention("number", int(value + 0.5), doc.tokens[i].start, doc.tokens[i].end))
    return found
