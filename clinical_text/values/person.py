"""Who it is about: `age` (years), `sex`, `pregnancy_weeks`; of somebody else with experiencer "other"."""

from __future__ import annotations

import re
from functools import lru_cache

from clinical_text.types import HYPOTHETICAL, OTHER, POSSIBLE, PRESENT, SELF, Mention
from clinical_text.values.context import KIN, assertion, experiencer, other_person
from clinical_text.values.lexicon import PhraseSet, words
from clinical_text.values.text import Document, tokenise

_N = r"(?P<n>\d{1,3})"
_NOT_AGE_NEXT = (
    r"(?! ?(?:/|-|%|out of|weeks?|day|month|minute|hour|second|mg|ml|kg|kgs|lbs?|pounds|stone|st\b|feet|foot|ft|cm|inch|tablet|pill|kids?|child|times|on a scale|on the|of 10|in|into|along|plus weeks|"
    r"degrees|\.|mile|percent|night|to|or|ish|and a half|people|boxes|beers|drinks|units|cigarettes|a day|x\b|steps|years? (?:ago|now|in|into|sober|clean|pregnant|married|of (?:pain|this|back)|with|post|since|and counting|out)) ?)"
)
_PATTERNS = tuple(
    re.compile(p)
    for p in (
        rf"\b{_N} (?:and a half )?years? (?:of age|old|young)\b(?! (?:injury|pain|mattress|bed|problem|house|car|sofa|chair|building|scar|back injury))",
        rf"\b{_N} ?y ?/ ?o\b|\b{_N.replace('<n>', '<n2>')} ?(?:y ?o|yr old|yo)\b",
        rf"\b(?:age|aged|ages)(?: (?:is|of|:|,|=|about|around|around the|am|-))* {_N}\b(?! ?(?:/|weeks?|days?|months?|mg))",
        rf"\bage(?:d)? ?- ?{_N}\b",
        rf"\b{_N} years? (?:old )?(?:male|female|man|woman|guy|lady|girl|boy|gentleman|bloke|m\b|f\b)",
        rf"\b{_N} ?(?:/ ?|, ?)?(?:male|female|man|woman|m|f)\b(?! (?:fall|high|drop|below|above|to|deep|away|\d))",
        rf"(?<![a-z0-9] )\b(?:m|f|male|female) ?(?:/ ?|, ?|- ?)?{_N}\b(?! ?(?:/ ?\d|weeks?|days?|months?|mg))|\b(?:male|female|man|woman|guy|lady|bloke|girl|boy) (?:aged |of |, )?(?P<n2>\d{{2}})\b(?! ?(?:/ ?\d|weeks?|days?|months?|mg|minute|hour))",
        rf"\b(?:just |recently |about to |nearly |have just |will |have )*turn(?:ed|ing|s)? {_N}\b(?! ?(?:/|degrees|weeks?))",
        rf"\b(?:i am|am|i m)(?: (?:only|just|now|a|about|around|nearly|almost|over|currently|already|aged|age|like|well|also|just turned|turning|still|sadly))* {_N}\b{_NOT_AGE_NEXT}",
        rf"\b(?:he|she) (?:is|was)(?: (?:only|just|now|a|about|around|nearly|almost|over|turning))* {_N}\b{_NOT_AGE_NEXT}",
        rf"\b{_N} (?:here|years young|and (?:otherwise |generally |very |quite |pretty |fairly |in )*(?:healthy|fit|well|good health|active|male|female|pregnant))\b",
        rf"\b(?:over|above|past) (?:the age of )?{_N} (?:years|now)\b",
        rf"\bat (?:the ripe old |the )?age(?: of)? {_N}\b",
        rf"\bi will be {_N}\b{_NOT_AGE_NEXT}",
        rf"^{_N} years? old ?(?:now)? ?[.!]?$",
        rf"\bat {_N} (?:i|my|years|it)\b(?! (?:am|pm))",
    )
)
_DECADE = re.compile(
    r"\b(?:in|into|are in|being in)(?: (?:my|his|her|their|the))?(?: (?P<part>early|mid|middle|late|very early))? (?P<d>20|30|40|50|60|70|80|90)(?: s\b|s\b)|\b(?:in|into)(?: (?:my|his|her|their))?(?: (?P<part2>early|mid|late))? (?P<w>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b|"
    r"\b(?:early|mid|late) (?P<w2>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b|\b(?:i am|a|as a) (?P<d2>[2-9]0) (?:something|ish|odd)\b"
)
_DECADES = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90}
_BORN = re.compile(r"\b(?:i was |was |i am |were )?(?:born (?:in|on)|dob|date of birth|birth year|born)(?: (?:is|:|in|the|year|\d{1,2}|[/.-]|january|february|march|april|may|june|july|august|september|october|november|december|th|st|nd|rd|of|,))*? (?P<y>(?:19|20)\d\d)\b")
_RELATIVE_AGE = re.compile(r"\b(?P<kin>[a-z]+) (?:is|s|was|who is|aged|age|,|turned|turns|,? ?\() ?(?:now |only |just |about |around |nearly )*(?P<n>\d{1,3})\b(?! ?(?:/|weeks?|days?|months?|-|:))")
_OTHER_NOUN = re.compile(
    r"\b(?:my|our|his|her|their|a|the) (?:[a-z]+ )?$|\b(?:with|for|lifting|lift|carrying|picked up|picking up|have|got|had|has|of|picked|hold\w*|and|chas\w*) (?:a|my|two|2|our|his|her|\d) $"
)
_KIN_AFTER = re.compile(
    r"^ ?(?:year |old |month )*(?:[a-z]+ )?(?:husband|wife|dad|father|mum|mom|mother|son|daughter|brother|sister|friend|kid|child|toddler|baby|boy|girl|grandson|granddaughter|nephew|niece|grandma|grandmother|grandpa|grandad|grandfather|uncle|aunt|partner|boyfriend|girlfriend|colleague|neighbour|neighbor|patient|nan|gran|teenager|twin)\b"
)
_OBJECT = re.compile(r"\b(?:lift\w*|carry\w*|carried|pick\w*(?: up)?|holding|held|hold|chas\w*|with|have|got|has|had|push\w*|play\w*(?: with)?|after|for|bath\w*|mother of|mum of|mom of|dad of|father of|of|wrestl\w*|hug\w*)(?: (?:a|my|our|his|her|an|the|two|2|up|heavy|with|1|one|and))* $")
_HISTORY = re.compile(r"\b(?:when i was|since i was|since age|since the age|since i turned|from age|from the age of|as a|at the age of|until i was|till i was|back when i was|before i was|when he was|when she was|died at|ago at|diagnosed at|since turning)(?: (?:a|about|around|of|like|i was|in my|aged|age))* ?$")
_FEMALE = re.compile(r"\b(?:female|woman|lady|girl|f)\b")
_PREGNANT = re.compile(r"\b(?:pregnan\w*|expecting|gestation|trimester|along|due (?:date|in|on|next|any|today|tomorrow|this)|overdue|postpartum|bump|ivf|with child|baby (?:is )?due)\b")
_NOT_PREGNANT = re.compile(
    r"\b(?:not|never|no longer|isnt|cannot be|trying to (?:get|be|become)|might be|may be|could be|if i (?:am|was|get|were)|was|were|never been|get|got|getting|when i was|last time i was|became|had a|no) (?:\w+ )?(?:pregnan\w*)|\b(?:post ?partum|miscarr\w*|gave birth|delivered|last pregnancy|previous pregnancy|after (?:my )?pregnancy|baby (?:is|was) born|pregnancy test)\b"
)
_WEEKS = re.compile(r"\b(?P<n>\d{1,2}(?:\.\d)?)(?: ?\+ ?\d| and \d day| and a half| -| plus \d)?(?: (?:to|-|or) (?P<m>\d{1,2}))? ?(?:week|w\b)(?: (?:and|,) \d (?:day|d\b))?")
_WEEK_NUMBER = re.compile(r"\bweek (?P<n>\d{1,2})\b")
_MONTHS = re.compile(r"\b(?P<n>\d(?:\.\d)?|one|a)(?: and a half)?(?: (?:to|-|or) (?P<m>\d))? month")
_TRIMESTER = re.compile(r"\b(?P<t>1|2|3|first|1 ?st|second|2 ?nd|third|3 ?rd|last|final) trimester\b|\btrimester (?P<t2>[123])\b")
_DUE = re.compile(r"(?:^|\b(?:i am|we are|baby|baby is|am|was|and|is|my|my baby is|pregnant(?: ,)?(?: and)?) |^)due (?:date (?:is )?)?(?:in |in about |within )?(?:(?P<n>\d{1,2}|a|one|two|couple of|few|a few|a couple of) (?P<unit>day|week|month)|next (?P<next>week|month)|(?P<now>today|tomorrow|any (?:day|time|minute)(?: now)?|this week|now))")
_FULL_TERM = re.compile(r"\b(?:full term|overdue|past my due date|over my due date|heavily pregnant|about to give birth|in labou?r)\b")
_SHORT_WEEKS = re.compile(r"^(?:i am )?(?:(?:about|around|almost|nearly|only|just|over) )*(?P<n>\d{1,2})(?: ?\+ ?\d)? week(?: (?:now|along|today|tomorrow|and \d day|gone|gone now))*(?= ?$| ?[,.!]| and (?:my|i|have|the|it)| with | but )")
_SEX_FRAME = re.compile(r"\b(?:i am|am|as|as a|gender|sex|me|yes|being|just|old|young|im a|only|is|year|age|aged|am an?|healthy|otherwise|fit|pregnant|\d+|a|an|,|old ,|being an?|elderly|middle aged|active|adult)(?: (?:a|an|is|:|the|old|young|healthy|year|of|age|fit|active|elderly|middle|aged|older|pregnant|white|black|asian|indian|overweight|big|adult|normal|retired|working|something|ish|grown|tall|,))* $")


