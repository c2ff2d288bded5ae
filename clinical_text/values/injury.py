"""What set it off: `injury` (none, strain, minor, major), the most serious that is said of this episode.

Comparisons ("like I got hit by a truck"), denials, questions and what merely aggravates ("hurts when I sneeze") are no injury.
"""

from __future__ import annotations

import re
from functools import lru_cache

from clinical_text.types import HYPOTHETICAL, PAST, PRESENT, Mention
from clinical_text.values.context import assertion, experiencer
from clinical_text.values.lexicon import Entry, Hit, PhraseSet, words
from clinical_text.values.text import Document, tokenise

_HIGH, _LOW = Entry("injury", "major", ("height",)), Entry("injury", "minor", ("height",))
_RANK = {"none": 0, "strain": 1, "minor": 2, "major": 3}
_DENIED = re.compile(
    r"\b(?:not|no|never|nor|neither|without|cannot remember|do not remember|cannot recall|rather than|haven)(?: (?:actually|even|really|any|a|an|had|have|been|in|i|did|or|just|"
    r"recently|ever|my|do|remember|recall|had any|been in|recent|like|exactly|anything|heavy|lifted|fallen|fell|fall|slipped|tripped|involved|accidents?|falls?|injury|injuries|trauma|done|got|by|hit|of|car|crash|lifting|and|,))* $"
)
_NOT_DENIED = re.compile(r"\b(?:not (?:only|just|sure)|no (?:idea|one|wonder)|cannot (?:move|walk|stand|bend|sit|breathe|sleep) [a-z ]*)")
_SIMILE = re.compile(
    r"\b(?:(?:feel|feels|felt|feeling|as|it is|was|is|hurt|pain|move|moving|walk\w*|just|exactly|almost|more|looks?|bit|sort of|kind of) like|as (?:if|though|tho)|like (?:i|ive|someone|somebody|something|being|having|when you|getting|a|an|the)\b|"
    r"similar to|worse than)(?: (?!since\b|when i\b|after\b|because\b|but\b)[a-z0-9]+)* $"
)
_PRESENT_FORMS = frozenset({"sneeze", "cough", "pick", "tie", "lift", "slip", "trip", "fall", "put", "getting", "get"})
_AGGRAVATES = re.compile(
    r"\b(?:when|whenever|every time|each time|if|with|on|for|by|to|hurt|pain|ache|painful|worse|avoid|cannot|trouble|difficulty|difficult|hard|stop|stopped|before|about|no|not|any|keep|without|fear|afraid|scared|try|trying|"
    r"can|start|go|back|struggl\w*|limit\w*|like|need|help|helps|is|than|unable|hate|involves|job|means|able|and|or|from|doing|love|my)(?: (?:when|i|am|is|it|of|to|while|the|any|even|just|a|with|start|at|back|on|,|or|and|even|my|by|am))* $"
)
_FRAMES = re.compile(
    r"\b(?:after|from|while|whilst|was|were|been|due to|because of|thanks to|did|doing|started|caused by|cause is|blame|since|did it|done it|by|during|injured|injury|hurt (?:it|myself|(?:my|his|her) (?:\w+ )?back)|hurt back|went|it was|"
    r"happened|threw out|did my back|put (?:it|my back) out|think it is|too much|lot of|lots of|all|heavy|some|bit of|overdid it|yesterday|today|morning|ago|night|week|day|tuesday|monday|wednesday|thursday|friday|saturday|sunday|weekend)"
    r"(?: (?:i|it|the|my|a|an|some|out|in|when|was|doing|all|lots of|too much|heavy|just|of|at|from|while|with|is|by|after|bad|on|the garden|at|his|her|back|it|or|and|[a-z]+ing|up))* $"
)
_EVENT = re.compile(r"\b(?:felt|went|happened|started|began|popped|did|threw|pulled|hurt my|injured|seized|locked|gave|tweaked|strained|yesterday|ago|this morning|last night|put|came on|snapped|since|twinged|heard|got hurt)\b")
_OLD = re.compile(r"\b(?:years? ago|\d+ year (?:ago|back)|as a (?:kid|child|teen\w*)|when i was (?:young|younger|little|a|\d+)|(?:in|back in) (?:19|20)\d\d|used to|long ago|in my (?:teens|twenties|thirties|\d0s)|previous|old (?:injury|accident|fall|sports)|decade|childhood|last year)\b")
_STARTED_IT = re.compile(r"\b(?:since|ever since|and (?:since|now|it has)|never been (?:right|the same)|started (?:it|then)|has not been right)\b")
_MODAL = re.compile(r"\b(?:could|can|may|might|would|should|will|going to|want to|able to|try to|used to|have to|need to|afraid to|if|might have|when) (?:have |be |i |we |you |it |he |she )?(?:\w+ )?$")
_HAPPENED = re.compile(r"\b(?:may|might|could|must) have $|\bwhen (?:i|he|she|we|they) (?:was |were |had )?(?:just |suddenly )?$")
_NOT_FALL = re.compile(r"(?:asleep|in love|ill|behind|apart|pregnant|out with|for it|sick|back to sleep|short|under|within|on (?:a )?(?:monday|tuesday|wednesday|thursday|friday)|through|silent|into (?:place|spasm|sleep|the same)|off the wagon|in (?:the )?range|disc|disk|back on)\b")
_SLIPPED_DISC = re.compile(r"^ ?(?:a |my |an? old )?(?:disc|disk|discs|disks|vertebra\w*|nerve|my mind|rib|out of place)\b")
_DISC_BEFORE = re.compile(r"\b(?:disc|disk|discs|disks|a|my|have|got|vertebra|bulging|pressure|temperature|sugar|levels?|numbers?|sales|snow|rain|night|it|pain|phone|pills?) (?:has |had |have |is |just |was )?$")
_TRIP = re.compile(r"\b(?:long|car|road|bus|train|business|boat|school|plane|day|acid|camping|fishing|shopping|round|whole|on a|on my|this|the|our|work|first|power) $")
_OBJECT_NEXT = re.compile(r"^ (?:trigger|the (?:trigger|plug)|through|over|in(?:to)? (?:the )?(?:drive|car park)|(?:my )?(?:weight|house|job|home|here|to|away|out|in with|country|city|on|forward|in|back|from|less|much|better|more|slowly)\b)")


