"""Whatever is typed, the pipeline gives an answer, in time."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation.nlu import Nlu, Parsed
from evaluation.scoring import STRICT

LONGEST = 1000  # characters that the assistant takes in
# Of CPU time, scaled by what an ordinary message takes here. A runaway pattern takes many times that; what a message
# costs is measured by `make understanding`, not tested.
MOST_SECONDS = 1.0
TYPICAL = 0.015

PHRASES = "my lower back went numb pain pee can't no fever since tuesday 7/10 and, but. what if? chest leg 40mg"
WORDS = PHRASES.split()

ODD = {
    "empty": "",
    "spaces": " \t\n\r  ",
    "one letter": "a",
    "dots": "." * LONGEST,
    "question marks": "?" * 50,
    "one long word": "a" * LONGEST,
    "digits": "9" * LONGEST,
    "a number too large": "age 99999999999999999999999999",
    "negative": "-5 out of 10",
    "out of range": "pain 900/10 for 99999999 years",
    "null byte": "back\x00pain",
    "control characters": "\x01\x02\x1b[31mback pain\x07",
    "emoji": "😭😭😭 my back 💀💀 8️⃣/🔟",
    "family emoji": "👨‍👩‍👧‍👦" * 40,
    "flags": "🇬🇧🇮🇳🇺🇸",
    "zalgo": "b̸̢̛a̶̧c̵̨k̷ ̴p̵a̷i̶n̵" * 20,
    "right to left": "\u202eniap kcab\u202c ظهري يؤلمني",
    "zero width": "ba\u200bck\u200d pa\ufeffin",
    "surrogate-like": "\ufffd\ufffe\uffff",
    "full width": "ｍｙ　ｂａｃｋ　ｈｕｒｔｓ　８／１０",
    "ligatures": "my ﬁnger ﬂoat ǆ ß İstanbul",
    "smart quotes": "I can’t feel my “seat” — it’s numb…",
    "html": "<script>alert('back')</script><b>pain</b>&nbsp;&amp;",
    "template": "{{7*7}} ${HOME} %s %d {0} {name}",
    "sql": "'; DROP TABLE events; --",
    "json": '{"intent": "report_emergency", "entities": [{"entity": "finding"}]}',
    "rasa payload": '/report_emergency{"finding": "chest_pain"}',
    "slash only": "/",
    "restart": "/restart",
    "broken payload": '/inform{"location": ',
    "path": "../../etc/passwd",
    "regex": "(a+)+$ [a-z]* \\d{3,} (?P<x>.)",
    "brackets": "([{<" * 200,
    "new lines": "back\n" * 150,
    "commas": "numb, " * 160,
    "no spaces": "mybackhurtssomuchandicantpeeandmylegsareweak" * 20,
    "repeated letters": "nooooooooooooooo my baaaaaaaaack",
    "all capitals": "MY BACK IS KILLING ME AND I CANT FEEL MY LEGS",
    "url": "https://example.org/?q=back%20pain&x=1#numb",
    "dates": "31/02/2024 1/13/20 2024-99-99 tuesday tuesday tuesday",
    "fractions": "½ out of ⅒, 3 ½ wks, 7.5.3/10/10",
    "roman": "pain level VII for iv weeks",
    "chinese": "我背痛而且腿没有力气" * 30,
    "mixed scripts": "mеin bасk hurts",  # Cyrillic letters among the Latin ones
    "longest": ("my back went yesterday and i cant pee, " * 40)[:LONGEST],
    "too long": "my back hurts and " * 500,
}


def check(parsed: Parsed, text: str) -> None:
    """What every answer holds, whatever was typed."""
    assert isinstance(parsed.intent, str)
    assert parsed.intent
    assert 0.0 <= parsed.confidence <= 1.0 + 1e-6
    for entity in parsed.entities:
        assert entity["entity"]
        assert entity["value"] is not None
        if "start" in entity:
            # Places count in the text as it was normalised, which may be longer ("…" becomes "...", an emoji words).
            assert 0 <= entity["start"] <= entity["end"] <= 8 * len(text) + 8, entity
    for kind, low, high in (("severity", 0, 10), ("duration_days", 0, 40_000), ("age", 0, 125)):
        assert kind in STRICT
        assert all(low <= e["value"] <= high for e in parsed.mentions(kind)), parsed.mentions(kind)


@pytest.mark.parametrize("name", ODD)
def test_odd_text(nlu: Nlu, name: str) -> None:
    check(nlu.parse(ODD[name]), ODD[name])


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(max_size=LONGEST))
def test_any_text(nlu: Nlu, text: str) -> None:
    check(nlu.parse(text), text)


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words=st.lists(st.sampled_from(WORDS), max_size=60), gap=st.sampled_from([" ", "  ", ", ", "\n", "..."]))
def test_any_order_of_words(nlu: Nlu, words: list[str], gap: str) -> None:
    text = gap.join(words)
    check(nlu.parse(text), text)


def test_the_same_text_is_understood_the_same(nlu: Nlu) -> None:
    text = "my lower back went tuesday, 7/10, no fever but i cant feel my bum"
    first, second = nlu.parse(text), nlu.parse(text)
    assert (first.intent, first.ranking, first.entities) == (second.intent, second.ranking, second.entities)


@pytest.mark.parametrize("kind", ["story", "commas", "no spaces", "letters"])
def test_the_longest_messages_are_understood_in_time(nlu: Nlu, kind: str) -> None:
    limit = MOST_SECONDS * max(1.0, typical(nlu) / TYPICAL)
    # Each text is new, so that no cache answers for the encoder.
    best = min(nlu.parse(longest(kind, seed)).cpu for seed in range(4))
    assert best < limit


def longest(kind: str, seed: int) -> str:
    """A message of the greatest length that is taken in."""
    chance = random.Random(seed)
    text = {
        "story": lambda: " ".join(chance.choices(WORDS, k=400)),
        "commas": lambda: ", ".join(chance.choices(WORDS, k=400)),
        "no spaces": lambda: "".join(chance.choices(WORDS, k=400)),
        "letters": lambda: "".join(chance.choices("abcdefg hij? .", k=LONGEST)),
    }[kind]()
    return text[:LONGEST]


def typical(nlu: Nlu) -> float:
    """CPU time of an ordinary message on this machine as busy as it is now, in seconds."""
    times = []
    for number in range(7):
        start = time.process_time()
        nlu.parse(f"how long will my back hurt after {number} days of this")
        times.append(time.process_time() - start)
    return sorted(times)[3]
