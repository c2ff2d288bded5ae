"""Every payload as Block Kit, within Slack's limits, with no word lost."""

from __future__ import annotations

import json
import re

import pytest

from tests.channels.slack.block_kit import message_faults, view_faults
from tests.channels.terminal import samples
from unknot.channels.slack import asking, home
from unknot.channels.slack.blocks import pieces
from unknot.channels.slack.render import beside, render
from unknot.channels.slack.words import Words
from unknot.knowledge.loader import load

LONG = {
    "a long answer": {**samples.ANSWER, "text": "\n\n".join(f"Paragraph {n}. " + "word " * 150 for n in range(30))},
    "an answer without a space": {**samples.ANSWER, "text": "x" * 9_000},
    "sixty remedies": {
        **samples.PLAN,
        "remedies": [
            {"id": f"r{n}", "title": f"Remedy {n}", "how": "Do it. " * 40, "caution": "Mind. " * 9, "sources": ["a"]}
            for n in range(60)
        ],
    },
    "a remedy of 7,000 characters": {
        **samples.PLAN,
        "remedies": [{"id": "r", "title": "Remedy", "how": "Do it. " * 1000, "caution": None, "sources": []}],
    },
    "forty facts": {
        **samples.SUMMARY,
        "facts": [{"label": f"Fact {n}", "value": "<&> " * 900} for n in range(40)],
    },
    "sixty buttons": {
        "type": "ask",
        "asks": ["onset"],
        "text": "Which?",
        "choices": [{"id": f"c{n}", "title": f"Choice {n}"} for n in range(60)],
    },
    "forty signs": {
        **samples.RED_FLAGS,
        "choices": [{"id": f"c{n}", "title": f"Sign {n}"} for n in range(40)],
    },
    "long titles": {
        **samples.LOCATION,
        "choices": [{"id": f"c{n}", "title": f"{n} " + "very " * 60} for n in range(6)],
    },
    "long buttons": {
        **samples.LOCATION,
        "asks": ["onset"],
        "choices": [{"id": f"c{n}", "title": f"{n} " + "very " * 60} for n in range(6)],
    },
    "a long emergency": {**samples.EMERGENCY, "text": "Call now. " * 700},
    "many sources": {**samples.ANSWER, "sources": [f"source_{n}" for n in range(300)]},
    "no choices at all": {**samples.RED_FLAGS, "choices": []},
    "one choice": {**samples.RED_FLAGS, "choices": [{"id": "none_of_these", "title": "None of these"}]},
    "an unknown type": {"type": "weather", "text": "Rain."},
    "a question to repair": {
        "type": "notice",
        "notice": "clarify",
        "text": "Did you mean?",
        "choices": [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}],
    },
}
ALL = {**samples.EVERY, **LONG}


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(load())


