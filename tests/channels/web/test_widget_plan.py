"""The plan, the emergency and the crisis as cards, with the payloads of today and with those that say more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.channels.web.chat import CHAT, Chat
from tests.channels.web.serve import FakeServer
from unknot.knowledge.loader import load

pytestmark = pytest.mark.browser
Visit = Callable[..., Chat]
MOST_WORDS = 120


def visible_words(page: Page, selector: str) -> int:
    """Words of an element that can be seen without opening anything."""
    return len(page.locator(selector).last.inner_text().split())


def test_a_plan_says_at_most_three_things_at_first(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("card please")
    plan = chat.page.locator(".plan")
    expect(plan.get_by_role("heading", name="Do this now")).to_be_visible()
    assert plan.locator(".steps > .step").count() == 3
    assert visible_words(chat.page, ".plan") <= MOST_WORDS
    assert plan.locator("details[open]").count() == 0
    folds = [one.split(" (")[0] for one in plan.locator(".folds > details > summary").all_inner_texts()]
    assert folds == [
        "When to get help",
        "Today",
        "A medicine, if you want one",
        "When it eases",
        "Left out for your safety",
    ]
    # Every remedy of the payload stands somewhere in the card.
    whole = plan.evaluate("(at) => at.textContent")
    for remedy in load().remedies.values():
        if remedy.id in ("heat", "walking", "acetaminophen"):
            assert remedy.title in whole
            assert remedy.how.split(".")[0] in whole
    plan.get_by_text("A medicine, if you want one").click()
    expect(plan.get_by_text("Choose one of these, not more.")).to_be_visible()
    medicine = plan.locator(".item", has_text=load().remedies["acetaminophen"].title)
    medicine.locator("summary").first.click()
    expect(medicine.locator(".dose")).to_contain_text("4 of 6 in 24 hours.")
    expect(medicine.locator(".dose")).to_contain_text("Next one not before")


def test_a_timer_counts_and_stops(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("card please")
    chat.button("Start 15 minutes").click()
    expect(chat.page.get_by_text("14:5")).to_be_visible()
    chat.page.locator(".timer").first.click()
    expect(chat.button("Start 15 minutes")).to_be_visible()


def test_a_later_plan_changes_the_card_where_it_stands(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("card please")
    title = load().remedies["side_lying"].title
    expect(chat.page.locator(".plan")).to_contain_text(title)
    chat.say("i take warfarin")
    expect(chat.page.locator(".msg.bot").last).to_contain_text("side_lying, because of a blood thinner")
    expect(chat.page.locator(".plan")).to_have_count(1)
    assert title not in chat.page.locator(".plan .steps").inner_text()
    chat.button("Show the plan").click()
    assert chat.focus() == "plan-now"
    chat.say("tell me more")
    expect(chat.page.locator(".msg.bot").last).to_contain_text("The rest of the plan in a few words.")
    expect(chat.page.locator(".plan")).to_have_count(1)
    chat.page.reload()
    expect(chat.page.locator(".plan")).to_have_count(1)


def test_a_plan_is_announced_in_one_sentence(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("card please")
    live = chat.page.locator("[aria-live=polite]:not([role])")
    expect(live).to_contain_text("Your plan is ready, with 3 things to do now.")
    assert len(live.inner_text().split()) <= 40
    assert chat.log.get_attribute("aria-live") == "off"


def test_what_came_of_it_is_one_tap(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("card please")
    chat.page.locator(".tried").get_by_role("button", name="It is worse").click()
    chat.settle()
    assert shared.agent.texts[-1] == "It is worse"


def test_copy_save_and_print_hold_plan_and_summary(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, permissions=["clipboard-read", "clipboard-write"]).open()
    chat.say("card please")
    summary = chat.page.locator(".summary")
    summary.get_by_role("button", name="Copy").click()
    expect(summary.get_by_text("Copied")).to_be_visible()
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    for part in ("Where: upper back, left", load().remedies["heat"].how, load().messages["plan_safety_net"]):
        assert part in copied
    with chat.page.expect_download() as saved:
        summary.get_by_role("button", name="Save").click()
    assert Path(saved.value.path()).read_text(encoding="utf-8") == copied
    summary.get_by_role("button", name="Print").click()
    sheet = chat.page.frames[-1].locator("body")
    expect(sheet).to_contain_text(load().remedies["heat"].how)
    expect(sheet).to_contain_text("upper back, left")


def test_the_page_prints_plan_and_summary(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("card please")
    chat.page.locator(".summary").wait_for()
    chat.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    chat.page.emulate_media(media="print")
    expect(chat.page.locator(".plan")).to_be_visible()
    expect(chat.page.locator(".summary")).to_be_visible()
    expect(chat.page.get_by_text(load().messages["plan_safety_net"][:40])).to_be_visible()
    expect(chat.page.locator(".title h2")).to_be_visible()
    for hidden in (".composer", ".callhead", ".bubble", "aside"):
        expect(chat.page.locator(hidden).first).to_be_hidden()


def test_an_urgent_result_has_something_to_do(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("card please")
    chat.say("urgent")
    chat.page.locator(".card.urgent").get_by_role("button", name="What to read out when you call").click()
    assert chat.focus() == "Your summary"


def test_an_emergency_stands_once_and_offers_its_exits(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("I am numb down there")
    expect(chat.alarm).to_contain_text("pressure on nerves")
    first = load().regions["us"].emergency_text.split(".")[1].strip()
    assert chat.page.locator(".panel").inner_text().count(first) == 1
    assert chat.alarm.locator(".big li").count() >= 4
    expect(chat.button("I called")).to_be_visible()
    chat.say("still here")
    chat.settle()
    # What may still be chosen stays in reach while the emergency stands.
    expect(chat.button("I had it, it has gone")).to_be_visible()
    chat.button("I had it, it has gone").click()
    chat.settle()
    assert shared.agent.texts[-1] == "I had it, it has gone"


def test_the_question_of_an_emergency_is_buttons(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("I cannot pee")
    chat.alarm.wait_for()
    chat.say("not really")
    chat.button("I never had it").click()
    chat.settle()
    assert shared.agent.texts[-1] == "I never had it"
    expect(chat.alarm).to_have_count(0)


def test_an_alert_is_built_once_however_many_messages_follow(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.page.evaluate(
        f"""(() => {{ window.alerts = 0; new MutationObserver((all) => {{
          for (const one of all) for (const node of one.addedNodes) if (node.matches?.('[role=alert]')) alerts += 1;
        }}).observe({CHAT}, {{ childList: true, subtree: true }}); }})()"""
    )
    chat.say("I cannot pee")
    expect(chat.alarm).to_contain_text("pressure on nerves")
    chat.say("still here")
    chat.settle()
    assert chat.page.evaluate("alerts") == 1


def test_a_crisis_stays_pinned_with_its_buttons(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("I do not feel not safe")
    card = chat.page.locator(".crisis")
    expect(card.get_by_role("link", name="Call 988 now")).to_have_attribute("href", "tel:988")
    expect(card.get_by_role("link", name="Text 988 now")).to_have_attribute("href", "sms:988")
    expect(chat.button("I am safe now")).to_be_visible()
    for text in ("no", "hello"):
        chat.say(text)
        chat.settle()
        expect(card.get_by_role("link", name="Call 988 now")).to_be_in_viewport()
    assert chat.violations("crisis") == []


def test_an_assistant_that_fails_leaves_the_number_and_the_question(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("my back")
    expect(chat.page.locator(".ticks")).to_be_visible()
    chat.say("break down")
    broken = chat.page.locator(".msg.bot").last
    expect(broken.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    expect(chat.page.locator(".ticks")).to_be_visible()
    broken.get_by_role("button", name="Try again").click()
    chat.settle()
    assert shared.agent.texts[-2:] == ["break down", "break down"]


def test_what_only_repeats_an_emergency_or_a_crisis_takes_no_room(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("I cannot pee")
    chat.alarm.wait_for()
    chat.say("still here")
    chat.settle()
    again = chat.page.locator(".msg.bot").last
    expect(again.locator(".marker")).to_have_text("My advice stays.")
    assert again.locator(".card").count() == 0
    chat.say("I want to end it all")
    card = chat.page.locator(".crisis")
    card.wait_for()
    built = card.evaluate_handle("(at) => at")
    shown = chat.page.locator(".msg:visible").count()
    chat.say("I want to end it all")
    chat.settle()
    # The same card stands, an alert is not said again, and only the person's own words are added.
    assert card.evaluate("(at, before) => at === before", built)
    expect(chat.page.locator(".msg:visible")).to_have_count(shown + 1)


def test_first_help_does_not_push_away_the_map(shared: FakeServer, visit: Visit) -> None:
    for width, height in ((390, 664), (1280, 800)):
        chat = visit(shared.url, viewport={"width": width, "height": height}).open()
        chat.say("my back")
        chat.none()
        chat.page.locator(".place").wait_for()
        expect(chat.page.locator(".bodymap")).to_be_in_viewport(ratio=0.95)
        chat.say("upper")
        chat.page.locator(".scale").wait_for()
        chat.page.wait_for_timeout(700)
        help_ = chat.page.locator(".meanwhile")
        expect(help_).to_be_in_viewport(ratio=0.9)
        assert help_.locator("details").count() == 1
        expect(chat.page.locator(".band7")).to_be_in_viewport(ratio=0.9)