_BETWEEN = frozenset("some heavy big few bunch all lots two 2 3 around out up cardboard full about right straight backwards way head first flight whole entire concrete steep of".split())
_HEIGHT = re.compile(r"\b(?:fell|fallen|fall|drop|dropped|plunged|jumped|tumbled?|came down|thrown)\b(?: [a-z]+){0,4} (?P<n>\d+) (?P<u>feet|foot|ft|m|meters?|metres?|stor(?:y|ies|eys?)|floors?)\b|"
                     r"\b(?P<n2>\d+) (?P<u2>feet|foot|ft|m|meters?|metres?|stor(?:y|ies|ey)) (?:fall|drop|tumble)\b")  # fmt: skip


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet, PhraseSet]:
    near = (words().fillers - {"so", "like", "just"}) | _BETWEEN
    return PhraseSet(["injury"], tokenise, near), PhraseSet(["strain_ing"], tokenise, near), PhraseSet(["no_injury"], tokenise, near | {"just"})


def read(doc: Document) -> list[Mention]:
    """At most one mention of this episode's cause, and what happened long ago as past."""
    certain, framed, nothing = _sets()
    hits = [h for h in certain.find(doc.words) if _counts(doc, h)]
    hits += [h for h in framed.find(doc.words) if not any(o.first < h.last and h.first < o.last for o in hits) and _framed(doc, h) and _counts(doc, h)]
    mentions = [_mention(doc, h) for h in hits] + _heights(doc)
    current = [m for m in mentions if m.assertion == PRESENT]
    if current:
        best = max(current, key=lambda m: (_RANK[str(m.value)], -m.start))
        return [best] + [m for m in mentions if m.assertion == PAST][:1]
    none = next((h for h in nothing.find(doc.words) if _nothing_counts(doc, h)), None)
    others = mentions[:1]
    if none is not None:
        start, end = doc.span(none.first, none.last)
        return [Mention("injury", "none", start, end, PRESENT, experiencer(doc, none.first), none.entry.confidence), *others]
    return others