def shown(messages) -> str:
    """All that a person can read in the blocks."""
    texts: list[str] = []

    def walk(item):
        if isinstance(item, dict):
            if item.get("type") in ("plain_text", "mrkdwn"):
                texts.append(item["text"])
            for value in item.values():
                walk(value)
        elif isinstance(item, list | tuple):
            for value in item:
                walk(value)

    walk([message.blocks for message in messages])
    text = "\n".join(texts).replace("\u2060", "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@pytest.mark.parametrize("payload", ALL.values(), ids=ALL)
def test_within_slacks_limits(payload, words):
    messages = render(payload, words)
    assert messages
    for message in messages:
        assert message_faults({"text": message.text, "blocks": list(message.blocks)}) == []


@pytest.mark.parametrize("payload", ALL.values(), ids=ALL)
def test_no_word_of_the_text_is_lost_in_the_blocks(payload, words):
    missing = set(re.findall(r"\b\w{1,200}\b", payload["text"])) - set(
        re.findall(r"\w+", shown(render(payload, words)))
    )
    assert not missing


@pytest.mark.parametrize("payload", samples.EVERY.values(), ids=samples.EVERY)
def test_the_text_says_it_all_for_notifications_and_screen_readers(payload, words):
    text = render(payload, words)[0].text
    assert set(re.findall(r"\w+", payload["text"])) <= set(re.findall(r"\w+", text))


def test_emergency_is_the_heading_and_the_first_word(words):
    (message,) = render(samples.EMERGENCY, words)
    assert message.text.startswith("EMERGENCY: ")
    assert [block["type"] for block in message.blocks[:2]] == ["header", "section"]
    assert message.blocks[0]["text"]["text"] == "EMERGENCY"
    assert message.blocks[1]["text"]["text"] == "*Call 911 now.*"
    assert not any(block["type"] == "actions" for block in message.blocks)


def test_the_reason_in_the_same_turn_has_no_second_heading(words):
    (message,) = render({**samples.EMERGENCY, "text": "Why: no pee. It matters."}, words, alarmed=True)
    assert message.text == "Why: no pee. It matters."
    assert message.blocks[0]["text"]["text"] == "*Why: no pee.*"


@pytest.mark.parametrize("level", ["urgent", "see_clinician", "self_care"])
def test_other_levels_have_their_own_heading(words, level):
    (message,) = render({**samples.URGENT, "level": level}, words)
    assert message.blocks[0]["text"]["text"] == load().messages[f"level_{level}"]


def test_sources_are_links_to_where_they_stand(words):
    source = next(iter(load().sources.values()))
    (message,) = render({**samples.ANSWER, "sources": [source.id, "made_up"]}, words)
    marked = message.blocks[-1]["elements"][0]["text"]
    assert f"<{source.url.replace('&', '&amp;')}|" in marked
    assert "made up" in marked


def test_plan_has_a_section_for_every_remedy_in_order_with_caution_and_sources(words):
    source = next(iter(load().sources))
    remedies = [{**item, "sources": [source]} for item in samples.PLAN["remedies"]]
    (message,) = render({**samples.PLAN, "remedies": remedies}, words)
    kinds = [block["type"] for block in message.blocks]
    assert kinds == ["section", "section", "context", "section", "context", "section"]
    first = message.blocks[1]["text"]["text"]
    assert first.startswith("*1. Warmth*\nA warm pack")
    assert "*Careful:* Not on broken skin." in first
    assert shown([message]).count("A warm pack") == 1


def test_what_stands_around_the_remedies_is_kept():
    before, after = beside(samples.PLAN["text"], samples.PLAN["remedies"], "Careful:")
    assert before == "Here is what to try, in this order."
    assert after.startswith("Left out: ibuprofen")
    assert after.endswith("If it gets worse, tell me.")


def test_a_plan_whose_text_says_more_about_a_remedy_keeps_that_line():
    before, after = beside("Try.\n1. Walk: slowly, not uphill", [{"title": "Walk", "how": "slowly"}], "Careful:")
    assert "not uphill" in before + after


def test_summary_has_its_facts_as_fields(words):
    (message,) = render(samples.SUMMARY, words)
    fields = message.blocks[1]["fields"]
    assert [field["text"] for field in fields] == ["*Where*\nupper back, left", "*Pain*\n7 of 10"]
    assert shown([message]).count("upper back, left") == 1


def elements(message):
    return [item for block in message.blocks if block["type"] == "actions" for item in block["elements"]]


def test_place_is_a_menu_with_the_form_beside_it(words):
    menu, button = elements(render(samples.LOCATION, words)[0])
    assert menu["type"] == "static_select"
    assert [option["value"] for option in menu["options"]] == [c["title"] for c in samples.LOCATION["choices"]]
    assert button["action_id"] == asking.OPEN_FORM


def test_pain_is_a_menu_of_eleven_steps_and_words_as_buttons(words):
    menu, *buttons = elements(render(samples.SEVERITY, words)[0])
    assert [option["text"]["text"] for option in menu["options"]] == [str(n) for n in range(11)]
    assert menu["options"][7]["value"] == "7 out of 10"
    assert [button["text"]["text"] for button in buttons] == ["Mild, about 2", "Severe, about 8"]


def test_signs_are_checkboxes_with_none_of_these_beside_send(words):
    boxes, send, none = elements(render(samples.RED_FLAGS, words)[0])
    assert boxes["type"] == "checkboxes"
    assert len(boxes["options"]) == 3
    assert (send["style"], none["text"]["text"]) == ("primary", "None of these")


def test_the_question_stands_out_from_what_is_said_before_it(words):
    lead, question, buttons = render(samples.LED, words)[0].blocks
    assert lead["text"]["text"] == "While we talk: keep warm."
    assert question["text"]["text"] == "*When did it start?* (about 4 more)"
    assert len(buttons["elements"]) == 2


def test_choices_are_not_said_twice(words):
    messages = render(samples.RED_FLAGS, words)
    assert shown(messages).count("I cannot pee") == 1
    assert "I cannot pee" in messages[0].text


@pytest.mark.parametrize("payload", [None, samples.SUMMARY, LONG["forty facts"]])
def test_dialogs_are_within_limits(words, payload):
    assert view_faults(home.summary(payload, words)) == []
    assert view_faults(home.home(words)) == []
    options = elements(render(samples.LOCATION, words)[0])[0]["options"]
    view = asking.form(options, {"channel": "D1", "ts": "1.1", "text": "ü" * 1000}, words)
    assert view_faults(view) == []
    assert json.loads(view["private_metadata"])["ts"] == "1.1"


@pytest.mark.parametrize("most", [10, 100, 3000])
@pytest.mark.parametrize("text", ["", "word " * 900, "x" * 5000, "a. b. c\n\nd " * 300])
def test_pieces_are_short_enough_and_lose_nothing(text, most):
    parts = pieces(text, most)
    assert all(0 < len(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_every_ask_and_answer_of_the_knowledge_can_be_shown(words):
    known = load()
    for question in known.questions.values():
        payload = {
            "type": "answer",
            "question": question.id,
            "text": question.text,
            "sources": list(question.sources),
        }
        for message in render(payload, words):
            assert message_faults({"text": message.text, "blocks": list(message.blocks)}) == [], question.id
    for ask in known.asks.values():
        choices = [{"id": choice.id, "title": choice.title} for choice in ask.choices]
        payload = {"type": "ask", "asks": list(ask.asks), "text": ask.text, "choices": choices}
        for message in render(payload, words):
            assert message_faults({"text": message.text, "blocks": list(message.blocks)}) == [], ask.id
