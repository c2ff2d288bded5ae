"""Who it is about: `age` (years), `sex`, `pregnancy_weeks`; of somebody else with experiencer "other"."""

from __future__ import annotations

import re
from functools import lru_cache

from unknot.reading.types import HYPOTHETICAL, OTHER, POSSIBLE, PRESENT, SELF, Mention
from unknot.reading.values.context import KIN, assertion, experiencer, other_person
from unknot.reading.values.lexicon import PhraseSet, words
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.pregnancy import read_pregnancy
from unknot.reading.values.text import Document, tokenise

AGE_NAMES = (
    "years_old", "yo", "age_is", "age_dash", "years_sex", "number_sex", "sex_number", "turned", "i_am_n",
    "he_is_n", "n_here", "and_n", "over_years", "at_the_age", "will_be", "alone", "at_n",
)  # fmt: skip
_AGES_SAID = tuple(Pattern("person", name) for name in AGE_NAMES)
_DECADE = Pattern("person", "decade")
_DECADES = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}
_BORN = Pattern("person", "born")
_RELATIVE_AGE = Pattern("person", "relative_age")
_KIN_AFTER = Pattern("person", "kin_after")
_OBJECT = Pattern("person", "object")
_HISTORY = Pattern("person", "history")
_SEX_FRAME = Pattern("person", "sex_frame")
_WHEN_I_WAS = Pattern("person", "when_i_was")
_FEELS_OLD = Pattern("person", "feels_old")
_LIMIT_BEFORE = Pattern("person", "limit_before")
_SELF_SEX_AFTER = Pattern("person", "self_sex_after")
_SEX_OF_OTHER = Pattern("person", "sex_of_other")
_SEX_LETTER = Pattern("person", "sex_letter")
_NOT_PREGNANT_BEFORE = Pattern("person", "not_pregnant_before")


_BESIDE_SEX = frozenset(
    {".", ",", "!", "/", "-", "year", "old", "a", "just", "um", "here", "i", "am", "age", "aged", ":"}
)


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet]:
    return PhraseSet(["sex"], tokenise, words().fillers - {"my", "a", "so", "like"}), PhraseSet(
        ["kin_sex"], tokenise, frozenset({"my", "in"})
    )


def read(doc: Document, year: int) -> tuple[list[Mention], set[int]]:
    """Age, sex and weeks of pregnancy, with the tokens they took."""
    weeks, used = read_pregnancy(doc)
    ages, tokens = _ages(doc, year)
    return ages + _sex(doc) + weeks, used | tokens


def _ages(doc: Document, year: int) -> tuple[list[Mention], set[int]]:
    found: list[Mention] = []
    used: set[int] = set()
    if doc.has_number:
        for pattern in _AGES_SAID:
            for match in pattern.finditer(doc.s):
                group = "n" if match.groupdict().get("n") else "n2"
                _take(doc, match, int(match[group]), found, used)
        _relatives(doc, found, used)
        for match in _BORN.finditer(doc.s):
            _take(doc, match, year - int(match["y"]), found, used)
    for match in _DECADE.finditer(doc.s):
        groups = match.groupdict()
        start = (
            int(groups["d"] or groups["d2"]) if groups["d"] or groups["d2"] else _DECADES[groups["w"] or groups["w2"]]
        )
        text = match.group()
        _take(doc, match, start + (2 if "early" in text else 8 if "late" in text else 5), found, used)
    return found, used


def _take(doc: Document, match: re.Match[str], age: int, found: list[Mention], used: set[int]) -> None:
    first, last = doc.range_of(match)
    while first < last - 1 and not doc.words[first][0].isalnum():
        first += 1
    if not 0 < age <= 115 or used & set(range(first, last)):
        return
    before = doc.s[max(0, match.start() - 50) : match.start()]
    text = match.group()
    if _HISTORY.search(before) or _WHEN_I_WAS.search(before):
        used.update(range(first, last))  # a number understood, though no age of today
        return
    if (
        text.startswith(("i am", "am", "he", "she"))
        and age <= 10
        and "year" not in text
        and not doc.s[match.end() :].startswith((" year old", " years old"))
    ):
        return
    if _FEELS_OLD.search(before) and "old" in doc.s[match.start() : match.end() + 10]:
        used.update(range(first, last))
        return
    after = doc.s[match.end() : match.end() + 40]
    who = experiencer(doc, first)
    own = re.search(r"\bi am (?:an? )?$", before)
    named = not own and _KIN_AFTER.match(after) and not _SELF_SEX_AFTER.match(after)
    if text.startswith("i am") and not named:
        who = SELF
    elif (
        "year old" in text + after[:9]
        and re.search(r"\b(?:my|our) $", before)
        and not re.match(r" (?:female|male|woman|man|body)\b", after)
    ):
        if age < 18 and not named:  # "my 3 year old jumped on my back": a child that only comes in
            used.update(range(first, last))
            return
        who = OTHER
    elif _OBJECT.search(before) and "year" in text and not re.search(r"\b(?:male|female|man|woman)\b", text):
        used.update(range(first, last))
        return
    elif named or (KIN.search(text)):
        who = OTHER
        if _OBJECT.search(before):
            used.update(range(first, last))  # the child that was lifted
            return
    if _LIMIT_BEFORE.search(before) and "old" not in text:
        return
    if ("turn" in text and "turning" in text) or (
        re.search(r"\b(?:nearly|almost|about to|will)\b", text) and "turn" in text
    ):
        age -= 1
    sense = POSSIBLE if assertion(doc, first) == HYPOTHETICAL else PRESENT
    start, end = doc.span(first, last)
    found.append(Mention("age", age, start, end, sense, who))
    used.update(range(first, last))