def _heights(doc: Document) -> list[Mention]:
    """ "Fell 3 metres": a fall from more than a metre, or three feet, counts as one from a height."""
    found = []
    for match in _HEIGHT.finditer(doc.s) if doc.has_number else ():
        height, unit = int(match["n"] or match["n2"]), match["u"] or match["u2"]
        hit = Hit(_HIGH if height > (2 if unit.startswith("f") and unit[1:2] != "l" else 0) else _LOW, *doc.range_of(match))
        if _counts(doc, hit):
            found.append(_mention(doc, hit))
    return found


def _nothing_counts(doc: Document, hit: Hit) -> bool:
    text = doc.text_of((hit.first, hit.last))
    if assertion(doc, hit.first) == HYPOTHETICAL:
        return False
    after = doc.s[max(doc.offset(hit.last) - 1, 0) : doc.offset(hit.last) + 30]
    if text.startswith(("woke", "wake", "waking", "awoke", "woken")):
        sentence = doc.text_of(doc.sentence_of(hit.first))
        if re.search(r"\b(?:every|at \d|clocktime|often|always|me|night)\b", sentence[max(0, sentence.find(text) - 25) :]):
            return False
        tail = sentence[sentence.find(text) + len(text) :]
        return len(doc.words) <= 5 or bool(re.match(r"(?: (?:today|yesterday|up|this morning|one|morning|day|on \w+))* ?,?(?: \w+)? (?:with|like|in|to|and|stiff|it|pain|spasm|this|terrible|bad|sore|feeling)\b", tail)) or bool({"with", "like", "to", "this"} & set(text.split()[2:]))
    return not re.match(r" (?:to (?:the )?(?:head|chest)|ward|room)", after)


def _counts(doc: Document, hit: Hit) -> bool:
    first, last = doc.sentence_of(hit.first)
    segment = doc.segment_of(hit.first)
    before = doc.s[doc.offset(first) : doc.offset(hit.first)]
    near = doc.s[doc.offset(segment[0]) : doc.offset(hit.first)]
    text = doc.text_of((hit.first, hit.last))
    after = doc.s[max(doc.offset(hit.last) - 1, 0) : doc.offset(last)]
    if _DENIED.search(before) and not _NOT_DENIED.search(before):
        return False
    if _SIMILE.search(near):
        return False
    if assertion(doc, hit.first) == HYPOTHETICAL:
        return False
    if _MODAL.search(near) and (doc.words[hit.first] in _PRESENT_FORMS or not _HAPPENED.search(near)):
        return False
    if re.match(r" (?:might|can|could|will|may|would|makes?|sets?|sends?|hurts?|is (?:hard|painful|difficult|impossible|agony))\b", after):
        return False
    return not _other_sense(doc, hit, text, near, after)


