"""The reader as a spaCy pipeline: a tokenizer of our own and two components, without any statistical model.

`clinical_findings` writes `doc.spans["findings"]`, `clinical_values` writes `doc.spans["values"]`. A span's label is
the id of a finding or condition, or the kind of a value; its extensions `kind`, `value`, `assertion`, `experiencer`
and `confidence` say the rest, and `mention` is all of it with the exact place in the text as it was typed.
"""

# No postponed annotations here: spaCy checks the arguments of factories by them.
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from operator import attrgetter
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import get_lang_class
from spacy.vocab import Vocab, create_vocab

from unknot.reading.clauses import boundaries, clauses_of
from unknot.reading.findings import read_findings
from unknot.reading.lexicon import Lexicon
from unknot.reading.spelling import Speller
from unknot.reading.tokens import Token, tokenize
from unknot.reading.types import PAST, PRESENT, Clause, Mention, Reading
from unknot.reading.values import Document, read_document

FINDINGS, VALUES, SENSES = "findings", "values", "senses"
_ANY_LENGTH = 2**31 - 1  # of a message: there is no model whose memory grows with it
_REMEMBERED = 15_000
_PAIN = frozenset(
    {"back", "pain", "pains", "spasm", "spasms", "it", "its", "it's", "this", "hurt", "hurts", "hurting", "sore"}
    | {"ache", "aches", "spine", "neck", "started"}
)
_HISTORY = frozenset({"cancer_history", "osteoporosis", "immunosuppressed", "steroid_use", "iv_drug_use"})
_TIME_BACK = re.compile(r"\b(?:years?|yrs?|months?|weeks?|wks?|days?|ages|decades?) back\b")
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


@dataclass(frozen=True)
class Source:
    """What the components read. spaCy's tokens only divide the text; our words may share a place ("I'm" is two).

    `tokens` are the words for findings, `bounds` those that begin a clause, `document` the words for values.
    """

    text: str
    tokens: list[Token]
    bounds: list[int]
    document: Document


class ClinicalTokenizer:
    """Divides a text wherever one of our words begins or ends. Safe to share between threads.

    The tokens cover the text exactly, and every mention lies on their borders. `norm_` is our normal form of a token
    where there is just one. A lone surrogate, which spaCy cannot hold, becomes the replacement character.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.vocab: Vocab = _new_vocab()
        self._correct = Speller(lexicon).correct

    def __call__(self, text: str) -> Doc:
        """A Doc with `doc._.source`."""
        tokens = tokenize(text, self._correct)
        source = Source(text, tokens, boundaries(tokens, text), Document(text))
        places = _places(source)
        shown = text if text.isascii() else text.translate(_SURROGATES)
        spaces = [shown[end : end + 1] == " " for _, end in places]
        doc = Doc(self._room(), words=[shown[start:end] for start, end in places], spaces=spaces)
        norms: dict[tuple[int, int], str] = {}
        for token in source.tokens:
            place = (token.start, token.end)
            norms[place] = "" if place in norms else token.norm
        for index, place in enumerate(places):
            if norm := norms.get(place):
                doc[index].norm_ = norm
        doc._.source = source
        return doc

    def _room(self) -> Vocab:
        # A vocabulary keeps every word it has ever seen: it must neither grow with what people write nor keep it.
        vocab = self.vocab
        if len(vocab.strings) > _REMEMBERED:
            vocab = self.vocab = _new_vocab()
        return vocab


class FindingsComponent:
    """Findings and conditions, each with what is said of it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def __call__(self, doc: Doc) -> Doc:
        """Write `doc.spans["findings"]`."""
        source = doc._.source
        found, senses = read_findings(self.lexicon, source.tokens, source.bounds)
        doc.user_data[SENSES] = tuple(senses)
        return _write(doc, FINDINGS, found)


class ValuesComponent:
    """Where, how bad, since when, answers and the like; `doc._.today` is the day that days are counted back from."""

    def __call__(self, doc: Doc) -> Doc:
        """Write `doc.spans["values"]`, without numbers that are part of a finding's own words ("38.5" of a fever)."""
        clinical = [span._.mention for span in doc.spans.get(FINDINGS, ())]

        def inside(value: Mention) -> bool:
            return value.kind == "number" and any(m.start <= value.start and value.end <= m.end for m in clinical)

        found = read_document(doc._.source.document, doc._.today or date.today())
        clauses = doc._.clauses
        kept = [
            _in_its_time(v, clinical, clauses) for v in found if not inside(v) and not _of_a(v, clinical, clauses)
        ]
        return _write(doc, VALUES, kept)


def _in_its_time(value: Mention, clinical: list[Mention], clauses: tuple[Clause, ...]) -> Mention:
    """An injury is as long ago as all that the same clause says of findings ("my uncle was paralysed in a crash")."""
    if value.kind != "injury" or value.assertion != PRESENT:
        return value
    clause = next((c for c in clauses if c.start <= value.start < c.end), None)
    beside = {m.assertion for m in clinical if clause and m.start < clause.end and clause.start < m.end}
    return replace(value, assertion=PAST) if beside == {PAST} else value


