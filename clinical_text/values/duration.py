"""Since when: `duration_days` (whole days since it began) and `course` (first, recurrent, constant).

Units: weeks count 7 days, months 30, years 365; dates and weekdays are counted back from `today`.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

from clinical_text.types import HYPOTHETICAL, Mention
from clinical_text.values.calendar_words import days_since
from clinical_text.values.context import assertion, experiencer, is_question
from clinical_text.values.lexicon import PhraseSet, words
from clinical_text.values.text import Document, tokenise

_DAYS = {"second": 0.0, "minute": 0.0, "hour": 1 / 24, "day": 1.0, "night": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.0, "year": 365.0, "decade": 3650.0,
         "weekend": 7.0, "d": 1.0, "morning": 1.0}  # fmt: skip
_VAGUE = {"a": 1.0, "an": 1.0, "one": 1.0, "couple": 2.0, "few": 3.0, "several": 5.0, "some": 3.0, "many": 5.0, "half": 0.5, "half a": 0.5, "half an": 0.5, "another": 1.0,
          "good few": 4.0, "numerous": 5.0, "handful": 4.0, "single": 1.0, "full": 1.0, "whole": 1.0, "dozen": 12.0, "the": 1.0, "this": 1.0}  # fmt: skip
_AMOUNT = (
    r"(?P<n>\d+(?:\.\d+)?|half an?|half|an?|one|(?:a |the )?(?:good )?(?:couple|few|several|some|many|numerous|handful|dozen)|single|another)"
    r"(?: ?\+| plus| ish| or so| odd| full| whole| good| long| solid| straight| consecutive| more)?"
    r"(?: (?:or|to|-|/|and|maybe|or maybe|or even) (?P<m>\d+(?:\.\d+)?|so|few|more|couple))?"
)
_UNIT = r"(?P<unit>second|minute|hour|day|night|week|fortnight|month|year|decade|weekend)"
_SPAN = re.compile(rf"\b{_AMOUNT}(?: (?:of|more|or so|full|whole|good|long|solid|plus|\+|odd|consecutive|straight))* {_UNIT}\b(?P<half> and a half)?(?: or (?P<more>2|3))?")
_COMPOUND = re.compile(rf"\b(?P<n>\d+|one|an?) {_UNIT}(?: and a half| and| ,)? (?P<n2>\d+|one|an?) (?P<unit2>day|week|month)\b")
_BARE_UNIT = re.compile(r"\b(?:for|since|past|last|over|been|in|been going on|going on|since last|these|about|around|lasted|(?:going )?on) (?:the |past |last |about |around )*(?P<unit>hour|day|week|fortnight|month|year|decade)(?: and (?P=unit))?\b(?! (?:of|off|before|old|end))")
_ORDINAL = re.compile(r"\b(?:(?P<unit>day|week|month|year) (?:number |no )?(?P<n>\d+)|(?:my |the |on |in )*(?P<o>\d+|second|third|fourth|fifth|sixth|seventh|tenth) ?(?:st|nd|rd|th)? (?P<unit2>day|week|month|year))\b(?! (?:ago|old|of (?:pregnan|school|work)|trimester))")
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "tenth": 10}
_NOT_BEFORE = re.compile(
    r"\b(?:every|each|next|within|in|in about|in the next|after|another|until|till|per|once|twice|times an?|times in|(?:\d+|one) times|than the next|due in|wait|wait for|coming|takes|take|"
    r"first|by|under|age|aged|only \d+ times in|over the next|for the next|upto|lasts?|lasting|lasts? for|go|goes|a|away for|off for|gone for|about to be|turn(?:ing|ed)?) (?:(?:about|around|like|maybe|roughly|the|another|at least|last|past|just|only|up to|between) )*$"
)
_SINCE_BEFORE = re.compile(r"\b(?:for|since|past|last|from|over|been|been like this|ago|after|these|already|now|lasted|lasting|during)(?: (?:about|around|like|maybe|the|past|last|almost|nearly|over|more than|at least|well over|just|only|roughly|probably|going on|close to|up to|than|least|some|a|good|around|approximately|under|less))* $")
_IN_THE_PAST = re.compile(r"\b(?:in|over|within|during|for|since|from) (?:the |these |this )?(?:past|last|previous) (?:(?:about|around|few|couple|or|so) )*$")
_NOT_AFTER = re.compile(
    r"^ (?:old\b(?! (?:back|pain|spasm|lower|upper|problem|ache))|pregnan|postpartum|post partum|post\b|along\b|from now|later\b|after\b|before\b|prior\b|time\b|off\b|each\b|a (?:day|week|month|year|time)\b|per\b|apart\b|early\b|of (?:rest|sleep|work|bed|driving|sitting|physio|"
    r"treatment|antibiotics|therapy|gym|walking|standing|travel|exercise|leave|holiday|gestation|my (?:pregnan|gestation))|shift|drive|flight|trip|journey|ride|walk|run|hike|nap|sleep|course|supply|dose|wait|session|notice|clock|"
    r"break|rest\b|in (?:a row )?(?:hospital|bed)|and [a-z]+ pregnan|male|female|boy|girl|man|woman|apart|or (?:two )?until|older|younger|into (?:my|the) (?:pregnan|shift)|to go|till|until|at a time)"
)
_RELATIVE = re.compile(
    r"\b(?P<word>(?:since |from )?(?:early |late |earlier |only )?(?:yesterday|today|tonight|this (?:morning|afternoon|evening|lunchtime|am|pm)|last night)(?: (?:morning|afternoon|evening|night|only|itself))?|(?:since|from) (?:about |around |like )?(?:clocktime|morning|afternoon|evening|lunch|lunchtime|midday|noon|breakfast|dinner|\d{1,2} ?(?:o ?clock|ish))|since (?:about )?(?:midnight|night))\b"
)
_BEGAN = re.compile(
    r"\b(?:since|from|start\w*|beg[au]n\w*|begin\w*|happen\w*|injur\w*|pulled|threw|thrown|tweaked|strained|twisted|went|gave|locked|seized|spasm|put|woke|wake|fell|fallen|slipped|tripped|lift\w*|came on|came|"
    r"hit|beaten|assaulted|attacked|knocked|crushed|kicked|thrown|rear|noticed|develop\w*|kicked|appear\w*|bent|bending|sneez\w*|cough\w*|shovel\w*|moving|moved|carr\w*|pick\w*|dug|digging|garden\w*|playing|played|workout|working out|gym|accident|crash\w*|popped|did my|did it|hurt my|done my|"
    r"reached|reaching|golf\w*|stretch\w*|squat\w*|deadlift\w*|ran|running|unload\w*|swing|swung|overdid|occurred|onset|felt|got|had|having|getting|hurt|been|ache|pain|seizing|locking|gone|spasm\w*|out)\b"
)
_NOT_BEGAN = re.compile(r"\b(?:took|taken|take|taking|tablet\w*|ibuprofen|paracetamol|tylenol|advil|naproxen|aleve|medicine|doctor|gp|work today|going|ate|appointment|worse|better|than|fine (?:yesterday|last)|peed|how are you|can i|should i|will|tomorrow|swallowed|called|rang|saw)\b")
_SCORED_THEN = re.compile(r"\b(?:was|were) (?:an? |about |around |at )*\d+(?: / 10| out of 10)?(?: on| last)?$")
_EARLIER_EPISODE = re.compile(r"\b(?:same thing|similar|the last (?:one|time)|previous(?:ly)?|last episode|happened before|turn(?:ed|ing) \d+|birthday)\b(?!.*\bsince\b)")
_SINCE_THEN = re.compile(r"\b(?:since then|ever since|since that|after that|and (?:then|now) my back|next day)\b")
_FIRST_IS_NOW = re.compile(r"\b(?:this (?:time|one|episode|bout|attack|spasm|flare\w*|current)|current\w*|latest|started|began|flared|went out|seized|gone|now|again|went|bad since|came back)\b")
_WORSE = re.compile(r"\b(?:worse\w*|better|eas\w+|bad|unbearable|stronger|severe|really bad|settled)(?: [a-z]+){0,3} $")
_ASKED = re.compile(r"\b(?:how long|will (?:it|this)|does it|normal(?:ly)?|usually|typically|can (?:it|this)|should (?:it|i)|expect)\b")
_LEADS = frozenset(
    "about around since from i think it was is like only just early late maybe in the um uh sometime on yes at this probably say would ish . ! , so well started start begin began happened hurt guess of morning my back "
    "evening afternoon night yeah only".split()
)


@dataclass(frozen=True)
class _Time:
    days: int
    first: int
    last: int
    confidence: float = 1.0
    explicit: bool = False


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet, PhraseSet, PhraseSet]:
    near = words().fillers - {"so", "more", "like", "a", "this"}
    return (
        PhraseSet(["ago"], tokenise, near | {"a"}),
        PhraseSet(["course"], tokenise, near | {"a"}),
        PhraseSet(["pain_event"], tokenise, near),
        PhraseSet(["other_event"], tokenise, near),
    )


def read(doc: Document, today: datetime.date, used: set[int]) -> tuple[list[Mention], set[int]]:
    """Duration and course; `used` are tokens already read as something else. Returns also the tokens of all times found."""
    times = [t for t in _times(doc, today, used) if not used & set(range(t.first, t.last))]
    consumed = {i for t in times for i in range(t.first, t.last)} | _unit_tokens(doc)
    course = _course(doc)
    chosen = _choose(doc, [t for t in times if _about_the_pain(doc, t)], course)
    mentions = []
    if chosen is not None:
        start, end = doc.span(chosen.first, chosen.last)
        sense = assertion(doc, chosen.first)
    if chosen is not None and sense != HYPOTHETICAL:
        mentions.append(Mention("duration_days", chosen.days, start, end, sense, experiencer(doc, chosen.first), chosen.confidence))
    return mentions + course, consumed


def _unit_tokens(doc: Document) -> set[int]:
    return {i for m in _SPAN.finditer(doc.s) for i in range(*doc.range_of(m))} if doc.vocabulary & _DAYS.keys() else set()


def _times(doc: Document, today: datetime.date, used: set[int]) -> list[_Time]:
    found = _calendar(doc, today)
    if doc.vocabulary & _DAYS.keys():
        found += _spans(doc)
    found += [
        _Time(int(h.entry.value), h.first, h.last, h.entry.confidence)
        for h in _sets()[0].find(doc.words)
        if not any(t.first < h.last and h.first < t.last for t in found) and not _mid_phrase(doc, h.first, h.last)
    ]
    found += [t for t in _relative(doc) if not any(o.first < t.last and t.first < o.last for o in found)]
    return sorted(found, key=lambda t: t.first)


def _mid_phrase(doc: Document, first: int, last: int) -> bool:
    text = doc.text_of((first, last))
    if text in {"overnight", "over night"} and re.search(r"\b(?:worse|better)\b", doc.s):
        return True
    if text in {"always had", "forever", "in night", "in the night", "over night", "overnight", "all night", "recently", "lately", "all day", "all the day"}:
        sentence = doc.text_of(doc.sentence_of(first))
        return len(doc.words) > 4 and not re.search(r"\b(?:pain|hurt|ache|spasm|back|sore)\b", sentence)
    return False


def _spans(doc: Document) -> list[_Time]:
    found: list[_Time] = []
    for match in _COMPOUND.finditer(doc.s):
        days = _quantity(match["n"]) * _DAYS[match["unit"]] + _quantity(match["n2"]) * _DAYS[match["unit2"]]
        if not _excluded(doc, match):
            found.append(_Time(int(days), *doc.range_of(match)))
    for match in _SPAN.finditer(doc.s):
        first, last = doc.range_of(match)
        if any(t.first < last and first < t.last for t in found) or _excluded(doc, match):
            continue
        amount = _quantity(match["n"])
        if match["m"] and match["m"][0].isdigit():
            amount = max(amount, float(match["m"]))
        elif match["m"] in {"few", "couple"}:
            amount = max(amount, _VAGUE[match["m"]])
        if match["more"] and amount < 2:
            amount = float(match["more"])
        if match["half"]:
            amount += 0.5
        if match["n"] in {"a", "an", "one", "single", "another"} and not _led(doc, match):
            continue
        explicit = doc.s[match.end() : match.end() + 4] == " ago"
        found.append(_Time(min(int(amount * _DAYS[match["unit"]] + 1e-6), 36500), first, last + explicit, explicit=explicit))
    for match in _BARE_UNIT.finditer(doc.s):
        first, last = doc.range_of(match)
        if any(t.first < last and first < t.last for t in found) or re.match(r" \d", doc.s[match.end() :]):
            continue
        if match["unit"] in {"week", "month", "year"} and re.search(r"\blast $", doc.s[: match.start("unit")]):
            found.append(_Time(int(_DAYS[match["unit"]]), first, last))
        elif match["unit"] != "hour" and re.search(r"\b(?:for|since|these|been|over) $", doc.s[: match.start("unit")]):
            found.append(_Time(int(3 * _DAYS[match["unit"]]), first, last, 0.9))
        elif match["unit"] == "hour":
            found.append(_Time(0, first, last))
        elif re.search(r"\b(?:past|last|a|the) $", doc.s[: match.start("unit")]):
            found.append(_Time(int(_DAYS[match["unit"]]), first, last, 0.9))
    for match in _ORDINAL.finditer(doc.s):
        first, last = doc.range_of(match)
        if any(t.first < last and first < t.last for t in found) or _excluded(doc, match):
            continue
        number = match["n"] or match["o"]
        unit = match["unit"] or match["unit2"]
        if match["o"] and (match["o"] == "second" and unit == "day" and "on" not in doc.words[max(0, first - 1) : first + 1]):
            continue
        count = _ORDINALS.get(number) or int(number)
        if match["o"] and match["o"].isdigit() and not re.search(r"\d(?:st|nd|rd|th)", doc.s[match.start("o") : match.end()].replace(" ", "")):
            continue
        found.append(_Time(int(count * _DAYS[unit]), first, last))
    return found


def _led(doc: Document, match: re.Match[str]) -> bool:
    """Whether "a week" is a length of time and not "a week off": something leads up to it, or it stands alone."""
    if match["unit"] in {"morning", "night", "weekend"}:
        return False
    lead = re.search(r"\b(?:for|since|about|around|past|last|over|nearly|almost|been|within|than|like|maybe|roughly|already|in the|from|lasted|only|just|is|now|under|least) (?:the )?$", doc.s[: match.start()])
    tail = re.match(r" (?:ago|now|already|and a half|or so|back|or (?:two|2)|ish)\b|$| ?[,.!]", doc.s[match.end() :])
    first, last = doc.segment_of(doc.token_at(match.start()))
    return bool(lead or tail) or last - first <= 4


def _quantity(text: str) -> float:
    plain = re.sub(r"^(?:a|the) (?=\w)|^good ", "", text).replace("good ", "")
    return _VAGUE[plain] if plain in _VAGUE else float(plain)


def _excluded(doc: Document, match: re.Match[str]) -> bool:
    before = doc.s[max(0, match.start() - 60) : match.start()]
    after = doc.s[match.end() : match.end() + 40]
    if _NOT_AFTER.match(after):
        return True
    if after.startswith(" ago") or _IN_THE_PAST.search(before):
        return False
    if _NOT_BEFORE.search(before):
        # "lasted 3 days", "over the last 3 days" speak of how long; "in 2 weeks", "every 6 hours" do not.
        return not re.search(r"\b(?:been|has|have|going on|lasted)(?: [a-z]+){0,3} $", before) or bool(re.search(r"\b(?:every|each|next|times|per)\b", before[-25:]))
    return bool(re.search(r"\b(?:times?|tablets?|x|once|twice) (?:an?|in|per|every)? ?$", before))


def _relative(doc: Document) -> list[_Time]:
    found = []
    for match in _RELATIVE.finditer(doc.s):
        word = match["word"]
        first, last = doc.range_of(match)
        days = 1 if "yesterday" in word or "night" in word.replace("tonight", "") else 0
        if re.search(r"\b(?:before|than|until|till) $", doc.s[max(0, match.start() - 8) : match.start()]):
            continue
        explicit = word.startswith(("since", "from"))
        segment = doc.segment_of(first)
        text = doc.text_of(segment)
        short = all(w in _LEADS for i, w in enumerate(doc.words) if not first <= i < last)
        if explicit or (short and not _NOT_BEGAN.search(text)) or (_BEGAN.search(text) and not _NOT_BEGAN.search(text) and not (_vague_today(word, text))):
            found.append(_Time(days, first, last, explicit=explicit))
    return found


def _vague_today(word: str, text: str) -> bool:
    """ "It hurts today" does not say that it began today."""
    if "today" not in word and "tonight" not in word and "this" not in word:
        return not re.search(r"\b(?!(?:had|having|been|ache|pain|hurt|felt)\b)" + _BEGAN.pattern[2:], text) and "had" not in text
    strict = re.sub(r"\b(?:spasm|pain|ache|had|having|hurt|been|felt|got|getting|out|went|hit)\b", "", text)
    return not (_BEGAN.search(strict) or re.search(r"\b(?:went out|back went|hurt my|hurt it|got hurt)\b", text))


def _calendar(doc: Document, today: datetime.date) -> list[_Time]:
    return [_Time(days, first, last, confidence, explicit=True) for days, first, last, confidence in days_since(doc, today)]


def _about_the_pain(doc: Document, time: _Time) -> bool:
    """False for the length of something else: "slept 3 hours", "had cancer 5 years ago"."""
    first, last = doc.segment_of(time.first)
    before = doc.words[first : time.first]
    after = doc.words[time.last : last]
    pain, other = _sets()[2], _sets()[3]
    nearest = _piece(before, after)
    if is_question(doc, time.first) and _ASKED.search(doc.text_of(doc.sentence_of(time.first))):
        return False
    if _SCORED_THEN.search(" ".join(before)) or _EARLIER_EPISODE.search(doc.text_of((first, last))):
        return False
    others = other.find(nearest)
    if not others:
        return True
    sentence = doc.sentence_of(time.first)
    if time.explicit and _SINCE_THEN.search(doc.text_of((time.last, sentence[1]))):
        return True
    strong = {"it", "this", "had", "been", "went", "did", "same", "here", "put", "moved", "moving", "better", "worse", "bad", "start", "accident"}
    pains = [h for h in pain.find(nearest) if nearest[h.first] not in strong]
    return bool(pains) and not {"took", "taken", "take", "surgery", "operation", "cancer", "diagnosed", "slept", "drove", "smoking", "removed"} & set(nearest)


def _piece(before: list[str], after: list[str]) -> list[str]:
    joins = {"and", "because", "so", "then", "while", "though", "which"}
    start = max((i + 1 for i, w in enumerate(before) if w in joins), default=0)
    end = min((i for i, w in enumerate(after) if w in joins), default=len(after))
    return before[start:] + after[:end]


def _choose(doc: Document, times: list[_Time], course: list[Mention]) -> _Time | None:
    if not times:
        return None
    asserted = [t for t in times if assertion(doc, t.first) != HYPOTHETICAL] or times
    if len(asserted) == 1:
        return asserted[0]
    repaired = [t for a, t in zip(asserted, asserted[1:], strict=False) if re.search(r"\b(?:sorry|i mean|i meant|no|actually|wait|make that|correction|not)\b", doc.s[doc.offset(a.last) : doc.offset(t.first)])]
    if repaired:
        return repaired[-1]
    plain = [t for t in asserted if not _WORSE.search(doc.s[max(0, doc.offset(t.first) - 40) : doc.offset(t.first)])] or asserted
    recurrent = any(m.value == "recurrent" for m in course)
    if recurrent or (max(t.days for t in plain) >= 365 and _FIRST_IS_NOW.search(doc.s)):
        return min(plain, key=lambda t: t.days)
    return max(plain, key=lambda t: (t.confidence > 0.7, t.days))


def _course(doc: Document) -> list[Mention]:
    found: dict[str, Mention] = {}
    for hit in _sets()[1].find(doc.words):
        value = str(hit.entry.value)
        text = doc.text_of((hit.first, hit.last))
        segment = doc.text_of(doc.segment_of(hit.first))
        if text.startswith("every") and re.search(r"\b(?:tablet\w*|ibuprofen|paracetamol|tylenol|advil|medicine|pill\w*|dose|take|took|taking|hour)\b", segment):
            continue
        if re.search(r"\b(?:say|ask|tell|repeat|start over|take|use|do|try|explain|read|run|go|lift|walk|play)(?: [a-z]+){0,3} again\b", segment):
            continue
        if text in {"constant", "permanent", "chronic", "persistent", "continuous"} and re.match(r" (?:cough|headache|asthma|kidney|damage|disease|fatigue|worry|fever|need)", doc.s[max(doc.offset(hit.last) - 1, 0) :]):
            continue
        if re.search(r"\b(?:not|never|is not) (?:a |been |really |all )*$", doc.s[max(0, doc.offset(hit.first) - 20) : doc.offset(hit.first)]):
            if value == "constant":
                continue
            value = "recurrent" if value == "first" else "first" if value == "recurrent" and "before" in text else value
        start, end = doc.span(hit.first, hit.last)
        found.setdefault(value, Mention("course", value, start, end, assertion(doc, hit.first), experiencer(doc, hit.first)))
    if not found and "again" in doc.vocabulary:
        found |= _again(doc)
    if "first" in found and "recurrent" in found:
        later = max(("first", "recurrent"), key=lambda v: found[v].start)
        found.pop("first" if later == "recurrent" else "recurrent")
    return [m for m in found.values() if m.assertion != HYPOTHETICAL]


def _again(doc: Document) -> dict[str, Mention]:
    """ "My back has gone again": the word counts beside pain, not in "say that again"."""
    token = doc.words.index("again")
    segment = doc.text_of(doc.segment_of(token))
    if len(doc.words) > 3 and not re.search(r"\b(?:back|spasm|pain|hurt|ache|it|neck|seized|locked)\b", segment):
        return {}
    if re.search(r"\b(?:never|not|want|can|could|will|would|ask|say|tell|repeat|start over|take|use|try|do|explain|lift|walk|play|before|should|if|until|hello|hi|see|thanks|better)\b", segment):
        return {}
    start, end = doc.span(token, token + 1)
    return {"recurrent": Mention("course", "recurrent", start, end, assertion(doc, token), experiencer(doc, token))}
