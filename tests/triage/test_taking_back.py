"""What may change an emergency sign: the table, row by row; old signs; a crisis; lists; whose sign it is."""

from __future__ import annotations

import pytest

from tests.support.cases import case_with
from tests.support.talk import Talk
from unknot.knowledge.loader import load
from unknot.triage.case import Case
from unknot.triage.turn import Mention

KNOWLEDGE = load()
M = KNOWLEDGE.messages
GONE, NEVER, EXAMINED = M["choice_gone"], M["choice_never"], M["choice_examined"]
SIGN = "saddle_numbness"


def alarmed(*signs: str) -> Talk:
    talk = Talk()
    talk.tell(*(signs or (SIGN,)), location="lower", text="numb down there")
    assert talk.level == "emergency"
    return talk


def contested(*signs: str) -> Talk:
    talk = alarmed(*signs)
    talk.tell(absent=(signs or (SIGN,))[:1], text="not numb now")
    return talk


def test_the_first_alarm_offers_what_one_may_want_to_say_next_and_none_of_it_takes_the_alarm_back_at_once() -> None:
    titles = [M["exit_called"], M["exit_coming"], M["exit_cannot_phone"], GONE, NEVER, EXAMINED]
    for exit_ in titles:
        talk = alarmed()
        alarm = talk.replies[0]
        assert [choice["title"] for choice in alarm["choices"]] == titles
        talk.tell(text=exit_)
        assert talk.replies[0]["level"] == "emergency"
        assert not any("lifts" in reply for reply in talk.replies)


def test_a_denial_in_passing_changes_nothing_and_puts_one_question_with_three_answers() -> None:
    talk = contested()
    assert talk.replies[0]["level"] == "emergency"
    (ask,) = talk.of("ask")
    assert ask["ask"] == f"confirm:{SIGN}"
    assert [choice["title"] for choice in ask["choices"]] == [GONE, NEVER, EXAMINED]
    assert "numb down there" in ask["text"]


@pytest.mark.parametrize("answer", [NEVER, "never", "i never had that, you misread me", "typo, sorry"])
def test_never_takes_it_back_openly_and_asks_the_list_again(answer: str) -> None:
    talk = contested()
    talk.say(answer, "inform")
    assert talk.replies[0]["lifts"] == "emergency"
    assert talk.replies[0]["text"] == M["emergency_taken_back"]
    assert talk.case.status(SIGN) == "denied"
    assert talk.of("ask")[0]["ask"] == "red_flags_first"
    assert SIGN not in talk.of("ask")[0]["findings"]


@pytest.mark.parametrize(
    "answer",
    [
        "it never went away",
        "doctors never listen to me",
        "i never had it until today",
        "it was a mistake to lift it",
        "the nurse hasn't seen me yet",
        "a doctor checked me for my heart",
        "a doctor examined me and told me to go to hospital",
        "my doctor looked at it last year",
        "somebody examined me, my wife",
        "she said it's fine",
        "i checked it myself",
    ],
)
def test_words_of_an_exit_inside_another_sentence_are_none(answer: str) -> None:
    talk = contested()
    talk.say(answer, "false_alarm")
    assert talk.replies[0]["level"] == "emergency"
    assert talk.case.status(SIGN) == "now"


@pytest.mark.parametrize(
    "answer", ["a doctor examined me this morning and said it's muscular", "been checked at the er"]
)
def test_an_examination_in_other_words_is_one(answer: str) -> None:
    talk = contested()
    talk.say(answer, "inform")
    assert talk.case.status(SIGN) == "checked"


@pytest.mark.parametrize("found", ["they say it is a stroke", "go back to the hospital", "needs surgery"])
def test_whoever_examined_it_and_sent_the_person_on_arms_it_again(found: str) -> None:
    talk = contested()
    talk.say(EXAMINED)
    assert talk.of("ask")[0]["ask"] == "clinician_said"
    talk.say(found, "inform")
    assert talk.level == "emergency"