_BESIDE_SEX = frozenset({".", ",", "!", "/", "-", "year", "old", "a", "just", "um", "here", "i", "am", "age", "aged", ":"})


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet]:
    return PhraseSet(["sex"], tokenise, words().fillers - {"my", "a", "so", "like"}), PhraseSet(["kin_sex"], tokenise, frozenset({"my", "in"}))


def read(doc: Document, year: int) -> tuple[list[Mention], set[int]]:
    """Age, sex and weeks of pregnancy, with the tokens they took."""
    weeks, used = _pregnancy(doc)
    ages, tokens = _ages(doc, year)
    return ages + _sex(doc) + weeks, used | tokens


def _ages(doc: Document, year: int) -> tuple[list[Mention], set[int]]:
    found: list[Mention] = []
    used: set[int] = set()
    if doc.has_number:
        for pattern in _PATTERNS:
            for match in pattern.finditer(doc.s):
                group = "n" if match.groupdict().get("n") else "n2"
                _take(doc, match, int(match[group]), found, used)
        _relatives(doc, found, used)
        for match in _BORN.finditer(doc.s):
            _take(doc, match, year - int(match["y"]), found, used)
    for match in _DECADE.finditer(doc.s):
        groups = match.groupdict()
        start = int(groups["d"] or groups["d2"]) if groups["d"] or groups["d2"] else _DECADES[groups["w"] or groups["w2"]]
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
    if _HISTORY.search(before) or re.search(r"\b(?:since|when) (?:i |he |she )?(?:was |am )?$", before):
        used.update(range(first, last))  # a number understood, though no age of today
        return
    if text.startswith(("i am", "am", "he", "she")) and age <= 10 and "year" not in text and not doc.s[match.end() :].startswith((" year old", " years old")):
        return
    if re.search(r"\b(?:feel|feels|like|act|look|body of an?|move|walk\w*) (?:like )?(?:i am |an? )?(?:an? )?$", before) and "old" in doc.s[match.start() : match.end() + 10]:
        used.update(range(first, last))
        return
    after = doc.s[match.end() : match.end() + 40]
    who = experiencer(doc, first)
    named = _KIN_AFTER.match(after) and not re.match(r" (?:female|male|woman|man|girl here|boy here)", after)
    if text.startswith("i am") and not named:
        who = SELF
    elif "year old" in text + after[:9] and re.search(r"\b(?:my|our) $", before) and not re.match(r" (?:female|male|woman|man|body)\b", after):
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
    if re.search(r"\b(?:for|over|under|above|below|than|between) $", before) and "old" not in text:
        return
    if "turn" in text and "turning" in text or re.search(r"\b(?:nearly|almost|about to|will)\b", text) and "turn" in text:
        age -= 1
    sense = POSSIBLE if assertion(doc, first) == HYPOTHETICAL else PRESENT
    start, end = doc.span(first, last)
    found.append(Mention("age", age, start, end, sense, who))
    used.update(range(first, last))


