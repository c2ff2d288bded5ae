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
from clinical_text.values.text import Document, tokenise

_N = r"(?:\d+(?:\.\d+)?|one)"
_TO = r"(?:or|to|-|and|/|maybe|,|perhaps|or maybe|maybe even|perhaps even|even|possibly|, maybe|, or|, sometimes|, possibly|sometimes|and a|or a|or an|to a|to an|or even|maybe a|maybe an)"
_RANGE = rf"(?P<a>{_N})(?: ?\+)?(?: {_TO} (?P<b>{_N}))?(?: ?\+| ish| plus)?"
_SCALE = r"(?:/|out of|of|over|on|outof|in|from|on a scale of|on scale of|on the scale of|on a scale to|out of a possible|on a scale from (?:0|1|one) to|on a scale of (?:0|1|one) to|on a scale (?:0|1) -)"
_ADVERB = (
    r"(?:#+|about|around|like|at|to|a|an|maybe|probably|now|currently|today|is|was|it|be|been|of|say|the|only|just|roughly|easily|definitely|nearly|almost|close|"
    r"up|down|back|level|number|rated|rating|score|scale|as|i|would|solid|good|strong|still|stays|sitting|hovering|between|from|currently|perhaps|honestly|:|,|right|has|gone|"
    r"went|dropped|approximately|my|call|hits|hitting|feel|feels|more|more like|somewhere|on|its|in|this|morning|moment|one|0|1|10|-|guess|think|reckon|=|intensity|severity|out|well|really|kind|going|this|that)"
)
_OUT_OF_TEN = re.compile(rf"(?<![\d.])\b{_RANGE} ?(?:pain )?{_SCALE} (?:10\b|100\b|#+)(?! (?:mg|people|times|kg|days?|years?|minutes?|hours?|weeks?))")
_LABELLED = re.compile(
    rf"\b(?:pain|severity|level|scale|score|rating|rate|rated|intensity|hurt|spasm|ache|discomfort|out of 10|out of ten)\b(?: {_ADVERB}){{0,9}}? {_RANGE}(?! ?[\d/:])"
)
_ARTICLE = re.compile(
    rf"\b(?:a|an|like|say|solid|at|more like|closer to|make that|make it|easily|rather|now|to|probably|maybe|definitely|around|about|still|nearly|almost)"
    rf"(?: (?:a|an|solid|good|strong|steady|constant|full|hard|low|high|bad|big|about|maybe|around|easy|sold|firm|clear|straight|roughly|like|between|probably|about|to|around|the))* {_RANGE}"
)
_BETWEEN = re.compile(rf"\b(?:between|btw|from) (?:a |an )?(?P<a>{_N}) (?:and|to|-|&|or) (?:a |an )?(?P<b>{_N})\b")
_CHANGE = re.compile(
    rf"\b(?:from|was|started at|started as|started|been|is)(?: {_ADVERB})*? (?P<a>{_N})(?: (?:/|out of) 10)?(?: [a-z,]+){{0,5}}? (?:to|now|down to|up to|but now|and now)(?: {_ADVERB})*? (?P<b>{_N})\b(?: (?:/|out of) 10)?"
)
_RANGE_ALONE = re.compile(rf"^(?:(?:um|uh|i|would|say|it|is|maybe|probably|like|about|around|between|a|an|think|guess|at|pain|well|so|now|,|to|yes|ok) )*(?P<a>{_N}) (?:or|to|-|/|and|maybe|or maybe|, maybe|, or) (?:a |an |maybe |even )*(?P<b>{_N})(?: (?:maybe|i guess|i think|probably|ish|now|today|\.|!|pain|,))*$")
_IT_IS = re.compile(rf"\b(?:it|that|this|mine|pain) (?:is|was) (?:(?:now|about|around|like|at|maybe|probably|still|currently|only|just|more|roughly) )*{_RANGE}(?! ?[\d/:])")
_DOING = re.compile(
    rf"(?<![\d.])\b{_RANGE} (?:at (?:rest|worst|best|night|its worst|the moment)|when (?:i|it|moving|sitting|lying|standing|still|resting|walking)|moving|if i|lying|sitting|standing|resting|"
    r"on movement|with movement|right now|now|currently|atm|rn|today|in the (?:morning|evening|day|night|afternoon)|by (?:evening|night|the evening)|mornings?|nights?|at most|while|whenever|most of the time)\b"
)
_PEAKS = re.compile(rf"\b(?:sometimes|up to|goes to|reaching|reaches|peaks at|spikes to|jumps to|hits|hitting|as high as|as bad as) (?:an? |about |around )*{_RANGE}")
_MEANT = re.compile(rf"\b(?:sorry|meant|mean|make it|make that|change (?:it|that) to|correction|should be|should have been|typo|wait|actually)(?: (?:i|it|is|to|be|more|like|say|no|,|a|an))* {_RANGE}(?=$| ?[.!,]| not| sorry)")
_FROM_TO = re.compile(r"(?<!went )(?<!gone )(?<!jumped )(?<!goes )(?<!going )(?<!shot )(?:(?<=scale of )|(?<=scale from )|(?<=scale )|(?<=scale is )|(?<=scale between )|(?<=out of )|(?<=from )|(?<=of ))"
                      r"(?:0|1|one) (?:to|-|and|through|thru|/) 10\b|\b(?:0|1|one) (?:to|-) 10(?= scale)")  # fmt: skip
