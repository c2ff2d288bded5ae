"""In what sense something is said: denied, asked about in general, supposed, over, or about somebody else.

Works on the canonical words of a `Document`; every function takes a token index and looks at its sentence only.
"""

from __future__ import annotations

import re

from clinical_text.types import HYPOTHETICAL, OTHER, PAST, PRESENT, SELF
from clinical_text.values.text import Document

_QUESTION = re.compile(
    r"\b(?:how (?:long|many|much|do|does|to|can|should|soon|come|bad|often|common)|what (?:is|are|does|do|causes?|can|could|should|would|"
    r"will|kind|if|about|helps?|happens|to|muscles?|surger\w+|makes|because)|why (?:is|are|does|do|would|did)|when (?:should|will|can|do|does|is it)|"
    r"who (?:is|gets?|should|can)|which (?:is|one|of|painkiller|medicine)|should i|can i|can (?:you|a|the|it|back|low\w*|upper|mid\w*|muscle|severe|stress|sciatica)|could (?:it|this|you)|"
    r"is (?:it|there|that|this) (?:ok|okay|safe|normal|true|possible|bad|good|dangerous|serious|common|any|a|an|worth|just|still|going|likely|because)|"
    r"will (?:it|this|that|i|my)|do (?:i|you|they|back|muscle|people|spasm)|does (?!not\b)\w+ |are (?:there|back|spasm|they|these)|"
    r"would (?:it|a|you)|any (?:tips|ideas?|advice|suggestions?)|tell me (?:about|how|what|if)|wondering (?:if|how|what|whether))\b"
)
_INITIAL = re.compile(r"^(?:(?:and|so|but|hi|hello|hey|ok|please|also|well|or|then|um|doc|doctor) )*"
                      r"(?:how|what|why|which|who|can|could|does|do|is|are|should|will|would|did|am i)\b"
                      r"(?! (?:not|barely|hardly|only|still|just|getting|really|very|so|on|in|at|about|around|killing|hurt|more|mostly|mainly|now|pretty|quite|like|worse|better|constant|feel|move|walk|"
                      r"too|my back in|some|lots|heavy)\b)(?<!did)|^did (?:i|you|he|she|it|they|we|this|that|the) ")  # fmt: skip
_OWN = re.compile(r"\b(?:my|mine|i (?:have|had|am|was|got|get|feel|hurt|think|rate|started|lifted|fell|pulled|twisted|said|suffer)|me|since)\b")
_SUPPOSE = re.compile(r"\b(?:if|in case|unless|imagine|suppose|supposing|whether|afraid of|scared of|worried about|in the event)\b")
_SURE_IF = re.compile(r"\bif (?:that|it|this) (?:helps|matters|makes sense)\b")
_GENERAL = re.compile(r"\b(?:people|someone|somebody|everyone|patients|they) (?:\w+ )?(?:with|who|have|get|say|says|said)\b")
_OVER = re.compile(
    r"\b(?:used to|previously|in the past|last time|back then|before (?:it|this) was|it was .{0,20}(?:last year|before)|years? ago|"
    r"when i was (?:young|younger|little|a|in|at|\d+)|as a (?:kid|child|teen\w*)|long ago|had (?:\w+ ){0,3}(?:last year|years? ago))\b"
)
_STILL = re.compile(r"\b(?:since|ever since|still|and now|until now|till now|to this day|for|started|began|been)\b")

_KIN = (
    r"(?:husband|wife|hubby|missus|partner|boyfriend|girlfriend|bf|gf|fiance|fiancee|spouse|dad|dads|daddy|father|fathers|papa|mum|mums|mom|moms|"
    r"mother|mothers|mama|mummy|mommy|son|sons|daughter|daughters|kid|kids|child|childs|toddler|baby|babys|teen|teenager|grandson|granddaughter|brother|brothers|"
    r"bro|sister|sisters|sis|sibling|twin|friend|friends|mate|buddy|pal|roommate|flatmate|neighbour|neighbor|colleague|coworker|boss|aunt|auntie|uncle|cousin|"
    r"nephew|niece|grandma|grandmother|granny|gran|nan|nana|grandad|grandpa|granddad|grandfather|girl|boy|patient|father in law|"
    r"mother in law|husbands|wifes|partners|in law)"
)
_AGE_WORDS = r"(?:(?:\d+|year|old|month|elderly|little|poor|dear|best|own|late|young\w*|eldest|middle|oldest|pregnant|teenage|step|grand|ex) )*"
KIN = re.compile(rf"\b(?:my|our|a|the|his|her|their) {_AGE_WORDS}{_KIN}\b|\b(?:dad|mum|mom|grandma|grandpa|hubby|nan) (?:has|had|is|was|cannot|hurt|says|fell)\b")
_KIN_START = re.compile(rf"^(?:hi |hello |hey )?{_AGE_WORDS}{_KIN}\b(?! (?:and|here|of))")
_NOT_SUBJECT = re.compile(
    r"(?:\b(?:with|am|caring for|care for|cook for|work for|lifting|lift|lifted|carrying|carried|holding|held|from|by|to|of|after|at|and|pick\w*(?: up)?|push\w*|helping|helped|told|asked|like|"
    r"chasing|playing|moving|when|while|playing with|picked up|hugged|as|moved) )$"
)
_TELLS = re.compile(r"^ (?:told|tells|said|says|thinks|thought|reckons?|gave|gives|made|suggested|wants|asked|sent|drove|massaged|helped|tried|bought|came|took|\w+ (?:me|my|us|on|into))\b")
_SELF = re.compile(r"\b(?:i|my (?:\w+ ){0,3}(?:back|neck|spine|pain|shoulder|spasm|hip|waist|tailbone)|me|myself|mine)\b")
_PRONOUN = re.compile(r"\b(?:he|she|his|her|him|hers)\b")


