"""What set it off: `injury` (none, strain, minor, major), the most serious that is said of this episode.

Comparisons ("like I got hit by a truck"), denials, questions and what merely aggravates ("hurts when I sneeze") are
no injury.
"""

from __future__ import annotations

import re
from functools import lru_cache

from unknot.reading.types import HYPOTHETICAL, PAST, PRESENT, Mention
from unknot.reading.values.context import assertion, experiencer
from unknot.reading.values.lexicon import Entry, Hit, PhraseSet, WordSet, words
from unknot.reading.values.patterns import Pattern
from unknot.reading.values.text import Document, tokenise

_HIGH, _LOW = Entry("injury", "major", ("height",)), Entry("injury", "minor", ("height",))
_RANK = {"none": 0, "strain": 1, "minor": 2, "major": 3}
_DENIED = Pattern("injury", "denied")
_NOT_DENIED = Pattern("injury", "not_denied")
_SIMILE = Pattern("injury", "simile")
_PRESENT_FORMS = frozenset(
    {"sneeze", "cough", "pick", "tie", "lift", "slip", "trip", "fall", "put", "getting", "get"}
)
_AGGRAVATES = Pattern("injury", "aggravates")
_FRAMES = Pattern("injury", "frames")
_EVENT = Pattern("injury", "event")
_OLD = Pattern("injury", "old")
_STARTED_IT = Pattern("injury", "started_it")
_MODAL = Pattern("injury", "modal")
_HAPPENED = Pattern("injury", "happened")
_NOT_FALL = Pattern("injury", "not_fall")
_SLIPPED_DISC = Pattern("injury", "slipped_disc")
_DISC_BEFORE = Pattern("injury", "disc_before")
_TRIP = Pattern("injury", "trip")
_OBJECT_NEXT = Pattern("injury", "object_next")


_BETWEEN = WordSet("injury", "between")
_VERBS_OF_ANYTHING = WordSet("injury", "verbs_of_anything")
_PAIN_STORY = WordSet("injury", "pain_story")
_HEIGHT = Pattern("injury", "height")


@lru_cache(maxsize=1)
def _sets() -> tuple[PhraseSet, PhraseSet, PhraseSet]:
    near = (words().fillers - {"so", "like", "just"}) | _BETWEEN.words
    return (
        PhraseSet(["injury"], tokenise, near),
        PhraseSet(["strain_ing"], tokenise, near),
        PhraseSet(["no_injury"], tokenise, near | {"just"}),
    )


def read(doc: Document) -> list[Mention]:
    """At most one mention of this episode's cause, and what happened long ago as past."""
    certain, framed, nothing = _sets()
    hits = [h for h in certain.find(doc.words) if _counts(doc, h)]
    hits += [
        h
        for h in framed.find(doc.words)
        if not any(o.first < h.last and h.first < o.last for o in hits) and _framed(doc, h) and _counts(doc, h)
    ]
    mentions = [_mention(doc, h) for h in hits] + _heights(doc)
    current = [m for m in mentions if m.assertion == PRESENT]
    if current:
        best = max(current, key=lambda m: (_RANK[str(m.value)], -m.start))
        return [best, *[m for m in mentions if m.assertion == PAST][:1]]
    none = next((h for h in nothing.find(doc.words) if _nothing_counts(doc, h)), None)
    others = mentions[:1]
    if none is not None:
        start, end = doc.span(none.first, none.last)
        return [
            Mention("injury", "none", start, end, PRESENT, experiencer(doc, none.first), none.entry.confidence),
            *others,
        ]
    return others


def _heights(doc: Document) -> list[Mention]:
    """ "Fell 3 metres": a fall from more than a metre, or three feet, counts as one from a height."""
    found = []
    for match in _HEIGHT.finditer(doc.s) if doc.has_number else ():
        height, unit = int(match["n"] or match["n2"]), match["u"] or match["u2"]
        hit = Hit(
            _HIGH if height > (2 if unit.startswith("f") and unit[1:2] != "l" else 0) else _LOW, *doc.range_of(match)
        )
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
        if _NOT_WAKING.search(sentence[max(0, sentence.find(text) - 25) :]):
            return False
        tail = sentence[sentence.find(text) + len(text) :]
        return (
            len(doc.words) <= 5
            or bool(_WOKE_WITH.match(tail))
            or bool({"with", "like", "to", "this"} & set(text.split()[2:]))
        )
    return not _TO_THE_HEAD.match(after)


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
    if _CAN_CAUSE.match(after):
        return False
    return not _other_sense(doc, hit, text, near, after)


