"""How bad it is: `severity`, a whole number 0 to 10, from numbers ("8/10", "like an 8", "7 or 8") and words ("agony").

Of several numbers the one that holds now counts ("went from 8 to 5": 5), of a range the upper end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from clinical_text.types import HYPOTHETICAL, PAST, Mention
from clinical_text.values.context import assertion, experiencer, is_over
from clinical_text.values.lexicon import PhraseSet, words
from clinical_text.values.patterns import Pattern
from clinical_text.values.text import Document, tokenise






_OUT_OF_TEN = Pattern("severity", "out_of_ten")
_LABELLED = Pattern("severity", "labelled")
_ARTICLE = Pattern("severity", "article")
_BETWEEN = Pattern("severity", "between")
_CHANGE = Pattern("severity", "change")
_RANGE_ALONE = Pattern("severity", "range_alone")
_IT_IS = Pattern("severity", "it_is")
_DOING = Pattern("severity", "doing")
_PEAKS = Pattern("severity", "peaks")
_MEANT = Pattern("severity", "meant")
_FROM_TO = Pattern("severity", "from_to")
_OPINION = Pattern("severity", "opinion")
_AFTER_UNIT = Pattern("severity", "after_unit")
_FOLLOW = Pattern("severity", "follow")
_PAST_BEFORE = Pattern("severity", "past_before")
_PAST_AFTER = Pattern("severity", "past_after")
_NOW = Pattern("severity", "now")
_CORRECTS = Pattern("severity", "corrects")
_NEGATED_BEFORE = Pattern("severity", "negated_before")
_OTHER_NOUN = Pattern("severity", "other_noun")
_NOT_A_SCORE = Pattern("severity", "not_a_score")
_NOT_A_LEVEL = Pattern("severity", "not_a_level")
_ANCHORED = Pattern("severity", "anchored")
_TAKING = Pattern("severity", "taking")
_I_AM = Pattern("severity", "i_am")
_CANNOT_WITHOUT = Pattern("severity", "cannot_without")
_BAD_OTHER = Pattern("severity", "bad_other")
_PAIN_GONE_WHERE = Pattern("severity", "pain_gone_where")
_NO_PAIN_PLACE = Pattern("severity", "no_pain_place")
_OTHER_PART = Pattern("severity", "other_part")
_BACK_NEXT = Pattern("severity", "back_next")
_PREDICATE_END = Pattern("severity", "predicate_end")
_AROUND_WORD = frozenset({"it", "is", "just", "um", "uh", "well", ".", "!", ",", "oh", "the", "pain", "my"})
_MAX_AFTER = 6
_MOST = 20  # numbers weighed against each other


@dataclass(frozen=True)
class _Found:
    value: int
    first: int
    last: int
    strength: int  # 3 out of ten, 2 labelled, 1 bare; words 0
    now: bool
    past: bool


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet, frozenset[str], frozenset[str]]:
    skip = words().fillers - {"so", "very", "really", "quite", "pretty", "kind", "bit", "more", "like"}
    pain = PhraseSet(["pain_word"], tokenise, skip).starts
    body = PhraseSet(["body_word"], tokenise, skip).starts
    return PhraseSet(["severity"], tokenise, skip), PhraseSet(["severity_word"], tokenise, skip), pain, body


@lru_cache(maxsize=1)
def _alone() -> PhraseSet:
    return PhraseSet(["severity_alone"], tokenise, frozenset())


def read(doc: Document, taken: set[int]) -> tuple[list[Mention], set[int]]:
    """The severity, at most one mention, and the tokens of all numbers that speak of it; `taken` tokens are left alone."""
    numbers = _numbers(doc) if doc.has_number else []
    numbers = [f for f in numbers if f.strength == 3 or not taken & {i for i in range(f.first, f.last) if doc.tokens[i].number is not None}]
    used = {i for f in numbers for i in range(f.first, f.last)}
    found = _choose(doc, numbers) if numbers else _word(doc)
    if found is None:
        return [], used
    sense = assertion(doc, found.first)
    if sense != HYPOTHETICAL and not numbers and is_over(doc, found.first):
        sense = PAST
    start, end = doc.span(found.first, found.last)
    return [Mention("severity", found.value, start, end, sense, experiencer(doc, found.first), 1.0 if numbers else 0.9)], used


def _numbers(doc: Document) -> list[_Found]:
    found: list[_Found] = []
    s = _FROM_TO.sub(lambda m: "#" * len(m.group()), doc.s)
    for match in _CHANGE.finditer(s):
        a, b = _value(match["a"]), _value(match["b"])
        scaled = "/ 10" in match.group() or "out of 10" in match.group()
        if a <= 10 and b <= 10 and (scaled or (_plain_after(s, match.end("b")) and _plain_after(s, match.end("a"), strict=False))):
            first = doc.token_at(match.start("a"))
            return [_Found(_scale(b), first, doc.token_at(max(match.end() - 1, 0)) + 1, 3, True, False)]
    for match in islice(_OUT_OF_TEN.finditer(s), _MOST):
        if re.search(r"\b(?:since|until|till|dated?|on the) $", s[max(0, match.start() - 12) : match.start()]):
            continue
        if re.search(r"(?:\bin|from|on) (?:10|100)$", match.group()) and not re.match(r"^(?: ?[.,!?]| ?$| pain| now| and| but)", s[match.end() :]):
            continue
        hundred = match.group().endswith("100") and max(_values(match)) > 12
        found.append(_make(doc, match, 3, scale=10 if hundred else 1))
    found += [_make(doc, m, 3) for m in _PEAKS.finditer(s) if found and _acceptable(doc, m, _PEAKS)]
    if not found:
        for pattern, strength in ((_LABELLED, 2), (_BETWEEN, 2), (_RANGE_ALONE, 2), (_OPINION, 1), (_ARTICLE, 1), (_DOING, 1), (_PEAKS, 1), (_IT_IS, 1), (_MEANT, 1)):
            for match in pattern.finditer(s):
                if _acceptable(doc, match, pattern):
                    new = _make(doc, match, strength)
                    if all(new.last <= f.first or new.first >= f.last for f in found):
                        found.append(new)
    return sorted(found, key=lambda f: f.first)[:_MOST]


def _acceptable(doc: Document, match: re.Match[str], pattern: Pattern) -> bool:
    values = _values(match)
    if max(values) > (12 if pattern in (_LABELLED, _BETWEEN) else 10) and not (pattern is _LABELLED and max(values) in (11, 12, 15, 20, 100, 1000)):
        return False
    last_end = match.end("b") if match["b"] else match.end("a")
    if not _plain_after(doc.s, last_end, strict=pattern is not _DOING) or (pattern is not _DOING and not _plain_after(doc.s, match.end(), strict=True)):
        return False
    if match["b"] and not _plain_after(doc.s, match.end("a"), strict=False):
        return False
    if "one" in (match["a"], match["b"]) and pattern in (_ARTICLE, _OPINION):
        return False
    before = doc.s[max(0, match.start("a") - 40) : match.start("a")]
    if pattern is _LABELLED and _NOT_A_SCORE.search(before):
        return False
    if pattern is _ARTICLE and _NOT_A_LEVEL.search(before):
        anchored = _ANCHORED.search(before)
        if not anchored or _I_AM.search(before):
            return False
    if pattern is _OPINION and _TAKING.search(before) and not re.search(r"\b(?:a|an|at|like) $", before):
        return False
    return not (pattern is _BETWEEN and re.search(r"\b(?:vertebra\w*|disc|disk|age|l)\b", before))


def _plain_after(s: str, position: int, strict: bool = True) -> bool:
    after = s[position : position + 24]
    if _AFTER_UNIT.match(after):
        return False
    return bool(_FOLLOW.match(after)) if strict else True


def _values(match: re.Match[str]) -> list[float]:
    return [_value(match[g]) for g in ("a", "b") if match[g]]


def _value(text: str) -> float:
    return 1.0 if text == "one" else float(text)


def _scale(value: float) -> int:
    return max(0, min(10, int(value + 0.5)))


def _make(doc: Document, match: re.Match[str], strength: int, scale: int = 1) -> _Found:
    first = doc.token_at(match.start("a"))
    last = doc.token_at(max(match.end() - 1, 0)) + 1
    sentence = doc.sentence_of(first)
    before = doc.s[doc.offset(sentence[0]) : match.start("a")]
    after = doc.s[match.end() : doc.offset(sentence[1])]
    near = re.split(r" , | but | and now ", before)[-1] + " " + re.split(r" , | but | and ", after)[0]
    past = bool(_PAST_BEFORE.search(before) or _PAST_AFTER.match(after))
    return _Found(_scale(max(_values(match)) / scale), first, last, strength, bool(_NOW.search(near)), past)


def _choose(doc: Document, found: list[_Found]) -> _Found | None:
    kept = [f for f in found if not _taken_back(doc, f, found)]
    if not kept:
        return None
    current = [f for f in kept if f.now]
    if current and len(kept) > 1:
        return current[-1]
    present = [f for f in kept if not f.past]
    pool = present or kept[-1:]
    corrected = [f for f in pool[1:] if _CORRECTS.search(doc.s[doc.offset(pool[0].last) : doc.offset(f.first)])]
    return corrected[-1] if corrected else max(pool, key=lambda f: (f.strength, f.value))


def _taken_back(doc: Document, item: _Found, found: list[_Found]) -> bool:
    before = doc.s[max(0, doc.offset(item.first) - 40) : doc.offset(item.first)]
    return len(found) > 1 and bool(_NEGATED_BEFORE.search(before))


def _word(doc: Document) -> _Found | None:
    phrases, adjectives, _, _ = _sets()
    found: list[_Found] = []
    for hit in phrases.find(doc.words):
        before = doc.s[max(0, doc.offset(hit.first) - 40) : doc.offset(hit.first)]
        if _phrase_misleads(doc, hit.first, hit.last, int(hit.entry.value)):
            continue
        negated = bool(_NEGATED_BEFORE.search(before)) and not _impossible_without(doc, hit.first)
        value = 4 if negated and int(hit.entry.value) > 4 else int(hit.entry.value)
        if negated and int(hit.entry.value) <= 4:
            continue
        found.append(_Found(value, hit.first, hit.last, 2, False, False))
    for hit in adjectives.find(doc.words):
        if any(f.first < hit.last and hit.first < f.last for f in found) or not _about_pain(doc, hit.last):
            continue
        before = doc.s[max(0, doc.offset(hit.first) - 40) : doc.offset(hit.first)]
        value = int(hit.entry.value)
        if _NEGATED_BEFORE.search(before) and not _impossible_without(doc, hit.first):
            if value < 8 or re.search(r"\b(?:no|without) $", before):
                continue
            value = 4
        found.append(_Found(value, hit.first, hit.last, 1, False, False))
    if not found and (entry := _alone().whole([w for w in doc.words if w not in _AROUND_WORD])):
        found.append(_Found(int(entry.value), 0, len(doc.words), 1, False, False))
    found = [f for f in found if not re.search(r"\b(?:dad|mum|used to be|was) (?:\w+ )?$", doc.s[max(0, doc.offset(f.first) - 14) : doc.offset(f.first)]) or len(found) == 1]
    return _choose_word(doc, sorted(found, key=lambda f: f.first))


def _impossible_without(doc: Document, token: int) -> bool:
    """ "Could barely move without excruciating pain" asserts the pain."""
    sentence = doc.sentence_of(token)
    before = doc.s[doc.offset(sentence[0]) : doc.offset(token)]
    return bool(_CANNOT_WITHOUT.search(before))


def _choose_word(doc: Document, found: list[_Found]) -> _Found | None:
    if not found:
        return None
    corrected = [f for f in found[1:] if _CORRECTS.search(doc.s[doc.offset(found[0].last) : doc.offset(f.first)])]
    if corrected:
        return corrected[-1]
    asserted = [f for f in found if assertion(doc, f.first) != HYPOTHETICAL] or found
    return max(asserted, key=lambda f: f.value)


def _phrase_misleads(doc: Document, first: int, last: int, value: int) -> bool:
    text = doc.text_of((first, last))
    segment = doc.text_of(doc.segment_of(first))
    before = doc.s[max(0, doc.offset(first) - 30) : doc.offset(first)]
    after = doc.s[max(doc.offset(last) - 1, 0) : doc.offset(last) + 30]
    if re.search(r"\b(?:feel|felt|feeling) ?$", before) and text.endswith(" bad"):
        return True
    if _BAD_OTHER.match(after) and "bad" in text:
        return True
    if value == 0:
        return bool(_PAIN_GONE_WHERE.match(after)) or bool(_NO_PAIN_PLACE.match(after)) or "?" in doc.words or assertion(doc, first) == HYPOTHETICAL
    if "max" in text.split() and re.search(r"strength|dose|\d", segment):
        return True
    if text in {"moderate", "medium", "moderately"} and not _about_pain(doc, last):
        return True
    if text in {"half way", "in between", "average", "worse possible"}:
        return bool(last - first < len(doc.words)) and text != "average"
    if text.startswith("not ") and re.match(r" (?:enough|a|an|that)\b", after):
        return True
    return bool(_OTHER_NOUN.match(after.strip())) or bool(_OTHER_PART.search(segment) and "back" not in segment)


def _about_pain(doc: Document, last: int) -> bool:
    """Whether a word such as "severe" speaks of the pain: a word of pain follows, or nothing it could belong to."""
    _, _, pain, body = _sets()
    if last >= len(doc.words):
        return True
    for word in doc.words[last : last + _MAX_AFTER]:
        if word in pain and word != "back":
            return True
        if _OTHER_NOUN.fullmatch(word):
            return False
        if word not in body:
            break
    after = doc.s[max(doc.offset(last) - 1, 0) :]
    if _BACK_NEXT.match(after):
        return True
    return bool(_PREDICATE_END.match(after))
