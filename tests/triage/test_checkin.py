"""Check-ins by day: the level after two hundred courses, bad input, and what must never happen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.cases import case_with
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level
from unknot.triage.case import Case
from unknot.triage.checkin import CheckedIn, Report, check_in, end, tapped
from unknot.triage.engine import assess
from unknot.triage.episode import Episode, Taken, Tried, begin, keep, line, sparkline
from unknot.triage.plan import PlanItem, make_plan
from unknot.triage.turn import Mention, Turn

KNOWLEDGE = load()
TODAY = 20_000
TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "courses.yml").read_text(encoding="utf-8"))
WORDS = {"b": "better", "s": "same", "w": "worse", "-": ""}
LEVELS = {"h": "self_care", "c": "see_clinician", "u": "urgent", "e": "emergency"}
COURSES = [
    (course, person, level)
    for course, about in TABLE["courses"].items()
    for person, level in zip(TABLE["people"], about["levels"].split(), strict=True)
]


def person(present: tuple[str, ...] = (), **values: Any) -> Case:
    told: dict[str, Any] = {"location": "lower", "severity": 5, "duration_days": 2, "injury": "strain", "age": 40}
    return case_with(*present, **{**told, **values}, started=True, answered=("safety",))


def started(case: Case) -> Episode:
    return begin(case, TODAY, assess(case, KNOWLEDGE).level.value)


def say(feeling: str = "", pain: float | None = None, *signs: str, day: int = TODAY + 1, **more: Any) -> Report:
    return Report(day, feeling, pain, tapped(signs, KNOWLEDGE) if signs else None, **more)


def checked(report: Report, case: Case | None = None, today: int = TODAY + 1) -> CheckedIn:
    case = case or person()
    return check_in(started(case), case, report, today, KNOWLEDGE)


def of_a_day(text: str, day: int) -> Report:
    word, *rest = text.split()
    signs = [part[1:] for part in rest if part.startswith("+")]
    numbers = [int(part) for part in rest if not part.startswith("+")]
    return say(WORDS[word], numbers[0] if numbers else None, *signs, day=TODAY + day)


@pytest.mark.parametrize(("course", "who", "level"), COURSES, ids=[f"{c}-{p}" for c, p, _ in COURSES])
def test_level_at_the_end_of_a_course(course: str, who: str, level: str) -> None:
    case = person(**{**TABLE["people"][who], "present": tuple(TABLE["people"][who].get("present", ()))})
    episode = started(case)
    for day, text in TABLE["courses"][course]["days"].items():
        result = check_in(episode, case, of_a_day(text, day), TODAY + day, KNOWLEDGE)
        episode, case = result.episode, result.case
    assert episode.level == LEVELS[level]


def test_there_are_two_hundred_courses() -> None:
    assert len(COURSES) == 200


def test_the_level_rises_in_the_same_turn_with_its_reason() -> None:
    case = person()
    first = checked(say("worse", 6), case)
    second = check_in(first.episode, first.case, say("worse", 7, day=TODAY + 2), TODAY + 2, KNOWLEDGE)
    assert not first.raised
    assert second.raised
    assert KNOWLEDGE.rules["worse_by_the_day"].because in second.texts[-1].lower()
    assert KNOWLEDGE.messages["level_see_clinician"] in second.texts[-1]


@pytest.mark.parametrize(
    ("report", "refused"),
    [
        (say("better", 3, day=TODAY + 2), "checkin_future_day"),
        (say("better", 3, day=TODAY - 1), "checkin_before_start"),
        (say("worse", 11), "checkin_above_ten"),
        (say("worse", float("nan")), "checkin_above_ten"),
        (say("worse", -1), "checkin_below_zero"),
        (Report(TODAY + 1), "checkin_nothing"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_kept(report: Report, refused: str) -> None:
    result = checked(report)
    assert result.refused == (refused,)
    assert result.texts[0].startswith(KNOWLEDGE.messages[refused].split("{")[0])
    assert result.episode.checkins[0].pain == 5
    assert len(result.episode.checkins) == 1


@pytest.mark.parametrize("day", [TODAY + 9, TODAY - 9, TODAY + 1])
def test_a_sign_in_a_refused_check_in_counts(day: int) -> None:
    result = checked(say("better", 99, "saddle_numbness", day=day))
    assert "checkin_above_ten" in result.refused
    assert result.assessment.level is Level.EMERGENCY
    assert result.raised
    on_today = result.episode.on(TODAY + 1)
    assert on_today is not None
    assert on_today.signs == ("saddle_numbness",)


def test_a_sign_in_a_note_counts_with_its_words() -> None:
    note = "slept badly, and i have not been able to pee since noon"
    said = Turn(note, "inform", 0.9, (Mention("finding", "urinary_retention", start=22, end=len(note)),))
    result = checked(Report(TODAY + 1, "better", 2, said))
    assert result.assessment.level is Level.EMERGENCY
    latest = result.case.latest("urinary_retention")
    assert latest is not None
    assert latest.quote == note[22:]
    assert KNOWLEDGE.findings["urinary_retention"].label in " ".join(result.texts)


def test_two_on_one_day_keep_the_newer_number_and_every_sign() -> None:
    first = checked(say("same", 5, "fever"))
    again = check_in(first.episode, first.case, say("worse", 7, "chills"), TODAY + 1, KNOWLEDGE)
    kept = again.episode.on(TODAY + 1)
    assert kept is not None
    assert (kept.pain, kept.feeling, set(kept.signs)) == (7, "worse", {"fever", "chills"})
    assert KNOWLEDGE.messages["checkin_second_today"] in again.texts
    assert len(again.episode.checkins) == 2


def test_two_worse_on_one_day_are_one_day() -> None:
    first = checked(say("worse", 6))
    again = check_in(first.episode, first.case, say("worse", 6), TODAY + 1, KNOWLEDGE)
    assert again.assessment.level is Level.SELF_CARE


def test_a_half_counts_as_the_higher_number() -> None:
    kept = checked(say("", 4.5)).episode.on(TODAY + 1)
    assert kept is not None
    assert kept.pain == 5


def test_better_with_a_higher_number_goes_by_the_number() -> None:
    result = checked(say("better", 8))
    assert result.trend.courses[-1] == "worse"
    assert KNOWLEDGE.messages["checkin_word_and_number"] in result.texts


def test_worse_with_a_lower_number_is_believed() -> None:
    result = checked(say("worse", 2))
    assert result.trend.courses[-1] == "worse"
    assert KNOWLEDGE.messages["checkin_worse_but_lower"] in result.texts


def test_none_of_the_signs_takes_back_no_sign() -> None:
    case = person(("saddle_numbness",))
    result = checked(Report(TODAY + 1, "better", 1, none_of=("saddle_numbness", "chest_pain")), case)
    assert result.assessment.level is Level.EMERGENCY
    assert result.case.status("chest_pain") == "denied"


def plan_of(one: CheckedIn) -> tuple[PlanItem, ...]:
    return make_plan(keep(one.case, one.episode), one.assessment, KNOWLEDGE).remedies


def test_better_moves_the_plan_on_and_worse_brings_it_back() -> None:
    case = person()
    at_first = checked(say("same", 5), case)
    better = check_in(at_first.episode, at_first.case, say("better", 3, day=TODAY + 2), TODAY + 2, KNOWLEDGE)
    mild = check_in(better.episode, better.case, say("better", 1, day=TODAY + 3), TODAY + 3, KNOWLEDGE)
    worse = check_in(mild.episode, mild.case, say("worse", 4, day=TODAY + 4), TODAY + 4, KNOWLEDGE)
    assert [one.episode.stage for one in (at_first, better, mild, worse)] == ["ease", "move", "prevent", "ease"]
    before, after = ({item.id for item in plan_of(one)} for one in (at_first, mild))
    assert {"ibuprofen", "short_rest"} & before
    assert after <= {"walking", "mild_exercise", "stretching"}
    assert "walking" in after
    assert KNOWLEDGE.messages["course_stage_prevent"] in mild.texts


def test_an_urgent_level_never_moves_the_plan_on() -> None:
    assert checked(say("better", 1, "fever")).episode.stage == "ease"


def test_after_the_end_only_signs_are_kept() -> None:
    case = person()
    over = end(started(case), TODAY)
    result = check_in(over, case, say("worse", 9, "chest_pain", day=TODAY + 1), TODAY + 1, KNOWLEDGE)
    assert result.refused == ("checkin_over",)
    assert result.assessment.level is Level.EMERGENCY


def test_an_episode_survives_json_and_knows_what_helped() -> None:
    report = Report(
        TODAY + 1,
        "better",
        3,
        tried=(Tried("heat", "yes", TODAY + 1), Tried("cold", "no", TODAY + 1)),
        taken=(Taken("ibuprofen", TODAY + 1, 8 * 60, 400.0, "400 of ibuprofen at 8"),),
    )
    episode = checked(report).episode
    assert Episode.from_json(json.loads(json.dumps(episode.to_json()))) == episode
    assert episode.helped() == ("heat",)
    assert line(episode) == [(1, 5), (2, 3)]
    assert len(sparkline(episode)) == 2


SIGNS = sorted(KNOWLEDGE.findings)
REPORTS = st.builds(
    say,
    st.sampled_from(["", "better", "same", "worse"]),
    st.one_of(st.none(), st.integers(-3, 14), st.floats(allow_nan=True, allow_infinity=True)),
    st.sampled_from(SIGNS) | st.just("recurrent"),
    day=st.integers(TODAY - 3, TODAY + 60),
)
QUIET = st.builds(
    Report,
    st.integers(TODAY - 3, TODAY + 60),
    st.sampled_from(["", "better", "same", "worse"]),
    st.one_of(st.none(), st.integers(-3, 14)),
    none_of=st.just(tuple(SIGNS)),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(REPORTS, QUIET), max_size=8),
    st.sampled_from(["saddle_numbness", "chest_pain", "stroke_signs"]),
)
def test_no_check_in_ever_lowers_a_standing_emergency(reports: list[Report], sign: str) -> None:
    case = person((sign,))
    episode = started(case)
    for number, report in enumerate(reports):
        result = check_in(episode, case, report, TODAY + 7 * number, KNOWLEDGE)
        episode, case = result.episode, result.case
        assert result.assessment.level is Level.EMERGENCY
        assert sign in result.assessment.findings
        days = [one.day for one in episode.checkins]
        assert days == sorted(set(days))
        assert all(one.pain is None or 0 <= one.pain <= 10 for one in episode.checkins)
        assert result.texts
