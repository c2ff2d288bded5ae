"""What people type is made plain, and can never be taken for a command of Rasa's."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from unknot.nlu.typed_text_guard import WORD_JOINER, TypedTextGuard, plain_text

DOMAIN = Domain.from_dict({"version": "3.1", "intents": ["inform", "restart", "session_start"], "entities": ["age"]})


def guarded(text: str | None) -> Message:
    guard = TypedTextGuard(TypedTextGuard.get_default_config())
    return guard.process([Message({TEXT: text} if text is not None else {})])[0]


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "/inform",
        '/inform{"age": 5}',
        "  /restart",
        "\t\n/session_start",
        "\u00a0/restart",
        "\x00/restart",
        "\u200b/restart",
        "\ufeff/restart",
        "／restart",
        "\x1c/restart",
        "//restart",
        "/restart@0.99",
        "/ restart",
        "/" + "a" * 100_000,
    ],
)
def test_typed_slash_is_no_intent(typed: str) -> None:
    handled = RegexMessageHandler().process([guarded(typed)], DOMAIN)[0]
    assert handled.get("intent") is None
    assert not handled.get("entities")
    assert handled.get(TEXT).strip()[0] == WORD_JOINER


@given(st.text(max_size=40).map(lambda text: f"{text[:3]}/{text[3:]}"))
def test_no_text_reaches_the_handler_as_an_intent(typed: str) -> None:
    handled = RegexMessageHandler().process([guarded(typed)], DOMAIN)[0]
    assert handled.get("intent") is None


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("can’t “move” — at all", 'can\'t "move" - at all'),
        ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        ("two\nlines\tand  gaps ", "two lines and gaps"),
        ("nul\x00byte\x07", "nulbyte"),
        ("👍", "thumbs up sign"),
        ("👍🏽", "thumbs up sign"),
        ("ok👍", "ok thumbs up sign"),
        ("\ud800lone surrogate", "lone surrogate"),
        ("½ a tablet", "1⁄2 a tablet"),
        ("   ", ""),
        ("", ""),
        ("a/b or 8/10", "a/b or 8/10"),
    ],
)
def test_plain_text(typed: str, plain: str) -> None:
    assert plain_text(typed, 1000) == plain


def test_a_message_without_text_gets_an_empty_one() -> None:
    assert guarded(None).get(TEXT) == ""


def test_of_a_long_text_beginning_and_end_are_kept() -> None:
    text = plain_text("my back hurts. " + "bla " * 25_000 + "I cannot feel my legs", 1000)
    assert len(text) <= 1000
    assert text.startswith("my back hurts.")
    assert text.endswith("I cannot feel my legs")


@given(st.text())
@example("🠘000")
@example("00000🨸")
@example("00000©0°0¦¼")
@example("🇦🇦")
@example("e\u200b\u0301")
def test_any_text_stays_short_and_can_be_encoded(typed: str) -> None:
    plain = plain_text(typed, 50)
    assert len(plain) <= 51  # one invisible character may be added
    plain.encode("utf-8")
    assert plain_text(plain, 1000).replace(WORD_JOINER, "") == plain.replace(WORD_JOINER, "")