@pytest.mark.parametrize(
    "answer", ["no to the first three", "not 1 or 2", "none of the first four", "the first one no"]
)
def test_a_no_to_some_of_a_list_leaves_the_rest_open(answer: str) -> None:
    talk = Talk()
    talk.tell(text="my back locked up")
    assert talk.of("ask")[0]["ask"] == "red_flags_first"
    talk.say(answer, "deny", (Mention("act", "no"),))
    assert talk.case.status(SIGN) != "denied"
    assert talk.of("ask")[0]["ask"].startswith("red_flags_first")


@pytest.mark.parametrize("answer", ["no", "nothing there", "why", "maybe i never had it", "5"])
def test_anything_else_is_none_of_the_three(answer: str) -> None:
    talk = contested()
    talk.say(answer, "deny", (Mention("act", "no"),))
    assert talk.replies[0]["level"] == "emergency"
    assert talk.case.status(SIGN) == "now"
    assert talk.of("ask")[0]["ask"] == f"confirm:{SIGN}"


def test_gone_stays_an_emergency_where_the_sign_is_dangerous_after_it_has_passed() -> None:
    talk = contested()
    talk.say(GONE)
    assert talk.replies[0]["level"] == "emergency"
    assert talk.case.status(SIGN) == "over"
    assert M["emergency_stays_gone"] in talk.replies[1]["text"]
    assert not talk.of("ask")


def test_gone_of_another_sign_is_seen_today() -> None:
    sign = next(
        f.id for f in KNOWLEDGE.findings.values() if f.floor.value == "emergency" and not f.emergency_when_over
    )
    talk = contested(sign)
    talk.say(GONE)
    assert talk.replies[0]["lifts"] == "emergency"
    assert talk.level == "urgent"


def test_examined_asks_what_was_said_falls_to_a_clinician_and_is_armed_again_by_a_worse_sign() -> None:
    talk = contested()
    talk.say(EXAMINED)
    assert talk.replies[0]["lifts"] == "emergency"
    assert M["plan_safety_net"] in talk.replies[0]["text"]
    assert talk.of("ask")[0]["ask"] == "clinician_said"
    talk.say("they did a scan and it was a pulled muscle")
    assert talk.of("ask")[0]["ask"] == "red_flags_first"
    talk.to_plan(severity=4, onset=1, injury="strain", age=30)
    assert talk.of("plan")[0]["level"] == "see_clinician"
    talk.say("numb there, worse", "got_worse", (Mention("finding", SIGN), Mention("trend", "worse")))
    assert talk.level == "emergency"


@pytest.mark.parametrize("intent", ["start_over", "stop", "new_episode", "false_alarm", "got_better"])
def test_whatever_ends_or_begins_a_talk_keeps_it_and_puts_the_question(intent: str) -> None:
    talk = alarmed()
    talk.say("that's it, so", intent)
    assert talk.replies[0]["level"] == "emergency"
    assert talk.of("ask")[0]["ask"] == f"confirm:{SIGN}"
    talk.say("hello", "greet")
    assert talk.replies[0]["level"] == "emergency"
    assert talk.of("ask")[0]["ask"] == f"confirm:{SIGN}"


def test_two_signs_are_taken_back_one_after_the_other() -> None:
    talk = contested(SIGN, "chest_pain")
    talk.say(NEVER)
    assert talk.replies[0]["level"] == "emergency"
    assert talk.of("ask")[0]["ask"] == "confirm:chest_pain"
    talk.say(NEVER)
    assert talk.replies[0]["lifts"] == "emergency"


def test_a_yes_to_the_list_has_the_same_way_back() -> None:
    talk = Talk()
    talk.tell()
    talk.yes()
    talk.say("i pressed the wrong one", "false_alarm")
    assert talk.of("ask")[0]["ask"] == "confirm:emergency_sign_unnamed"
    talk.say(NEVER)
    assert talk.replies[0]["lifts"] == "emergency"
    assert talk.asked == ["red_flags"]


