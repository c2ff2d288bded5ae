"""What a short answer means depends on the question that waits."""

from __future__ import annotations

import pytest

from tests.support.cases import case_with
from unknot.knowledge.loader import load
from unknot.triage.case import Case
from unknot.triage.statement import DENIED, DOUBTFUL, NOW, POSSIBLE, UNKNOWN, Statement
from unknot.triage.turn import Mention, Turn
from unknot.triage.update import update

KNOWLEDGE = load()


def act(*names: str) -> tuple[Mention, ...]:
    return tuple(Mention("act", name) for name in names)


def after(pending: str, text: str = "", mentions: tuple[Mention, ...] = (), intent: str = "inform") -> Case:
    case = Case(pending=pending, asked=(pending,), started=True)
    return update(case, Turn(text, intent, 0.9, mentions), KNOWLEDGE).case


@pytest.mark.parametrize(
    ("pending", "number", "field", "expected"),
    [
        ("severity", 7, "severity", 7),
        ("severity", 11, "severity", 10),
        ("severity", 0, "severity", 0),
        ("age", 45, "age", 45),
        ("age", 0, "age", None),
        ("age", 130, "age", None),
        ("location", 7, "severity", 7),
        ("red_flags_first", 7, "severity", 7),
        ("red_flags_more", 52, "age", 52),
        ("severity", 52, "age", None),
        ("onset", 3, "severity", None),
    ],
)
def test_bare_numbers(pending: str, number: int, field: str, expected: int | None) -> None:
    assert getattr(after(pending, mentions=(Mention("number", number),)), field) == expected


@pytest.mark.parametrize("answer", ["no", "none"])
def test_no_denies_everything_that_was_asked(answer: str) -> None:
    case = after("red_flags_first", mentions=act(answer))
    assert {case.status(i) for i in KNOWLEDGE.asks["red_flags_first"].findings} == {DENIED}
    assert "red_flags_first" in case.answered


def test_no_but_is_heard() -> None:
    case = after("red_flags_more", mentions=(*act("no"), Mention("finding", "leg_tingling")))
    assert case.status("leg_tingling") == NOW
    assert case.status("fever") == DENIED


def test_naming_one_condition_says_nothing_of_the_rest() -> None:
    case = after("safety", mentions=(Mention("condition", "asthma"),))
    assert case.statuses == {"asthma": NOW}
    assert "safety" in case.declined, "it is not asked again, and no dose is given"


def test_naming_one_condition_and_denying_the_rest_answers_for_all() -> None:
    case = after("safety", mentions=(*act("no"), Mention("condition", "asthma")))
    assert (case.status("asthma"), case.status("anticoagulant")) == (NOW, DENIED)
    assert "safety" in case.answered


def test_ticking_one_condition_in_the_list_answers_for_all_of_it() -> None:
    case = after("safety", "I have asthma")
    assert (case.status("asthma"), case.status("anticoagulant")) == (NOW, DENIED)
    assert "safety" in case.answered


def test_naming_one_denied_sign_does_not_answer_for_the_rest() -> None:
    case = after("red_flags_first", mentions=(Mention("finding", "chest_pain", "denied"),))
    assert case.statuses == {"chest_pain": DENIED}
    assert "red_flags_first" not in case.answered


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am short of breath", {"breathlessness": NOW}),
        ("breathlessness", {"breathlessness": NOW}),
        ("I am short of breath\nIt began after a car crash or a fall from a height", {"major_trauma": NOW}),
        ("I am short of breath. It began after a car crash or a fall from a height", {"major_trauma": NOW}),
        ("None of these", {}),
    ],
)
def test_choices_by_title_id_and_several_at_once(text: str, expected: dict[str, str]) -> None:
    case = after("red_flags_first", text)
    assert expected.items() <= case.statuses.items()


@pytest.mark.parametrize(
    ("pending", "choice", "field", "expected"),
    [
        ("location", "Upper back", "location", "upper"),
        ("location", "whole", "location", "whole"),
        ("severity", "Severe, about 8", "severity", 8),
        ("onset", "few_days", "duration_days", 3),
        ("injury", "Nothing set it off", "injury", "none"),
    ],
)
def test_choices_of_values(pending: str, choice: str, field: str, expected: object) -> None:
    case = after(pending, choice)
    assert getattr(case, field) == expected
    assert pending in case.answered


def test_every_choice_of_every_question_is_understood_as_offered() -> None:
    for ask in KNOWLEDGE.asks.values():
        for choice in ask.choices if ask.id not in ("consent", "crisis", "person", "dose") else ():
            for text in (choice.id, choice.title):
                waiting = case_with(pending=ask.id, asked=(ask.id,), location=next(iter(choice.locations), None))
                case = update(waiting, Turn(text, "inform"), KNOWLEDGE).case
                assert all(case.status(i) == NOW for i in choice.present), (ask.id, text)
                assert ask.id in case.answered, (ask.id, text)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, Mention("finding", "fever", POSSIBLE), DOUBTFUL),
        ("stated", Mention("finding", "fever", POSSIBLE), NOW),
        ("denied", Mention("finding", "fever", POSSIBLE), DENIED),
        ("denied", Mention("finding", "fever"), NOW),
        ("stated", Mention("finding", "fever", "denied"), DENIED),
        ("stated", Mention("finding", "fever", "supposed"), NOW),
        (None, Mention("finding", "fever", course="over"), UNKNOWN),
    ],
)
def test_what_a_mention_does_to_what_was_known(old: str | None, new: Mention, expected: str) -> None:
    case = Case().told(Statement("fever", old)) if old else Case()
    assert update(case, Turn("", "inform", 0.9, (new,)), KNOWLEDGE).case.status("fever") == expected


def test_the_strongest_word_of_a_message_counts() -> None:
    both = (Mention("finding", "fever", "stated"), Mention("finding", "fever", "denied"))
    assert update(Case(), Turn("", "inform", 0.9, both), KNOWLEDGE).case.status("fever") == NOW


@pytest.mark.parametrize(
    ("group", "denied", "kept"),
    [
        ("medicines", "anticoagulant", "asthma"),
        ("allergies", "nsaid_allergy", "asthma"),
        ("conditions", "asthma", "anticoagulant"),
        ("all", "asthma", "fever"),
        ("pregnancy", "pregnant", "asthma"),
    ],
)
def test_groups_that_are_denied(group: str, denied: str, kept: str) -> None:
    case = update(Case(), Turn("", "inform", 0.9, (Mention("denied_group", group),)), KNOWLEDGE).case
    assert case.status(denied) == DENIED
    assert case.status(kept) == UNKNOWN


def test_a_question_is_not_put_for_ever_whatever_is_said_meanwhile() -> None:
    case = Case(pending="severity", asked=("severity",), started=True)
    turns = [Turn("what is sciatica", "sciatica"), Turn("blah", "nlu_fallback", 0.2), Turn("thanks", "thank")]
    for turn in turns:
        assert "severity" not in case.declined
        case = update(case, turn, KNOWLEDGE).case
    assert "severity" in case.declined


def test_a_case_survives_json() -> None:
    case = after("safety", mentions=(Mention("condition", "asthma"), Mention("age", 33)))
    assert Case.from_json(case.to_json()) == case
    assert Case.from_json({"severity": 4, "of_another_version": 1}).severity == 4
