"""What the load generator says."""

from __future__ import annotations

import pytest

from benchmarks.conversations import conversation, distinct_share, long_conversation, messages


def test_everybody_measured_gets_the_same_words() -> None:
    assert [conversation(number) for number in range(30)] == [conversation(number) for number in range(30)]
    assert conversation(0) != conversation(6), "the same kind of conversation, said otherwise"


def test_every_kind_of_conversation_fills_its_blanks() -> None:
    said = " ".join(text for number in range(60) for text in conversation(number))
    assert said
    assert "{" not in said
    assert "}" not in said


def test_most_messages_are_sent_only_once() -> None:
    """Otherwise a cache of vectors would be measured."""
    assert distinct_share(range(300)) > 0.85


def test_the_share_counts_repetitions() -> None:
    assert distinct_share([1, 1]) == pytest.approx(0.5)


def test_as_many_messages_as_asked_for() -> None:
    assert len(messages(25, first=7)) == 25
    assert messages(3, first=7) == conversation(7)[:3]


def test_a_long_conversation_asks_the_same_kind_of_question_at_the_marks() -> None:
    plain, probed = long_conversation(0, 60, []), long_conversation(0, 60, [1, 50])
    differing = [place for place, (a, b) in enumerate(zip(plain, probed, strict=True), start=1) if a != b]
    assert len(probed) == 60
    assert differing == [1, 50]
