"""The reader as a spaCy pipeline: its parts, its tokens and its spans."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from unknot.reading import pipeline
from unknot.reading.lexicon import lexicon
from unknot.reading.pipeline import ClinicalTokenizer, build
from unknot.reading.reader import Reader

TODAY = date(2026, 3, 12)
ODD = [
    "",
    " ",
    "  \n ",
    " numb  bum ",
    "I'm not sweating, I haven't peed",
    "i can’t pee…\n\nT12-L1 hurts 8/10",
    "numb\x00bum",
    "İi can't pee",
    "pee\u200dpain 👩‍👩‍👧",
    "no wee!!!!",
]
MESSAGES = [
    "numb between my legs since tuesday, pain 7/10",
    "no chest pain, lower back, woke up with it 3 days ago",
    "my husband cant pee and he has a fever of 38.5",
    "what if my legs go weak? I'm 45 and 20 weeks pregnant",
]
NLP = build(lexicon())


def test_components_in_order(reader: Reader) -> None:
    assert reader.nlp.pipe_names == ["clinical_findings", "clinical_values"]
    assert isinstance(reader.nlp.tokenizer, ClinicalTokenizer)
    assert reader.nlp.lang == "en"


def test_findings_are_spans_with_what_is_said_of_them() -> None:
    doc = NLP("I can't pee, no chest pain, my husband has fever")
    spans = {span.label_: span for span in doc.spans["findings"]}
    assert {label: (s._.assertion, s._.experiencer) for label, s in spans.items()} == {
        "urinary_retention": ("present", "self"),
        "chest_pain": ("absent", "self"),
        "fever": ("present", "other"),
    }
    chest = spans["chest_pain"]
    assert (chest.text, chest._.kind, chest._.value, chest._.confidence) == (
        "chest pain",
        "finding",
        "chest_pain",
        1.0,
    )
    assert doc.text[chest._.mention.start : chest._.mention.end] == "chest pain"


def test_values_are_spans_labelled_with_their_kind() -> None:
    doc = NLP("lower back, 7/10")
    assert {(s.label_, s._.kind, s._.value) for s in doc.spans["values"]} >= {
        ("location", "location", "lower"),
        ("severity", "severity", 7),
    }


def test_two_findings_in_the_same_words_keep_their_own_extensions() -> None:
    doc = NLP("numb between my legs and I cant move my legs, fever 38.5")
    for span in (*doc.spans["findings"], *doc.spans["values"]):
        assert span.label_ in {span._.value, span._.kind}


def test_a_number_of_a_finding_is_no_value() -> None:
    doc = NLP("I have a fever of 38.5")
    assert "fever" in {s.label_ for s in doc.spans["findings"]}
    assert "number" not in {s.label_ for s in doc.spans["values"]}


def test_other_spans_have_no_mention() -> None:
    span = NLP("lower back, 7/10")[0:1]
    assert (span._.mention, span._.kind, span._.assertion) == (None, None, None)


def test_today_travels_with_the_doc() -> None:
    def days(today: date) -> int:
        doc = NLP.make_doc("since 1 March")
        doc._.today = today
        return next(s._.value for s in NLP(doc).spans["values"] if s.label_ == "duration_days")

    assert days(date(2026, 3, 20)) - days(date(2026, 3, 10)) == 10


def test_norm_is_our_normal_form_where_there_is_just_one() -> None:
    doc = NLP("I’m havng PAIN")
    assert doc[-1].norm_ == "pain"
    assert [t.norm for t in doc._.words][:2] == ["i", "am"]


def covers(text: str) -> None:
    doc = NLP(text)
    assert doc.text == text
    assert "".join(token.text_with_ws for token in doc) == text
    for span in (*doc.spans["findings"], *doc.spans["values"]):
        assert (span.start_char, span.end_char) == (span._.mention.start, span._.mention.end)


@pytest.mark.parametrize("text", [*ODD, *MESSAGES])
def test_tokens_cover_an_odd_text(text: str) -> None:
    covers(text)


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=150)
def test_tokens_cover_any_text(text: str) -> None:
    covers(text)


@given(st.lists(st.sampled_from([*" \n\t.,-/'’7n", "can't pee", "I'm", "not", "numb bum", "l4-5", "½"]), max_size=30))
@settings(deadline=None, max_examples=150)
def test_tokens_cover_any_row_of_words_and_blanks(parts: list[str]) -> None:
    covers("".join(parts))


def test_half_a_surrogate_is_read(reader: Reader) -> None:
    """JSON may bring one; spaCy cannot hold it."""
    reading = reader.read("\ud83d I can't pee")
    assert reading.text[reading.mentions[0].start :] == "can't pee"
    assert reading.text.startswith("\ud83d")


@pytest.mark.parametrize("text", [*ODD, *MESSAGES])
def test_reader_and_doc_say_the_same(reader: Reader, text: str) -> None:
    doc = reader.nlp.make_doc(text)
    doc._.today = TODAY
    doc = reader.nlp(doc)
    spans = [*doc.spans["findings"], *doc.spans["values"]]
    reading = reader.read(text, TODAY)
    assert {s._.mention for s in spans} == set(reading.mentions)
    assert len(spans) == len(reading.mentions)
    assert doc._.reading == reading
    assert doc._.clauses == reading.clauses


def test_two_readers_in_one_process(reader: Reader) -> None:
    other = Reader()
    assert [other.read(m, TODAY) for m in MESSAGES] == [reader.read(m, TODAY) for m in MESSAGES]


def test_threads_share_a_reader(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "_REMEMBERED", 0)  # so that the vocabulary is changed under their feet as well
    wanted = [reader.read(m, TODAY) for m in MESSAGES]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda m: reader.read(m, TODAY), MESSAGES * 50)) == wanted * 50


def test_what_people_write_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = ClinicalTokenizer(lexicon())
    monkeypatch.setattr(pipeline, "_REMEMBERED", 2000)
    for number in range(3000):
        tokenizer(f"word{number}")
    assert len(tokenizer.vocab.strings) < 2100


def test_components_need_our_tokenizer() -> None:
    with pytest.raises(ValueError, match="ClinicalTokenizer"):
        spacy.blank("en").add_pipe("clinical_findings")


def test_importing_the_reader_does_not_import_spacy() -> None:
    code = "import sys, unknot.reading.reader; print('spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_product_does_without_medspacy() -> None:
    code = "import sys; from unknot.reading.reader import Reader; Reader(); print('medspacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
