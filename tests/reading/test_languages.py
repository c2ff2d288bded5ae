"""Which language a message is in: English stays English, whatever it looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation import cases
from unknot.reading.languages import ENGLISH, Guess, guess
from unknot.reading.other_languages import PRESENT, lexicons, reader

ROOT = Path(__file__).resolve().parents[2]
SENTENCES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "other_languages.yml").read_text(encoding="utf-8")
)
# Examples of the training data that are not in English, or not only: crises, and Hindi in Latin letters.
NOT_ENGLISH = 25
MEANT_IN_ANOTHER_LANGUAGE = 2  # of the evaluation sets
TOPICS = {"out_of_scope", "oos", "other_language"}  # other topics and languages


def english_examples() -> list[str]:
    """What the classifier learns from, without other topics, among which are other languages."""
    found = []
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        # libyaml: the pure loader takes half a minute for them.
        for block in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]:
            if block["intent"] not in TOPICS:
                found += [line[2:].strip() for line in block["examples"].strip().split("\n")]
    return found


def alarms_or_takes_over(text: str) -> bool:
    """Whether a message would be treated as one in another language."""
    found = guess(text)
    if found.language == ENGLISH:
        return False
    names = (found.language, *found.others)
    return found.sure or any(m.assertion == PRESENT for name in names for m in reader(name).read(text))


def test_english_stays_english() -> None:
    examples = english_examples()
    taken = [text for text in examples if alarms_or_takes_over(text)]
    assert len(examples) > 10_000
    assert len(taken) <= NOT_ENGLISH


def test_the_evaluation_sets_stay_english() -> None:
    texts = [case.text for case in cases.own() if case.set not in TOPICS]
    taken = [text for text in texts if alarms_or_takes_over(text)]
    assert len(texts) > 1000
    assert [text for text in taken if guess(text).language not in ("de", "es")] == []
    assert len(taken) <= MEANT_IN_ANOTHER_LANGUAGE


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "7",
            "8/10",
            "ok",
            "no",
            "yes",
            "help",
            "lol",
            "???",
            "🙂",
            "me again",
            "pls hlp",
            "die",
            "son fell",
        ),
        *(
            "ibuprofen",
            "naproxen 500",
            "tramadol",
            "diclofenac",
            "sciatica",
            "lumbago",
            "overdose",
            "paralysis",
            "numb",
        ),
        *(
            "lower back, 7",
            "cant pee",
            "omg my back",
            "my son has a sore back",
            "mi back hurts",
            "par for the course",
        ),
    ],
)
def test_short_english_and_names_of_medicines(text: str) -> None:
    assert not alarms_or_takes_over(text)


@pytest.mark.parametrize("language", SENTENCES)
def test_ordinary_back_pain_is_known_as_that_language(language: str) -> None:
    texts = SENTENCES[language]["ordinary"]
    sure = [text for text in texts if guess(text) == Guess(language)]
    assert len(sure) >= 0.7 * len(texts)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("mi fa male la schiena da ieri", ENGLISH),
        ("腰が痛いです", ENGLISH),
        ("میری کمر میں درد ہے", ENGLISH),
        ("허리가 아파요", ENGLISH),
        ("у меня болит спина", ENGLISH),
    ],
)
def test_a_language_that_is_not_at_hand_is_not_taken_for_its_neighbour(text: str, language: str) -> None:
    found = guess(text)
    assert not found.sure
    assert not alarms_or_takes_over(text)


def test_after_a_message_in_another_language_less_is_needed() -> None:
    assert not guess("las dos").sure
    assert guess("las dos", before="es") == Guess("es")
    assert guess("my lower back", before="es") == Guess(ENGLISH)


@pytest.mark.parametrize("language", lexicons())
def test_every_language_has_words_to_say_and_sentences_to_try(language: str) -> None:
    from unknot.knowledge.loader import load

    assert language in load().languages
    assert language in SENTENCES