def _relatives(doc: Document, found: list[Mention], used: set[int]) -> None:
    _, kin = _sets()
    for match in _RELATIVE_AGE.finditer(doc.s):
        first = doc.token_at(match.start("n"))
        if _OBJECT.search(doc.s[: match.start()].removesuffix("my ")):
            used.add(first)
            continue
        if kin.whole([match["kin"]]) is None or first in used or not 0 < int(match["n"]) <= 115:
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
        certain = text in {"female", "male"} or " " in text or text in {"menopausal", "pregnant", "postmenopausal", "breastfeeding"}
        bare = all(doc.tokens[i].number is not None or doc.words[i] in _BESIDE_SEX for i in range(len(doc.words)) if not hit.first <= i < hit.last)
        if not (certain or bare or _SEX_FRAME.search(before)) or text in {"girl", "boy", "man", "dude", "guy", "lad", "mama"} and not (bare or _SEX_FRAME.search(before)):
            continue
        if text in {"pregnant", "breastfeeding", "menopause", "hysterectomy", "menopausal"} and _denied(doc, hit.first):
            continue
        if re.search(r"\b(?:not|no) (?:a |an )?$", before) or re.match(r"(?:doctor|gp|nurse|physio|friend|boss|colleague|flu|in law|neighbour)\b", after):
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
    for match in re.finditer(r"\b\d{2} (?:year old )?(?:/ |, )?(?P<l>[mf])\b(?! \d)|(?<![a-z0-9] )\b(?P<l2>[mf]) (?:/ |, )?\d{2}\b(?! ?/)|^(?P<l3>[mf])$", doc.s):
        group = next(g for g in ("l", "l2", "l3") if match[g])
        first = doc.token_at(match.start(group))
        start, end = doc.span(first, first + 1)
        if re.match(r" (?:fall|high|drop)", doc.s[match.end() :]):
            continue
        found.append(Mention("sex", "female" if match[group] == "f" else "male", start, end, PRESENT, experiencer(doc, first)))
    return found


