"""What a message does as a reply: answers to lists, taking back, going back, "it did not help"."""

from __future__ import annotations

import pytest

from unknot.reading.replies import read


def acts(text: str) -> set[str]:
    return {str(mention.value) for mention in read(text)}


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("I never had it, you misread me", "never"),
        ("typo, meant something else", "never"),
        ("I had it, it has gone", "gone"),
        ("it passed", "gone"),
        ("Someone has examined me for it", "examined"),
        ("the paramedics checked me over", "examined"),
        ("my gp said it's nothing", "examined"),
        ("the mri was clear", "examined"),
        ("let's talk about my back", "resume"),
        ("number 4", "item:4"),
        ("4 and 5", "item:5"),
        ("not the second one", "not_item:2"),
        ("1 no 2 yes", "item:2"),
        ("y n n", "row:ynn"),
        ("❌", "cross"),
        ("gout, no", "thing_no"),
        ("still hurts", "not_helped"),
        ("not 8, 6", "rather"),
        ("he says 9", "reported"),
        ("my mum reckons it's a 7", "reported"),
        ("numb between the legs? yes", "thing_yes"),
        ("any fever? no. chest pain? yes", "asked_no"),
        ("can you pee? no", "cannot"),
        ("the last one", "item:-1"),
        ("first and third", "item:3"),
    ],
)
def test_what_is_done(text: str, act: str) -> None:
    assert act in acts(text)


@pytest.mark.parametrize(
    "text",
    [
        "it has not gone",
        "it hasn't gone away",
        "nobody has examined me",
        "i have not been checked",
        "should i get checked",
        "my doctor said to go to the er",
        "i will be seen by someone tomorrow",
        "waiting to be examined",
        "I have had it for more than 6 weeks",
        "never mind",
        "when will it be gone",
        "no numbness",
    ],
)
def test_what_takes_nothing_back(text: str) -> None:
    assert not acts(text) & {"never", "gone", "examined"}


@pytest.mark.parametrize("text", ["none", "no to all", "none of these", "nope"])
def test_a_clean_no_is_clean(text: str) -> None:
    assert not acts(text) & {"hedge", "except", "partly", "cross", "thing_no"}


@pytest.mark.parametrize(
    "text", ["how long does it last", "which first", "what should i do first", "how long will this last?"]
)
def test_a_question_names_no_line_of_a_list(text: str) -> None:
    assert not [act for act in acts(text) if act.startswith("item:")]


@pytest.mark.parametrize("text", ["can't pee? no", "is it numb? no"])
def test_a_no_to_a_sign_is_no_lost_ability(text: str) -> None:
    assert "cannot" not in acts(text)