_OPINION = re.compile(rf"\bi (?:would|will|rate|am)(?: (?:say|give|call|rate|put|it|to|at|a|an|is|around|about|like|probably|as|my|pain|the))* {_RANGE}")
_AFTER_UNIT = re.compile(
    r"^ ?(?:day|week|month|year|hour|minute|second|mg|ml|kg|g|lb|lbs|stone|tablet|pill|cm|mm|feet|foot|ft|inch|mile|km|st\b|nd\b|rd\b|th\b|am\b|pm\b|%|percent|times|x\b|"
    r"o clock|oclock|kids?|child|people|doctor|weeks|pregnan|yo\b|f\b|m\b|male|female|fortnight|decade|mcg|litre|beers?|glass|units?|paracetamol|ibuprofen|advil|aleve|"
    r"of (?:them|those|us|my|the)|night|am,|degrees?|c\b|other|different|more|discs?|disks?|vertebra|surger|operation|miscarr|siblings|sons|daughters|steps|stairs|flights|"
    r"boxes|bags|box|guys?|months|and a half (?:hour|day|week|month|year)|morning|summer|half)"
)
_FOLLOW = re.compile(
    r"^ ?(?:$|[.,!?;/+:)]|(?:out|on|at|now|today|right|and|but|when|with|for|if|or|to|maybe|probably|really|in|though|the|because|i|it|pain|ish|after|before|as|while|most|sometimes|"
    r"currently|atm|rn|honestly|this|last|so|than|not|sorry|earlier|yesterday|please|thanks|lol|all|until|since|my|easily|easy|plus|whenever|even|still|constantly|down|up|is|was|of|is|usually|"
    r"mate|doc|tbh|imo|max|tops|possibly|perhaps|by|from|worse|hurt|overall|just|can|cannot|then|which|scale|level|having|actually|started|starts|began|sir|madam|doctor|bro|dude|man|ji|yaar|lol|yeah|even|but|no|yes|currently|standing|lying|sitting|moving|bad|when)\b)"
)
_PAST_BEFORE = re.compile(r"\b(?:was|were|yesterday|earlier|last (?:night|week|time)|started|began|at first|initially|used to|had been|went from|from|came down from|before)\b[^.,]*$")
_PAST_AFTER = re.compile(r"^[ /\w]{0,14}\b(?:yesterday|earlier|last (?:night|week|time)|before|at first|initially|this morning|when it started)\b")
_NOW = re.compile(r"\b(?:now|today|currently|at the moment|atm|right now|rn|down to|up to|dropped to|gone to|currently)\b")
_CORRECTS = re.compile(r"\b(?:not|no|sorry|actually|i mean|i meant|meant|make that|more like|rather|closer to|wait)\b")
_NEGATED_BEFORE = re.compile(r"\b(?:not|no|never|without|nor|than|isnt)(?: (?:a|an|that|so|like|really|very|exactly|quite|any|even|at|as|much|of|really|been|in|too|have|having|the|my|it|is|feel|felt|more|actually))* $")
_OTHER_NOUN = re.compile(
    r"\b(?:chest|stomach|abdominal|abdomen|belly|tummy|head|headache|headaches|migraine|leg|knee|foot|tooth|toothache|period|fever|chills|asthma|allerg\w*|arthritis|"
    r"weakness|numbness|nausea|bleeding|injury|injuries|accident|condition|disease|depression|anxiety|stress|reaction|day|week|night|weather|traffic|doctor|idea|job|boss|"
    r"thing|one|sweats?|sweating|breath\w*|box|boxes|lifting|lift|weights?|bag|bags|load|stuff|things|object|items|shopping|suitcase|meal|snow|medicine|drugs?|workout|"
    r"exercise|exercises|activity|work|duty|period|diarrh\w*|vomiting|trauma|infection|ear|osteoporosis|scoliosis|stenosis|swelling|smell|itch\w*|cold|flu|cough\w*|sleep|"
    r"driver|news|drink\w*|drinker|smoker|fall|crash|trip|shock|hypertension)\b"
)  # fmt: skip
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


