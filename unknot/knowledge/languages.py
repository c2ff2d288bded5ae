"""Replies in the languages that the assistant does not work in, put together from `languages.yml` and the regions.

Used where a reply leaves: by the assistant for responses that need no action server, and by the action server for
what it says besides. Both look at the entities of the message that is answered, so a turn is in one language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Language, Region

LANGUAGE = "language"
"""Entity and slot: the id of the language of the latest message that was not in English, or "en"."""
STANDING = "standing"
"""Key of that entity: an emergency was told before and has not been taken back."""
OTHER_LANGUAGE = "other_language"
"""Intent: a message in another language with nothing in it that cannot wait."""
_PRESENT = "present"


def language_of(entities: Iterable[Mapping[str, Any]], knowledge: Knowledge) -> Language | None:
    """The language in which to reply to a message with these entities; None for English."""
    named = (str(entity.get("value")) for entity in entities if entity.get("entity") == LANGUAGE)
    return knowledge.languages.get(next(named, ""))


def in_their_language(
    payload: Mapping[str, Any], entities: Sequence[Mapping[str, Any]], region: Region, knowledge: Knowledge
) -> dict[str, Any]:
    """The reply to a message with these entities, in its language: `text` and `title` are replaced, `lang` and `dir`
    added (BCP 47 and "ltr" or "rtl"). A reply to an English message, or one there are no words for, stays as it is.
    """
    language = language_of(entities, knowledge)
    if language is None:
        return dict(payload)
    if payload.get("type") == "triage" and payload.get("level") == "emergency":
        text = _emergency(language, payload, entities, region)
        return _made(payload, language, text=text, title=language.title, number=region.emergency_number)
    if payload.get("notice") == "crisis":
        return _made(payload, language, text=_crisis(language, region))
    if payload.get("notice") == "out_of_scope":
        return _ordinary(language, payload, entities, region)
    return dict(payload)


def _made(payload: Mapping[str, Any], language: Language, **changed: Any) -> dict[str, Any]:
    return {**payload, **changed, "lang": language.tag, "dir": language.direction}


def _call(language: Language, region: Region) -> str:
    number = region.emergency_number
    return language.call.format(number=number) if number else language.call_unknown


def _emergency(
    language: Language, payload: Mapping[str, Any], entities: Sequence[Mapping[str, Any]], region: Region
) -> str:
    """What to do and why; of a message that already says why (it names findings) only that."""
    told = [str(finding) for finding in payload.get("findings") or ()]
    read = [
        str(e["value"])
        for e in entities
        if e.get("entity") == "finding" and (e.get("assertion") or _PRESENT) == _PRESENT
    ]
    labels = {sign.finding: sign.label for sign in language.signs}
    named = [labels[finding] for finding in dict.fromkeys(told or read) if finding in labels]
    because = language.because_unnamed
    if named:
        signs = reduce(lambda these, this: language.joined.format(these=these, this=this), named)
        because = language.because.format(signs=signs)
    if told:
        return because
    return language.emergency.format(call=_call(language, region), because=because)


def _crisis(language: Language, region: Region) -> str:
    number = region.crisis_line
    wording = language.crisis_call_or_text if region.crisis_line_texts else language.crisis_call
    line = wording.format(number=number) if number else language.crisis_call_unknown
    return language.crisis.format(line=line, call=_call(language, region))


def _ordinary(
    language: Language, payload: Mapping[str, Any], entities: Sequence[Mapping[str, Any]], region: Region
) -> dict[str, Any]:
    call = _call(language, region)
    if not any(entity.get(STANDING) for entity in entities):
        return _made(payload, language, text=language.ordinary.format(call=call))
    rest = {key: value for key, value in payload.items() if key != "notice"}
    emergency = {"type": "triage", "level": "emergency", "findings": [], "rules": [], "sources": []}
    text = language.standing.format(call=call)
    number = region.emergency_number
    return _made({**rest, **emergency}, language, text=text, title=language.title, number=number)
