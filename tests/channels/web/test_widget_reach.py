"""The widget where it is hard to use: small windows, old browsers, pages of others, keys alone, no scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.channels.web.chat import CHAT, Chat
from tests.channels.web.serve import FakeServer
from unknot.knowledge.loader import load

pytestmark = pytest.mark.browser
Visit = Callable[..., Chat]
SHORT = [(640, 400), (844, 390), (320, 256)]


def in_view(chat: Chat, selector: str) -> bool:
    """Whether the first lines of an element can be seen, not only scrolled to."""
    box = chat.page.locator(selector).last.bounding_box()
    size = chat.page.viewport_size
    assert box
    assert size
    return -1 <= box["y"] <= size["height"] - 24


@pytest.mark.parametrize(("width", "height"), SHORT)
def test_replies_come_into_view_in_a_short_window(shared: FakeServer, visit: Visit, width: int, height: int) -> None:
    chat = visit(shared.url, viewport={"width": width, "height": height}).open()
    for text, there in (("my back", ".ticks legend"), ("none", ".place"), ("upper", ".scale legend")):
        chat.say(text)
        expect(chat.page.locator(there)).to_be_visible()
        chat.page.wait_for_timeout(150)
        assert in_view(chat, ".msg.bot"), (text, height)


@pytest.mark.parametrize(("width", "height"), [*SHORT, (320, 568), (1280, 800)])
def test_the_call_button_of_an_emergency_is_never_out_of_view(
    shared: FakeServer, visit: Visit, width: int, height: int
) -> None:
    chat = visit(shared.url, viewport={"width": width, "height": height}).open()
    chat.say("I cannot pee")
    call = chat.alarm.get_by_role("link", name="Call 911 now")
    expect(call).to_be_in_viewport(ratio=0.9)
    for text in ("still here", "what about heat"):
        chat.say(text)
        chat.settle()
        expect(call).to_be_in_viewport(ratio=0.9)
    chat.page.evaluate(f"for (const one of {CHAT}.querySelectorAll('.panel, .scroll')) one.scrollTop = 1e6")
    expect(call).to_be_in_viewport(ratio=0.9)


def test_none_of_these_waits_until_every_sign_was_seen(shared: FakeServer, visit: Visit) -> None:
    for width, height in ((320, 568), (1280, 600)):
        chat = visit(shared.url, viewport={"width": width, "height": height}).open()
        chat.say("my back")
        ticks = chat.page.locator(".ticks")
        expect(ticks).to_contain_text("9 signs")
        expect(chat.button("None of these")).to_have_count(0)
        seen: set[str] = set()
        for _ in range(20):
            seen |= set(
                chat.page.evaluate(
                    f"""(() => {{ const edge = {CHAT}.querySelector('.ticks .row').getBoundingClientRect().top;
                      return [...{CHAT}.querySelectorAll('.ticks label')].filter((one) => {{
                        const box = one.getBoundingClientRect();
                        return box.top >= 0 && box.bottom <= edge + 2;
                      }}).map((one) => one.textContent); }})()"""
                )
            )
            if ticks.locator("[data-does=none]").count():
                break
            if ticks.locator("[data-does=lead]").count():
                ticks.locator(".main").evaluate("(at) => at.click()")
            chat.page.wait_for_timeout(320)
        assert len(seen) == 9, (width, height, seen)
        chat.button("None of these").click()
        expect(chat.page.locator(".place")).to_be_visible()


def test_a_sign_can_be_sent_at_once_and_what_was_denied_can_be_read_and_changed(
    shared: FakeServer, visit: Visit
) -> None:
    chat = visit(shared.url).open()
    chat.say("my back")
    chat.none()
    recap = chat.page.locator(".recap")
    expect(recap).to_contain_text("9 asked: none fit")
    recap.locator("summary").click()
    assert recap.get_by_role("button").count() == 9
    recap.get_by_role("button", name="I am short of breath").click()
    chat.settle()
    assert shared.agent.texts[-1] == "I am short of breath"


def test_ticks_survive_a_side_question_and_a_reload(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("my back")
    box = chat.page.get_by_role("checkbox", name="I am short of breath")
    box.check()
    chat.say("what about heat")
    expect(chat.page.locator(".msg.bot").last).to_contain_text("First, let me check")
    expect(box).to_be_checked()
    chat.page.reload()
    expect(box).to_be_checked()
    chat.button("Send 1 picked").click()
    chat.settle()
    assert shared.agent.texts[-1] == "I am short of breath"


def test_a_plan_in_at_most_25_keystrokes_and_focus_on_each_new_control(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, viewport={"width": 1280, "height": 900}).open()
    chat.field.focus()
    keys = 0

    def press(*names: str) -> None:
        nonlocal keys
        for name in names:
            chat.page.keyboard.press(name)
            keys += 1

    while chat.focus() != "My back just went into spasm":
        press("Shift+Tab")
    press("Enter")
    for control, answer in (
        (".ticks", ["0"]),
        (".place", ["ArrowDown", "Enter", "Enter"]),
        (".scale", ["7", "Enter"]),
        (".choices .choice", ["Enter"]),
        (".choices .choice", ["2"]),
    ):
        chat.reply.locator(control).first.wait_for()
        assert chat.in_reply(), control
        while answer == ["0"] and not chat.page.locator(".ticks [data-does=none]").count():
            chat.page.wait_for_timeout(400)
            if chat.page.locator(".ticks [data-does=lead]").count():
                press("0")
        press(*answer)
        chat.settle()
    expect(chat.log).to_contain_text("How old are you?")
    assert chat.focus() == "field"
    press("4", "4", "Enter")
    chat.page.locator(".ticks").wait_for()
    chat.page.keyboard.type("none")
    press("n", "o", "n", "e")
    chat.field.fill("none")
    press("Enter")
    chat.page.locator(".plan").wait_for()
    assert keys <= 25, keys


def test_typing_at_a_control_goes_into_the_field(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.button("My back just went into spasm").click()
    assert chat.in_reply()
    chat.page.keyboard.type("numb")
    expect(chat.field).to_have_value("numb")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_focus_is_hidden_behind_the_button(shared: FakeServer, visit: Visit, width: int) -> None:
    chat = visit(shared.url, viewport={"width": width, "height": 700}).open()
    chat.say("my back")
    chat.page.get_by_role("checkbox").first.focus()
    for _ in range(9):
        covered = chat.page.evaluate(
            f"""(() => {{ const at = {CHAT}.activeElement.closest('label').getBoundingClientRect();
              const row = {CHAT}.querySelector('.ticks .row').getBoundingClientRect();
              return at.bottom > row.top + 1; }})()"""
        )
        assert not covered
        chat.page.keyboard.press("Tab")


def test_text_twice_as_large_stays_inside(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, viewport={"width": 390, "height": 844}).open()
    chat.page.evaluate("document.querySelector('unknot-chat').style.setProperty('--size', '32px')")
    chat.say("my back")
    chat.none()
    wide = f"(() => {{ const at = {CHAT}.querySelector('.scroll'); return at.scrollWidth - at.clientWidth; }})()"
    assert chat.page.evaluate(wide) <= 0
    chat.say("upper")
    chat.page.locator(".scale").wait_for()
    assert chat.page.evaluate(wide) <= 0
    for n in range(11):
        box = chat.page.locator(".scale label").nth(n).bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, n
        assert box["x"] + box["width"] <= 390


def test_what_is_half_written_survives_a_reload_and_too_much_is_said(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.field.fill("half of a sen")
    chat.page.reload()
    expect(chat.field).to_have_value("half of a sen")
    turns = shared.agent.turns
    chat.field.fill("x" * 5000)
    expect(chat.page.get_by_text("4000 characters too many.")).to_be_visible()
    chat.field.press("Enter")
    expect(chat.field).to_have_value("x" * 5000)
    assert shared.agent.turns == turns
    assert chat.violations("too long") == []


def test_without_scripts_the_signs_and_the_number_are_there(shared: FakeServer, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(shared.url)
    signs = page.locator(".signs")
    for choice in load().asks["red_flags_first"].choices:
        expect(signs).to_contain_text(choice.title)
    expect(signs.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    assert "<noscript>" in page.content()
    context.close()


def test_a_browser_without_light_dark(shared: FakeServer, visit: Visit) -> None:
    for scheme, ground in (("light", "rgb(250, 246, 240)"), ("dark", "rgb(19, 29, 29)")):
        chat = visit(shared.url, color_scheme=scheme)

        def old(route: Any) -> None:
            response = route.fetch()
            route.fulfill(response=response, body=response.text().replace("light-dark(", "not-known("))

        chat.page.route("**/widget/unknot.js", old)
        chat.open()
        expect(chat.page.locator(".panel")).to_have_css("background-color", ground)
        chat.say("I cannot pee")
        expect(chat.page.locator(".alarm .bar")).to_have_css("color", "rgb(255, 255, 255)")
        assert chat.page.locator(".alarm .bar").evaluate("(at) => getComputedStyle(at).backgroundColor") in (
            "rgb(168, 31, 28)",
            "rgb(140, 24, 22)",
        )


RUDE = """<style>html { font-size: 62.5% }
* { font: 30px/1 cursive; text-transform: uppercase; letter-spacing: 4px;
  color: red; text-align: right }