def test_old_and_unchanged_is_asked_about_once_and_is_a_condition() -> None:
    talk = Talk()
    old = (
        Mention("finding", "paralysis", course="unchanged"),
        Mention("finding", "urinary_retention", course="unchanged"),
    )
    talk.say("paralysed since 2010, upper back", "inform", (*old, Mention("location", "upper")))
    assert talk.of("ask")[0]["ask"] == "confirm:paralysis" or talk.of("ask")[0]["ask"] == "confirm:urinary_retention"
    assert M["new_question"] in talk.of("ask")[0]["text"]
    talk.say(M["choice_unchanged"])
    assert {talk.case.status("paralysis"), talk.case.status("urinary_retention")} == {"old"}
    assert M["as_always"] in talk.of("ask")[0]["lead"]
    talk.to_plan(severity=4, onset=1, injury="strain", age=30)
    assert talk.of("plan")[0]["level"] == "see_clinician"


def test_old_that_got_worse_is_an_alarm() -> None:
    talk = Talk()
    talk.say("numb for years", "inform", (Mention("finding", SIGN, course="unchanged"),))
    talk.say(M["choice_new"])
    assert talk.level == "emergency"


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("most of them no", ("no",)),
        ("no, apart from one", ("no",)),
        ("none... well actually", ("none",)),
        ("\u274c", ("no",)),
        ("n n y n", ("no",)),
        ("no to the third one", ("no",)),
    ],
)
def test_only_a_clean_no_closes_a_list(text: str, acts: tuple[str, ...]) -> None:
    talk = Talk()
    talk.tell(location="lower")
    talk.say(text, "deny", tuple(Mention("act", act) for act in acts))
    assert talk.of("ask")[0]["ask"] == "red_flags_first.part"
    assert 3 <= len(talk.of("ask")[0]["choices"]) - 1 <= 4
    for _ in range(4):
        if talk.asked != ["red_flags"]:
            break
        talk.no()
    assert talk.of("ask")[0]["ask"] == "severity"


def test_a_line_named_by_its_number_is_there() -> None:
    talk = Talk()
    talk.tell()
    talk.say("only the third one")
    assert talk.level == "emergency"
    assert "urinary_incontinence" in talk.replies[0]["findings"]


def test_a_sign_named_beside_a_no_is_asked_about() -> None:
    talk = Talk()
    talk.tell(location="lower")
    talk.say("none, i fainted once", "deny", (Mention("act", "none"), Mention("finding", "fainting", course="over")))
    assert talk.of("ask")[0]["ask"] == "confirm:fainting"
    talk.say(M["choice_unchanged"])
    assert talk.of("ask")[0]["ask"] == "severity"


def test_a_trailing_no_states_the_thing_and_denies_the_rest() -> None:
    talk = Talk()
    talk.tell(location="lower", severity=5, duration_days=1, injury="strain", age=30)
    talk.no()
    talk.no()
    assert talk.case.pending == "safety"
    asthma = Mention("condition", "asthma", "denied", start=0, end=6)
    talk.say("asthma, no", "deny", (Mention("act", "no"), asthma, Mention("act", "thing_no", start=0, end=6)))
    assert talk.case.status("asthma") == "now"
    assert talk.case.status("kidney_disease") == "denied"
    assert "ibuprofen" in {held["id"] for held in talk.of("plan")[0]["withheld"]}


def test_an_illness_that_is_not_known_here_is_kept_and_no_dose_is_given() -> None:
    talk = Talk()
    talk.tell(location="lower", severity=5, duration_days=1, injury="strain", age=30)
    talk.no()
    talk.no()
    talk.say("porphyria", "out_of_scope")
    assert "porphyria" in talk.replies[0]["text"]
    (plan,) = talk.of("plan")
    assert not [item for item in plan["remedies"] if " mg" in item["how"]]
    talk.say("summary please", "request_summary")
    assert {"label": M["label_own_words"], "value": "porphyria", "quote": "porphyria"} in talk.of("summary")[0][
        "facts"
    ]


def test_a_list_that_was_denied_is_one_fact_and_never_its_signs() -> None:
    talk = Talk()
    talk.tell(location="lower", severity=5, duration_days=1, injury="strain", age=30)
    for _ in range(3):
        talk.no()
    talk.say("summary please", "request_summary")
    facts = talk.of("summary")[0]["facts"]
    lists = [fact for fact in facts if fact["label"] == M["label_denied_list"]]
    assert len(lists) == 2
    assert lists[0]["value"] == M["answered_none"].format(quote="no", count=14, kind=M["of_signs"])
    assert not [fact for fact in facts if fact["label"] == M["label_absent"]]