def assertion(doc: Document, token: int) -> str:
    """Present, hypothetical (asked in general, or supposed) or past, for what stands at a token."""
    first, last = doc.sentence_of(token)
    here = doc.offset(token)
    begin, end = doc.offset(first), doc.offset(last)
    before = doc.s[begin:here]
    if _supposed(before):
        return HYPOTHETICAL
    asked = _question_start(doc, first, last, here)
    if asked is not None and not _OWN.search(doc.s, asked, end):
        return HYPOTHETICAL
    if _GENERAL.search(before):
        return HYPOTHETICAL
    return PRESENT


def is_question(doc: Document, token: int) -> bool:
    """Whether a token stands inside a question, the person's own back included."""
    first, last = doc.sentence_of(token)
    return _question_start(doc, first, last, doc.offset(token)) is not None


def is_over(doc: Document, token: int) -> bool:
    """Whether the segment of a token speaks of the past only."""
    first, last = doc.segment_of(token)
    text = doc.s[doc.offset(first) : doc.offset(last)]
    return bool(_OVER.search(text)) and not _STILL.search(text)


def over_or(doc: Document, token: int, otherwise: str) -> str:
    """`past` where the segment speaks of the past only, else `otherwise`."""
    return PAST if is_over(doc, token) else otherwise


def experiencer(doc: Document, token: int) -> str:
    """Self or other: whose body the words at a token are about, by the nearest subject before them."""
    return OTHER if _latest_subject(doc, doc.offset(token)) else SELF


def other_person(doc: Document) -> re.Match[str] | None:
    """The first relative, friend or patient who is a subject of the message."""
    return next((m for m in KIN.finditer(doc.s) if _is_subject(doc.s, m)), None) or _KIN_START.search(doc.s)


def _latest_subject(doc: Document, here: int) -> bool:
    if other_person(doc) is None:
        # "he", "she" without a name: somebody told of before this message.
        pronoun = _PRONOUN.search(doc.s)
        return pronoun is not None and not _SELF.search(doc.s) and not KIN.search(doc.s)
    latest, other = -1, False
    sentence_end = doc.offset(doc.sentence_of(doc.token_at(here))[1])
    for match in KIN.finditer(doc.s, 0, sentence_end):
        if match.start() <= here + 1 and match.start() > latest and _is_subject(doc.s, match):
            latest, other = match.end(), True
    start = _KIN_START.search(doc.s)
    if start and latest < 0:
        latest, other = start.end(), True
    for pattern, is_other in ((_SELF, False), (_PRONOUN, True)):
        for match in pattern.finditer(doc.s, 0, sentence_end):
            if latest <= match.start() <= here:
                latest, other = match.start(), is_other
    if latest < 0:  # the person is named after the value: "severe back pain, my wife has it"
        after = KIN.search(doc.s, here)
        return after is not None and _is_subject(doc.s, after) and not _SELF.search(doc.s, 0, after.start() + 1)
    return other


def _is_subject(text: str, match: re.Match[str]) -> bool:
    return not _NOT_SUBJECT.search(text[: match.start()]) and not _TELLS.match(text[match.end() :])


def _supposed(before: str) -> bool:
    found = None
    for found in _SUPPOSE.finditer(before):
        pass
    if found is None or _SURE_IF.match(before, found.start()):
        return False
    return "," not in before[found.end() :] and " then " not in before[found.end() :]


def _question_start(doc: Document, first: int, last: int, here: int) -> int | None:
    begin, end = doc.offset(first), doc.offset(last)
    sentence = doc.s[begin:end]
    if _INITIAL.match(sentence):
        comma = doc.s.find(" , ", begin, here)
        if comma < 0 or not _OWN.search(doc.s, comma, end):
            return begin
    asked = None
    for match in _QUESTION.finditer(doc.s, begin, end):
        if match.start() > here:
            break
        asked = match.start()
    return asked