def _other_sense(doc: Document, hit: Hit, text: str, before: str, after: str) -> bool:
    word = doc.words[hit.first]
    after_first = doc.s[doc.offset(hit.first) + len(word) : doc.offset(hit.first) + len(word) + 40].strip()
    if word in {"fell", "fall", "fallen", "falling"} and _NOT_FALL.match(after_first):
        return True
    if word == "fall" and re.search(r"\b(?:last|this|in the|since|every) $", before):  # the season
        return True
    if text in {"fell", "fallen"} and not _SUBJECT_BEFORE_FELL.search(before):
        return True
    if text.startswith(("slip", "slid")) and (
        _SLIPPED_DISC.match(after_first)
        or (_DISC_BEFORE.search(before) and not re.search(r"\bi (?:have |had |just )?$", before))
    ):
        return True
    if "trip" in text and _TRIP.search(before) and "tripp" not in text:
        return True
    if hit.entry.value == "strain":
        if re.search(r"\bsize of (?:a |an )?$", before) or re.match(r" (?:ball|course|sized)\b", after):
            return True
        if word in {"picked", "pick"} and _PICKED_UP_THING.match(after_first):
            return True
        if text in _VERBS_OF_ANYTHING:
            if not any(w in _PAIN_STORY for w in doc.words) and len(doc.words) > 3:
                return True
            bare_ok = _I_JUST.search(before)
            if (
                _OBJECT_NEXT.match(after)
                or not bare_ok
                or (text in {"turned", "stretched"} and re.match(r" (?:\d|out|into|it|and it (?:help|did))", after))
            ):
                return True
        if word in {"at", "in", "from", "after", "during", "left", "hit", "went"} and "gym" in text:
            return bool(_GYM_PLANS.search(before))
        if text in {"sneeze", "a sneeze"} or word in {"pick", "tie"}:
            return not _FROM_A_SNEEZE.search(before) or bool(_WHEN_I.search(before))
        if word in {"in", "my", "was", "been", "did", "since", "while"} and re.search(
            r"\b(?:help|hurt|worse|painful)\b", before
        ):
            return True
        if word in _PRESENT_FORMS and _PRESENT_HABIT.search(before):
            return True
    return False


_PRESENT_HABIT = Pattern("injury", "present_habit")
_NOT_WAKING = Pattern("injury", "not_waking")
_TO_THE_HEAD = Pattern("injury", "to_the_head")
_WOKE_WITH = Pattern("injury", "woke_with")
_CAN_CAUSE = Pattern("injury", "can_cause")
_SUBJECT_BEFORE_FELL = Pattern("injury", "subject_before_fell")
_PICKED_UP_THING = Pattern("injury", "picked_up_thing")
_I_JUST = Pattern("injury", "i_just")
_GYM_PLANS = Pattern("injury", "gym_plans")
_FROM_A_SNEEZE = Pattern("injury", "from_a_sneeze")
_WHEN_I = Pattern("injury", "when_i")
_ASKS_OR_AGGRAVATES = Pattern("injury", "asks_or_aggravates")
_THIN_LEAD = Pattern("injury", "thin_lead")
_CAUSE_LEAD = Pattern("injury", "cause_lead")
_VERB_AFTER = Pattern("injury", "verb_after")


def _framed(doc: Document, hit: Hit) -> bool:
    """Whether an "-ing" form names the cause and not what hurts now."""
    segment = doc.segment_of(hit.first)
    before = doc.s[doc.offset(segment[0]) : doc.offset(hit.first)]
    text = doc.text_of(segment)
    if _ASKS_OR_AGGRAVATES.search(text) and not _CAUSE_LEAD.search(before):  # fmt: skip
        return False
    alone = not _THIN_LEAD.sub("", before)
    if alone or _FRAMES.search(before):
        return not (
            alone
            and _VERB_AFTER.search(doc.s[doc.offset(hit.last) : doc.offset(segment[1])])
            and not _FRAMES.search(before)
        )
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