def test_after_a_crisis_it_is_about_the_person_until_they_ask_for_their_back() -> None:
    talk = Talk()
    talk.tell(location="lower")
    talk.say("i want to end it", "report_crisis")
    talk.no()
    assert [reply["type"] for reply in talk.replies] == ["notice", "ask"]
    assert talk.replies[0]["notice"] == "crisis"
    assert talk.of("ask")[0]["ask"] == "crisis"
    talk.say("I am safe for now")
    assert M["crisis_safe"] in [reply["text"] for reply in talk.replies]
    talk.say("I want to go on about my back")
    assert not talk.case.crisis
    assert talk.of("ask")[0]["ask"].startswith("red_flags_first")
    assert talk.case.status(SIGN) == "unknown", "the no was no answer to the list"


def test_a_sign_of_somebody_else_is_asked_about_when_the_talk_is_not_about_them() -> None:
    talk = Talk()
    talk.say("my back", "inform", (Mention("location", "lower"),))
    talk.say("my mum has chest pain", "inform", (Mention("finding", "chest_pain", owner="other"),))
    assert talk.level is None
    assert talk.of("ask")[0]["ask"] == "person"
    talk.say("It is about them")
    assert talk.level == "emergency"


def test_a_talk_about_somebody_else_is_theirs() -> None:
    talk = Talk()
    talk.say("my husband, 70", "inform", (Mention("age", 70, owner="other"), Mention("sex", "male", owner="other")))
    assert (talk.case.patient, talk.case.pronoun, talk.case.age) == ("other", "he", 70)
    assert " him " in talk.of("ask")[0]["prompt"]
    talk.say("chest pain", "inform", (Mention("finding", "chest_pain", owner="other"),))
    assert talk.level == "emergency"


OLD_RECORD = {
    "status": {"saddle_numbness": "present", "chest_pain": "absent", "fever": "possible", "asthma": "present"},
    "location": "lower",
    "severity": 7,
    "severity_exact": True,
    "injury": "strain",
    "pending": "onset",
    "asked": ["red_flags_first", "onset"],
    "told_level": "emergency",
    "told_findings": ["saddle_numbness"],
    "seen_until": 1.0,
}


def test_a_conversation_under_the_old_record_goes_on() -> None:
    case = Case.from_json(OLD_RECORD)
    assert [case.status(i) for i in ("saddle_numbness", "chest_pain", "fever")] == ["now", "denied", "doubtful"]
    assert (case.location, case.severity, case.severity_exact, case.injury) == ("lower", 7, True, "strain")
    assert (case.pending, case.asked, case.told_level) == ("onset", ("red_flags_first", "onset"), "emergency")
    assert Case.from_json(case.to_json()) == case
    talk = Talk()
    talk.case = case
    talk.tell(absent=(SIGN,))
    assert talk.replies[0]["level"] == "emergency"


def test_a_case_stays_small() -> None:
    talk = alarmed()
    for _ in range(50):
        talk.say("no numbness and lower back 7", "deny", (Mention("finding", SIGN, "denied"), Mention("severity", 7)))
    assert len(talk.case.statements) < 10
    assert case_with("fever").to_json() == {"statements": [{"what": "fever", "quote": "fever"}]}


def planned(*conditions: str) -> Talk:
    talk = Talk()
    talk.tell(*conditions, location="lower", severity=5, duration_days=1, injury="strain", age=30)
    talk.to_plan()
    assert talk.of("plan")
    return talk


@pytest.mark.parametrize(("amount", "words", "too_much"), [(1600.0, "ibuprofen", True), (400.0, "advil", False)])
def test_milligrams_in_a_day_are_held_against_the_label(amount: float, words: str, too_much: bool) -> None:
    talk = planned()
    talk.say(words, "inform", (Mention("condition", "other_nsaid", amount=amount),))
    assert (talk.level == "emergency") is too_much
    within = M["within_the_label"].format(hours=KNOWLEDGE.remedies["ibuprofen"].label_hours_between)
    assert (within in [reply["text"] for reply in talk.replies]) is not too_much