</style>"""


def test_rules_of_the_page_around_stay_outside(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).on_page(f"{RUDE}<unknot-chat open></unknot-chat>", 'lang="de"')
    text = chat.page.locator(".welcome p").first
    expect(text).to_be_visible()
    look = text.evaluate(
        "(at) => ['fontSize', 'textTransform', 'letterSpacing', 'textAlign'].map((n) => getComputedStyle(at)[n])"
    )
    assert look == ["16px", "none", "normal", "start"]
    assert chat.page.evaluate(f"{CHAT}.querySelector('.root').lang") == "en"
    box = chat.page.locator(".panel").bounding_box()
    assert box
    assert box["x"] > 400, "it stands in its corner"


def test_a_page_from_right_to_left(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).on_page("<unknot-chat open></unknot-chat>", 'lang="ar" dir="rtl"')
    expect(chat.page.locator(".welcome h3")).to_have_css("direction", "ltr")
    box = chat.page.locator(".panel").bounding_box()
    assert box
    assert box["x"] < 100, "at the end of a line there, which is the left"


def test_what_a_full_screen_panel_covers_cannot_be_reached(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, viewport={"width": 390, "height": 800})
    chat.on_page("<main><button>Of the host</button></main><unknot-chat></unknot-chat>")
    inert = "document.querySelector('main').inert"
    assert not chat.page.evaluate(inert)
    chat.button("Open the chat").click()
    assert chat.page.evaluate(inert)
    chat.button("Close the chat").click()
    assert not chat.page.evaluate(inert)


def test_a_side_that_is_pressed_looks_pressed_on_touch(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open()
    chat.say("my back")
    chat.none()
    chat.button("Lower back").tap()
    expect(chat.button("Lower back")).to_have_css("background-color", "rgb(13, 92, 89)")
    chat.button("Lower back, left").tap()
    chat.button("Lower back, right").tap()
    expect(chat.button("Send: Lower back, both sides")).to_be_visible()


def test_forced_colours_keep_the_button_over_the_list_readable(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, forced_colors="active").open()
    chat.say("my back")
    row = chat.page.locator(".ticks .row")
    expect(row).to_be_visible()
    assert row.evaluate("(at) => getComputedStyle(at).backgroundColor") not in ("rgba(0, 0, 0, 0)", "transparent")


@pytest.mark.parametrize(("width", "height"), [(320, 480), (390, 844), (568, 320), (1280, 800)])
def test_a_spot_of_the_map_is_the_place_that_it_shows(
    shared: FakeServer, visit: Visit, width: int, height: int
) -> None:
    chat = visit(shared.url, viewport={"width": width, "height": height}).open()
    chat.say("my back")
    chat.none()
    chat.page.locator(".place").wait_for()
    for region in ("Neck", "Upper back", "Middle back", "Lower back"):
        for side in ("left", "centre", "right"):
            button = chat.button(f"{region}, {side}")
            button.click()
            expect(button).to_have_attribute("aria-pressed", "true")
            # What lights up lies under what was tapped.
            assert chat.page.evaluate(
                f"""(() => {{ const spot = {CHAT}.querySelector('.spot.on').getBoundingClientRect();
                  const tapped = {CHAT}.querySelector('.spotted[aria-pressed=true]').getBoundingClientRect();
                  const [x, y] = [spot.left + spot.width / 2, spot.top + spot.height / 2];
                  return tapped.left < x && x < tapped.right && tapped.top < y && y < tapped.bottom; }})()"""
            ), (region, side)
            button.click()
    chat.button("Neck").focus()
    for key, name in (
        ("ArrowDown", "Upper back"),
        ("ArrowRight", "Upper back, left"),
        ("ArrowDown", "Middle back, left"),
    ):
        chat.page.keyboard.press(key)
        assert chat.focus() == name
    chat.page.keyboard.press("Enter")
    expect(chat.button("Send: Middle back, left")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (320, 480, 100),
        (568, 320, 100),
        (320, 256, 100),
        (390, 844, 100),
        (1280, 800, 100),
        (320, 480, 200),
        (390, 844, 200),
    ],
)
def test_the_first_step_of_an_emergency_stays_in_view(
    shared: FakeServer, visit: Visit, width: int, height: int, size: int
) -> None:
    chat = visit(shared.url, viewport={"width": width, "height": height})
    chat.context.add_init_script(f'localStorage.setItem(\'unknot:look\', \'{{"size": {size}, "theme": ""}}\')')
    chat.open()
    chat.say("I am numb down there")
    call, first = chat.alarm.get_by_role("link", name="Call 911 now"), chat.alarm.locator(".big li").first
    for text in ("", "still here", "what about heat"):
        if text:
            chat.say(text)
            chat.settle()
            chat.page.wait_for_timeout(100)
        expect(call).to_be_in_viewport(ratio=0.9)
        expect(first).to_be_in_viewport(ratio=0.4)
        box = call.bounding_box()
        assert box
        assert box["x"] + box["width"] <= width
    chat.page.evaluate(f"for (const one of {CHAT}.querySelectorAll('.panel, .scroll')) one.scrollTop = 1e6")
    expect(call).to_be_in_viewport(ratio=0.9)
    expect(first).to_be_in_viewport(ratio=0.4)
    chat.page.reload()
    expect(call).to_be_in_viewport(ratio=0.9)
    expect(chat.button("I called")).to_be_attached()


def test_a_dark_page_prints_dark_on_white(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, color_scheme="dark").open()
    chat.say("card please")
    chat.page.locator(".summary").wait_for()
    chat.page.emulate_media(media="print")
    for card in (".plan", ".summary"):
        expect(chat.page.locator(card)).to_have_css("background-color", "rgb(255, 253, 250)")
        expect(chat.page.locator(card)).to_have_css("color", "rgb(29, 43, 42)")


def test_an_emergency_can_be_printed(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.say("I am numb down there")
    chat.alarm.wait_for()
    chat.page.emulate_media(media="print")
    for line in (chat.alarm.get_by_role("link", name="Call 911 now"), chat.alarm.locator(".big li").last):
        expect(line).to_be_visible()
        expect(line).to_have_css("color", "rgb(0, 0, 0)")
        expect(line).to_have_css("background-color", "rgb(255, 255, 255)")


def test_before_the_script_the_number_is_in_view(shared: FakeServer, chromium: Browser) -> None:
    for width, height in ((1280, 800), (390, 664), (320, 480), (568, 320), (320, 256)):
        context = chromium.new_context(java_script_enabled=False, viewport={"width": width, "height": height})
        page = context.new_page()
        page.goto(shared.url)
        expect(page.get_by_role("link", name="Call 911")).to_be_in_viewport(ratio=0.9)
        context.close()