def _denied(doc: Document, token: int) -> bool:
    return bool(re.search(r"\b(?:not|no|never|cannot be|if i am|trying to (?:get|be)|might be|could be|may be|wasnt|was|am i|was never|get)(?: (?:currently|be|yet|even|i am|definitely|been))* $", doc.s[: doc.offset(token)]))


def _pregnancy(doc: Document) -> tuple[list[Mention], set[int]]:
    s = doc.s
    short = _SHORT_WEEKS.match(s) if s.startswith("i am") else None
    if short is None and not _PREGNANT.search(s) and not _FULL_TERM.search(s):
        return [], set()
    if short is not None and 4 <= int(short["n"]) <= 42 and not re.search(r"\bi am \d+ week (?:in|into|of|out|post|since|old|sober)\b", s):
        return [_weeks_mention(doc, short, int(short["n"]))], set(range(*doc.range_of(short)))
    if _NOT_PREGNANT.search(s):
        return [], {i for m in _WEEKS.finditer(s) for i in range(*doc.range_of(m))} if "pregnan" in s and not re.search(r"\b(?:for|since|ago)\b", s) else set()
    for match in _TRIMESTER.finditer(s):
        word = (match["t"] or match["t2"])[:1]
        return [_weeks_mention(doc, match, {"1": 8, "f": 8, "2": 14, "s": 14}.get(word, 28) if match.group()[:5] != "final" else 28)], set(range(*doc.range_of(match)))
    for match in _DUE.finditer(s):
        return [_weeks_mention(doc, match, _due_weeks(match))], set(range(*doc.range_of(match)))
    candidates = []
    for pattern, factor in ((_WEEKS, 1.0), (_WEEK_NUMBER, 1.0), (_MONTHS, 30.44 / 7)):
        for match in pattern.finditer(s):
            number = float(match.groupdict().get("m") or (1 if match["n"] in {"one", "a"} else match["n"]))
            if " and a half" in match.group():
                number += 0.5
            weeks = int(number * factor + 0.5) if factor != 1 else int(number)
            around = s[max(0, match.start() - 30) : match.end() + 20]
            distance = min((min(abs(p.start() - match.end()), abs(p.end() - match.start())) for p in _PREGNANT.finditer(s)), default=99)
            if 1 <= weeks <= 42 and distance <= 25 and not re.match(r" ago| of (?:pain|back|spasm)", s[match.end() :]) and not re.search(r"\b(?:pain|hurt|ache|spasm|since|last|past)\b[^,.]{0,12}\bfor (?:about )?$", around[:30]):
                candidates.append((distance, match, weeks))
    if candidates:
        _, match, weeks = min(candidates, key=lambda c: c[0])
        return [_weeks_mention(doc, match, weeks)], set(range(*doc.range_of(match)))
    full = _FULL_TERM.search(s)
    if full and full.group() in {"overdue", "past my due date", "over my due date", "full term"} and re.search(r"\b(?:pregnan|baby|due date|full term)", s):
        return [_weeks_mention(doc, full, 41 if "due" in full.group() else 39)], set()
    return [], set()


def _due_weeks(match: re.Match[str]) -> int:
    if match["now"]:
        return 40
    if match["next"]:
        return 39 if match["next"] == "week" else 36
    amount = {"a": 1, "one": 1, "two": 2, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3}.get(match["n"]) or int(match["n"])
    return max(1, round(40 - amount * {"day": 1, "week": 7, "month": 30.44}[match["unit"]] / 7))


def _weeks_mention(doc: Document, match: re.Match[str], weeks: int) -> Mention:
    first, last = doc.range_of(match)
    start, end = doc.span(first, last)
    sense = assertion(doc, first)
    return Mention("pregnancy_weeks", weeks, start, end, PRESENT if sense == HYPOTHETICAL and " i am " in f" {doc.s} " else sense, experiencer(doc, first))