def _other_sense(doc: Document, hit: Hit, text: str, before: str, after: str) -> bool:
    word = doc.words[hit.first]
    after_first = doc.s[doc.offset(hit.first) + len(word) : doc.offset(hit.first) + len(word) + 40].strip()
    if word in {"fell", "fall", "fallen", "falling"}:
        if re.match(_NOT_FALL, after_first) or re.search(r"\b(?:last|this|in the|since|every) $", before) and word == "fall":
            return True
    if text in {"fell", "fallen"} and not re.search(r"\b(?:i|he|she|we|and|just|have|had|has|got|nearly|kid|[a-z]*(?:band|ife|dad|mum|mom|ther|ter|son)) (?:\w+ )?$|^$", before):
        return True
    if text.startswith(("slip", "slid")) and (_SLIPPED_DISC.match(after_first) or _DISC_BEFORE.search(before) and not re.search(r"\bi (?:have |had |just )?$", before)):
        return True
    if "trip" in text and _TRIP.search(before) and "tripp" not in text:
        return True
    if hit.entry.value == "strain":
        if re.search(r"\bsize of (?:a |an )?$", before) or re.match(r" (?:ball|course|sized)\b", after):
            return True
        if word in {"picked", "pick"} and re.match(r"(?:up )?(?:some|my|the|a)? ?(?:medicine|prescription|phone|fight|habit|tablets?|pills?|bug|virus|cold)", after_first):
            return True
        if text in {"moved", "pulled", "pushed", "shifted", "moved some", "turned", "stretched", "jumped", "loaded", "carried"}:
            bare_ok = re.search(r"\bi (?:have |had |just |must have |think i )*$", before)
            if _OBJECT_NEXT.match(after) or not bare_ok or (text in {"turned", "stretched"} and re.match(r" (?:\d|out|into|it|and it (?:help|did))", after)):
                return True
        if word in {"at", "in", "from", "after", "during", "left", "hit", "went"} and "gym" in text:
            return bool(re.search(r"\b(?:back to|go(?:ing)?|return|can i|when)\b", before))
        if text in {"sneeze", "a sneeze"} or word in {"pick", "tie"}:
            return not re.search(r"\b(?:from|after|did it|by|was|to|one|just|due to|because of) (?:a |an )?$", before) or bool(re.search(r"\b(?:when i|whenever|if i|every time i|hurt)\b", before))
        if word in {"in", "my", "was", "been", "did", "since", "while"} and re.search(r"\b(?:help|hurt|worse|painful)\b", before):
            return True
        if word in _PRESENT_FORMS and _PRESENT_HABIT.search(before):
            return True
    return False


_PRESENT_HABIT = re.compile(r"\b(?:when(?:ever)? i|if i|every time i|each time i|before i|cannot|hurt to|hurt when|worse when|pain when|to|trouble) $")


def _framed(doc: Document, hit: Hit) -> bool:
    """Whether an "-ing" form names the cause and not what hurts now."""
    segment = doc.segment_of(hit.first)
    before = doc.s[doc.offset(segment[0]) : doc.offset(hit.first)]
    text = doc.text_of(segment)
    if re.search(r"\b(?:can|could|should|does|do|will|is|are|how|what|why|when (?:can|should)|avoid|hurt(?:s)? (?:when|if|to|with|on)|worse (?:when|with|on|if)|trouble|difficulty|pain (?:when|on|with|while)|"
                 r"makes? it worse|cannot|afraid|unable|every time|whenever|helps?|especially)\b", text) and not re.search(r"\b(?:after|from|was|been|because of|due to|did it|since|started)\b", before):  # fmt: skip
        return False
    alone = not re.sub(r"\b(?:i|think|it|is|was|just|maybe|probably|the|a|my|some|all|too|much|lots|of|well|um|uh|yes|yeah|no|from|by|be|guess|might|could|lot|heavy|doing|about|say)\b|[ ]", "", before)
    if alone or _FRAMES.search(before):
        return not (alone and re.search(r"\b(?:is|hurt|makes|help|helps|worsens|kills|feel|feels|causes|aggravates|does|do)\b", doc.s[doc.offset(hit.last) : doc.offset(segment[1])]) and not _FRAMES.search(before))
    if re.search(r"\b(?:when|as)(?: i was| i am| i)? $", before) and _EVENT.search(text):
        return True
    return bool(_EVENT.search(before)) and not _AGGRAVATES.search(before)


def _mention(doc: Document, hit: Hit) -> Mention:
    segment = doc.text_of(doc.segment_of(hit.first))
    sense = assertion(doc, hit.first)
    if _OLD.search(segment) and not _STARTED_IT.search(doc.text_of(doc.sentence_of(hit.first))):
        sense = PAST
    if sense == HYPOTHETICAL:
        sense = PRESENT  # only "may have" and the like come as far as this
    start, end = doc.span(hit.first, hit.last)
    return Mention("injury", hit.entry.value, start, end, sense, experiencer(doc, hit.first), hit.entry.confidence)