def _of_a(value: Mention, clinical: list[Mention], clauses: tuple[Clause, ...]) -> bool:
    """Whether a time belongs to an illness or medicine and not to the pain ("came off warfarin two years ago")."""
    if value.kind != "duration_days":
        return False
    clause = next((c for c in clauses if c.start <= value.start < c.end), None)
    if clause is None or not _PAIN.isdisjoint(_TIME_BACK.sub("", clause.text.lower()).split()):
        return False
    text, start = clause.text, clause.start
    beside = [
        m
        for m in clinical
        if m.start < clause.end and start < m.end and "," not in text[value.end - start : max(m.start - start, 0)]
    ]  # "yesterday, i'm on coumadin by the way": a time that a comma parts from what follows is of the pain
    return any(m.kind == "condition" or m.value in _HISTORY for m in beside)


def build(lexicon: Lexicon) -> Language:
    """The pipeline over a lexicon; takes any text."""
    _register()
    nlp = spacy.blank("en")
    nlp.max_length = _ANY_LENGTH
    nlp.tokenizer = ClinicalTokenizer(lexicon)
    nlp.add_pipe("clinical_findings")
    nlp.add_pipe("clinical_values")
    return nlp


def _register() -> None:
    """Make our components and extensions known to spaCy; once or many times."""
    factories: dict[str, Callable[[Any, str], Any]] = {
        "clinical_findings": _make_findings,
        "clinical_values": _make_values,
    }
    for name, make in factories.items():
        if not Language.has_factory(name):
            Language.factory(name, assigns=["doc.spans"], func=make)
    Doc.set_extension("source", default=None, force=True)
    Doc.set_extension("today", default=None, force=True)
    Doc.set_extension("words", getter=_words, force=True)
    Doc.set_extension("clauses", getter=_clauses, force=True)
    Doc.set_extension("reading", getter=_reading, force=True)
    Span.set_extension("mention", getter=_mention, force=True)
    for name in ("kind", "value", "assertion", "experiencer", "confidence"):
        Span.set_extension(name, getter=_of_mention(name), force=True)


def _make_findings(nlp: Language, name: str) -> FindingsComponent:
    if not isinstance(nlp.tokenizer, ClinicalTokenizer):
        raise ValueError(f"{name} reads the words of ClinicalTokenizer: set nlp.tokenizer first")
    return FindingsComponent(nlp.tokenizer.lexicon)


def _make_values(nlp: Language, name: str) -> ValuesComponent:
    return ValuesComponent()


def _new_vocab() -> Vocab:
    return create_vocab("en", get_lang_class("en").Defaults)


def _places(source: Source) -> list[tuple[int, int]]:
    """Where spaCy's tokens begin and end: at our words of either kind and at blanks, one of which is no token."""
    text = source.text
    cuts = {0, len(text)}
    for word in source.tokens:
        cuts.update((word.start, word.end))
    for part in source.document.tokens:
        cuts.update((part.start, part.end))
    for at, char in enumerate(text):
        if char == " ":
            cuts.add(at)
            cuts.add(at + 1)
    ordered = sorted(cuts)
    places: list[tuple[int, int]] = []
    spaced = True  # a text that begins with a blank begins with a token of it
    for start, end in pairwise(ordered):
        if end == start + 1 and text[start] == " " and not spaced:
            spaced = True
            continue
        places.append((start, end))
        spaced = False
    return places


def _write(doc: Doc, group: str, mentions: list[Mention]) -> Doc:
    """Spans of the mentions. A span's `id` leads to its mention: spaCy gives equal places equal extensions."""
    table: dict[int, Mention] = doc.user_data.setdefault("mentions", {})
    spans = []
    for mention in sorted(mentions, key=lambda m: (m.start, m.end)):
        number = len(table) + 1
        table[number] = mention
        label = mention.kind if group == VALUES else str(mention.value)
        span = doc.char_span(mention.start, mention.end, label, alignment_mode="expand")
        span.id = number
        spans.append(span)
    doc.spans[group] = spans
    return doc


def _mention(span: Span) -> Mention | None:
    found: Mention | None = span.doc.user_data.get("mentions", {}).get(span.id)
    return found


def _of_mention(name: str) -> Callable[[Span], Any]:
    get = attrgetter(name)

    def getter(span: Span) -> Any:
        mention = _mention(span)
        return None if mention is None else get(mention)

    return getter


def _words(doc: Doc) -> list[Token]:
    found: list[Token] = doc._.source.tokens
    return found


def _clauses(doc: Doc) -> tuple[Clause, ...]:
    source = doc._.source
    return tuple(clauses_of(source.tokens, source.bounds, source.text))


def _reading(doc: Doc) -> Reading:
    """All mentions of both components in the order of the text."""
    found = [span._.mention for group in (FINDINGS, VALUES) for span in doc.spans.get(group, ())]
    mentions = sorted(found, key=lambda m: (m.start, m.end, m.kind, str(m.value)))
    spelled = " ".join(token.norm_ for token in doc)
    return Reading(doc._.source.text, tuple(mentions), _clauses(doc), doc.user_data.get(SENSES, ()), spelled)