def _relatives(doc: Document, found: list[Mention], used: set[int]) -> None:
    _, kin = _sets()
    for match in _RELATIVE_AGE.finditer(doc.s):
        first = doc.token_at(match.start("n"))
        if kin.whole(match["kin"].split()) is None:
            continue
        if _OBJECT.search(doc.s[: match.start()].removesuffix("my ")):
            used.add(first)
            continue
        if first in used or not 0 < int(match["n"]) <= 115:
            continue
        used.add(first)
        start, end = doc.span(first, first + 1)
        found.append(Mention("age", int(match["n"]), start, end, PRESENT, OTHER))


def _sex(doc: Document) -> list[Mention]:
    said, kin = _sets()
    found: list[Mention] = []
    for hit in said.find(doc.words):
        text = doc.text_of((hit.first, hit.last))
        before = doc.s[: doc.offset(hit.first)]
        after = doc.s[doc.offset(hit.last) :]
        certain = (
            text in {"female", "male"}
            or " " in text
            or text in {"menopausal", "pregnant", "postmenopausal", "breastfeeding"}
        )
        bare = all(
            doc.tokens[i].number is not None or doc.words[i] in _BESIDE_SEX
            for i in range(len(doc.words))
            if not hit.first <= i < hit.last
        )
        if not (certain or bare or _SEX_FRAME.search(before)) or (
            text in {"girl", "boy", "man", "dude", "guy", "lad", "mama"} and not (bare or _SEX_FRAME.search(before))
        ):
            continue
        if text in {"pregnant", "breastfeeding", "menopause", "hysterectomy", "menopausal"} and _denied(
            doc, hit.first
        ):
            continue
        if re.search(r"\b(?:not|no) (?:a |an )?$", before) or _SEX_OF_OTHER.match(after):
            continue
        start, end = doc.span(hit.first, hit.last)
        who = experiencer(doc, hit.first)
        if re.search(r"\bi am (?:[a-z0-9,]+ ){0,5}$", before):
            who = SELF
        sense = POSSIBLE if assertion(doc, hit.first) == HYPOTHETICAL else PRESENT
        found.append(Mention("sex", hit.entry.value, start, end, sense, who))
    found += _sex_letter(doc)
    if not found:
        match = other_person(doc)
        if match is not None:
            for hit in kin.find(doc.words[doc.token_at(match.start()) : doc.token_at(match.end() - 1) + 1]):
                first = doc.token_at(match.start()) + hit.first
                if experiencer(doc, min(first + 1, len(doc.words) - 1)) == OTHER:
                    start, end = doc.span(first, first + 1)
                    found.append(Mention("sex", hit.entry.value, start, end, PRESENT, OTHER, 0.9))
    unique: dict[tuple[str | int, str], Mention] = {}
    for mention in found:
        unique.setdefault((mention.value, mention.experiencer), mention)
    return list(unique.values())


def _sex_letter(doc: Document) -> list[Mention]:
    """ "45F", "M32", "32/m"."""
    found = []
    for match in _SEX_LETTER.finditer(doc.s):
        group = next(g for g in ("l", "l2", "l3") if match[g])
        first = doc.token_at(match.start(group))
        start, end = doc.span(first, first + 1)
        if re.match(r" (?:fall|high|drop)", doc.s[match.end() :]):
            continue
        found.append(
            Mention("sex", "female" if match[group] == "f" else "male", start, end, PRESENT, experiencer(doc, first))
        )
    return found


def _denied(doc: Document, token: int) -> bool:
    return bool(_NOT_PREGNANT_BEFORE.search(doc.s[: doc.offset(token)]))