def _acceptable(doc: Document, match: re.Match[str], pattern: re.Pattern[str]) -> bool:
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
    if pattern is _LABELLED and re.search(r"\b(?:for|since|past|last|every|after|in|within|age|aged|took|take|taken|these|those|until|under|over) (?:about |the |around |last |past |like )*$", before):
        return False
    if pattern is _ARTICLE and re.search(r"\b(?:age|aged|turned|at|weighs?|size|took|take|taken|every|after|about|around|to|for|maybe) (?:about |around |maybe )?$", before):
        anchored = re.search(r"\b(?:it|is|pain|at|to|down|up|say|now) (?:at |to |about |around |still |now )*$", before)
        if not anchored or re.search(r"\b(?:took|take|taken|every|after|for)\b[^.,]*$", before):
            return False
    if pattern is _OPINION and re.search(r"\bi am(?: (?:a|an|like|at|about|around|probably))* $", before) and not re.search(r"\b(?:a|an|at|like) $", before):
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
    return bool(re.search(r"\b(?:barely|hardly|cannot|could not|can not|unable|not able|no longer|hard to|difficult to|impossible|do not|scarcely)\b.*\bwithout\b", before))


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
    if re.match(r" (?:headache|chest|stomach|news|idea|for|weather|day|sleep|traffic|knee|habit|breath|posture)", after) and "bad" in text:
        return True
    if value == 0:
        return bool(re.match(r" (?:down|up|from|into|through|on|back|numb|worse|right|all)\b", after)) or bool(re.match(r" (?:in|when|on|at|down|until|if) (?!back)", after)) or "?" in doc.words or assertion(doc, first) == HYPOTHETICAL
    if "max" in text.split() and re.search(r"strength|dose|\d", segment):
        return True
    if text in {"moderate", "medium", "moderately"} and not _about_pain(doc, last):
        return True
    if text in {"half way", "in between", "average", "worse possible"}:
        return bool(last - first < len(doc.words)) and text != "average"
    if text.startswith("not ") and re.match(r" (?:enough|a|an|that)\b", after):
        return True
    return bool(_OTHER_NOUN.match(after.strip())) or bool(re.search(r"\b(?:leg|arm|knee|head|chest|stomach|tummy|period|tooth)\b", segment) and "back" not in segment)


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
    if re.match(r" (?:(?:low|lower|upper|mid|middle) )?(?:back|spine)\b", after):
        return True
    return bool(re.match(r" (?:[.,!?;]|(?:and|but|now|today|when|if|at|this|i|it|so|about|to|in|since|as|though|for|right|because|with|enough|by|all|most|not|or|especially|like|really|ish)\b)", after))