def test_a_painkiller_of_unknown_amount_is_asked_about_and_too_much_is_an_alarm() -> None:
    talk = planned()
    talk.say("took some paracetamol", "inform", (Mention("condition", "acetaminophen_already"),))
    assert talk.of("ask")[0]["ask"] == "dose"
    talk.say("Yes, more than the label allows")
    assert talk.level == "emergency"
    assert talk.case.status("overdose") == "now"


def test_a_medicine_taken_against_a_warning_is_answered_with_what_to_do_now() -> None:
    talk = planned("anticoagulant")
    talk.say("i took 2 aleve already", "inform", (Mention("condition", "other_nsaid"),))
    texts = [reply["text"] for reply in talk.replies]
    assert any("because" not in text and "a blood thinner" in text and "Take no more of it" in text for text in texts)
    against = next(e for e in KNOWLEDGE.remedies["naproxen"].taken_against if "anticoagulant" in e.any_of)
    assert any(against.watch in text for text in texts)


@pytest.mark.parametrize("words", ["it didn't help", "still hurts", "no better"])
def test_what_did_not_help_is_no_relief_and_records_nothing(words: str) -> None:
    talk = planned()
    before = talk.case.statements
    talk.say(words, "got_better", (Mention("trend", "same"), Mention("duration_days", 14)))
    assert talk.case.statements == before
    assert talk.replies[0]["type"] == "notice"
    assert not talk.of("plan")


def test_a_trailing_no_where_no_list_waits_denies_nothing() -> None:
    talk = Talk()
    talk.tell(location="lower")
    talk.no()
    asthma = Mention("condition", "asthma", "denied", start=0, end=6)
    talk.say("asthma, no", "deny", (Mention("act", "no"), asthma))
    assert talk.case.status("asthma") == "unknown"


def test_explicit_words_beside_a_danger_sign_bring_the_crisis_line_too() -> None:
    talk = Talk()
    talk.tell(SIGN, text="numb down there and i want to end my life")
    assert talk.replies[0]["level"] == "emergency"
    assert [reply["notice"] for reply in talk.of("notice")] == ["crisis"]


def test_i_am_safe_is_an_answer_to_the_crisis_question() -> None:
    talk = Talk()
    talk.say("i want to end my life", "report_crisis")
    talk.say("i'm not sure", "unknown")
    talk.say("yes, i'm safe now", "deny")
    texts = [reply["text"] for reply in talk.replies]
    assert M["crisis_safe"] in texts
    assert M["crisis_unsafe"] not in texts


def test_not_any_better_is_not_heard_as_better() -> None:
    talk = Talk()
    talk.tell(text="my back locked up")
    talk.say("it isn't any better", "got_better")
    assert M["easing"] not in [reply["text"] for reply in talk.replies]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("my face drooped for ten minutes this morning, it is fine now", "emergency"),
        ("half an hour ago my speech went strange and came back", "emergency"),
        ("i had a stroke years ago, my back went this morning", None),
        ("my face drooped once, long ago", None),
    ],
)
def test_a_passed_stroke_sign_of_these_days_is_an_emergency_at_once(text: str, level: str | None) -> None:
    talk = Talk()
    talk.say(text, "inform", (Mention("finding", "stroke_signs", course="over"),))
    assert (talk.replies[0].get("level") == "emergency") is (level == "emergency")


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("paralysed from the waist down since birth, back spasm today", False),
        ("paralysed for twenty years, spasm now", False),
        ("paralysed, and my back has been bad for twenty years", True),
        ("paralysed since this morning", True),
    ],
)
def test_a_sign_that_has_been_so_for_years_is_asked_about_before_it_alarms(text: str, alarm: bool) -> None:
    for end in (len("paralysed"), len(text)):  # the rules place a word, the model a clause
        talk = Talk()
        talk.say(text, "inform", (Mention("finding", "paralysis", start=0, end=end),))
        assert (talk.replies[0].get("level") == "emergency") is alarm
        assert alarm or talk.of("ask")[0]["ask"] == "confirm:paralysis"
