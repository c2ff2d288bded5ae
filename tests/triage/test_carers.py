"""A talk about somebody else: whose back it is, asked and offered in the third person."""

from __future__ import annotations

import pytest

from tests.support.talk import Talk
from unknot.knowledge.loader import load
from unknot.triage.turn import Mention

KNOWLEDGE = load()
WIFE = Mention("sex", "female", owner="other")
OF_THE_WRITER = ("your ", "my ", " i ", "i'", " you ")


def carer(*mentions: Mention) -> Talk:
    talk = Talk()
    talk.say("it's my wife", "inform", (WIFE, *mentions))
    assert talk.case.patient == "other"
    return talk


def test_a_back_that_is_hers_is_hers() -> None:
    talk = Talk()
    talk.say("her back is in spasm", "inform", (Mention("finding", "night_pain"),))
    assert (talk.case.patient, talk.case.pronoun) == ("other", "she")


def test_naming_somebody_is_enough_to_ask_about_them() -> None:
    talk = carer()
    assert "fit her now" in talk.of("ask")[0]["text"]
    titles = [choice["title"] for choice in talk.of("ask")[0]["choices"]]
    assert "Is short of breath" in titles
    assert not [title for title in titles if title.startswith(("I ", "My "))]


def test_who_was_named_is_not_the_patient_once_somebody_speaks_of_their_own_back() -> None:
    talk = Talk()
    talk.say("my wife sent me here", "inform", (WIFE,))
    talk.say("my lower back locked", "inform", (Mention("location", "lower"),))
    assert talk.case.patient == "self"


@pytest.mark.parametrize("words", ["he says 9", "she reckons 9", "my mum said it's a 9"])
def test_a_number_that_is_passed_on_is_a_score_whatever_waits(words: str) -> None:
    talk = Talk()
    talk.say("my back", "inform", (Mention("location", "lower", owner="other"),))
    talk.say(words)
    assert talk.case.severity == 9


def test_a_sign_without_an_owner_is_that_of_whoever_is_told_of() -> None:
    talk = Talk()
    told = (Mention("age", 70, owner="other"), Mention("finding", "night_pain"))
    talk.say("my husband 70, the pain wakes every night", "inform", told)
    assert (talk.case.patient, talk.case.status("night_pain")) == ("other", "now")


@pytest.mark.parametrize("ask", [a for a in KNOWLEDGE.asks.values() if a.id != "crisis"], ids=lambda a: a.id)
def test_nothing_that_is_offered_about_another_speaks_in_the_first_person(ask: object) -> None:
    for choice in ask.choices:  # type: ignore[attr-defined]
        title = f" {(choice.other or choice.title).lower()} "
        if ask.id not in ("consent", "person", "dose"):  # type: ignore[attr-defined]
            assert not [word for word in (" i ", " my ", " me ") if word in title], choice.title


def test_what_is_offered_about_another_is_a_tick_like_any_other() -> None:
    for ask in KNOWLEDGE.asks.values():
        for choice in ask.choices:
            if not (ask.none_of_these and choice.other):
                continue
            talk = carer(Mention("location", "upper", owner="other"))
            talk.case = talk.case.from_json({**talk.case.to_json(), "pending": ask.id})
            talk.say(choice.other)
            assert set(choice.present) <= talk.case.present(), choice.other


def test_parts_of_a_list_and_doubts_are_asked_in_the_third_person() -> None:
    talk = carer()
    talk.say("most of them no", "deny", (Mention("act", "hedge"),))
    assert "fit her now" in talk.of("ask")[0]["text"]
    talk = carer(Mention("finding", "fever", "possible"))
    for _ in range(4):
        talk.no()
        if talk.case.pending == "confirm:fever":
            break
    assert talk.of("ask")[0]["text"].count("her") == 1


def test_a_man_is_not_asked_whether_he_is_pregnant() -> None:
    talk = Talk()
    talk.say("my husband", "inform", (Mention("sex", "male", owner="other"),))
    talk.tell(location="lower", severity=5, duration_days=1, injury="strain", age=40)
    while talk.case.pending and talk.case.pending != "safety":
        talk.no()
    offered = {choice["id"] for choice in talk.of("ask")[0]["choices"]}
    assert not offered & {"pregnant", "maybe_pregnant", "breastfeeding"}


def test_what_is_told_of_another_is_no_fact_of_whoever_writes_about_themselves() -> None:
    talk = Talk()
    talk.tell(location="lower", severity=5, age=40)
    talk.say("my wife is 70", "inform", (WIFE, Mention("age", 70, owner="other")))
    assert talk.case.age == 40
