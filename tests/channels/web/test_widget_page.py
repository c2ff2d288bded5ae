"""The page as a product and as a guest: settings, links, speech, embedding, installed and offline."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.channels.web.chat import Chat
from tests.channels.web.serve import FakeServer
from unknot.channels.web.server.bundle import BundleError, bundle, squeezed
from unknot.knowledge.loader import load

Visit = Callable[..., Chat]
EAR = """window.SpeechRecognition = class { processLocally = false; static async available() { return 'ANSWER'; }
  start() { this.onresult({ resultIndex: 0, results: [[{ transcript: 'my lower back' }]] }); }
  stop() { this.onend(); } };
Object.defineProperty(SpeechRecognition.prototype, 'processLocally', { value: true, writable: true });"""


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/?q=how+do+I+get+relief", "/#q=how+do+I+get+relief"])
def test_a_link_with_a_question(shared: FakeServer, visit: Visit, address: str) -> None:
    chat = visit(shared.url)
    chat.page.goto(shared.url + address)
    expect(chat.page.locator(".msg.bot").first).to_be_visible()
    assert shared.agent.texts[-1] == "how do I get relief"
    assert chat.page.url == f"{shared.url}/"
    # Where something was said already the person decides.
    turns = shared.agent.turns
    chat.page.goto(shared.url + address.replace("relief", "up"))
    chat.page.reload()
    expect(chat.page.locator(".msg.bot").first).to_be_visible()
    assert shared.agent.turns == turns


@pytest.mark.browser
def test_text_size_and_colours_are_the_persons_choice(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, color_scheme="light").open()
    chat.button("Menu").click()
    chat.button("Text size: 100 %").click()
    chat.button("Colours: as the system").click()
    chat.button("Colours: light").click()
    expect(chat.page.locator(".panel")).to_have_css("background-color", "rgb(19, 29, 29)")
    expect(chat.page.locator(".panel")).to_have_css("font-size", "20px")
    chat.page.reload()
    expect(chat.page.locator(".panel")).to_have_css("background-color", "rgb(19, 29, 29)")
    assert chat.violations("dark by choice", "color-contrast") == []


@pytest.mark.browser
def test_on_a_wide_screen_the_signs_stay_beside_the_talk(shared: FakeServer, visit: Visit) -> None:
    for width, shown in ((1180, True), (820, False)):
        chat = visit(shared.url, viewport={"width": width, "height": 760}).open()
        expect(chat.page.locator(".signs")).to_be_visible(visible=shown)
        expect(chat.page.locator(".lead")).to_be_hidden()


def test_a_talk_that_is_not_kept_is_gone_with_the_page(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.button("Menu").click()
    chat.button("Do not keep this talk").click()
    expect(chat.page.get_by_text("This talk is deleted when you close or reload the page.")).to_be_visible()
    chat.say("only for this moment, card please")
    expect(chat.page.locator(".plan")).to_be_visible()
    assert chat.page.evaluate("localStorage.getItem('unknot:plan')") is None
    chat.page.goto("about:blank")
    chat.page.wait_for_timeout(600)
    assert b"only for this moment" not in shared.database.read_bytes()


@pytest.mark.browser
@pytest.mark.parametrize(("state", "there"), [("available", 1), ("downloadable", 0)])
def test_dictation_only_where_it_stays_on_the_device(
    shared: FakeServer, visit: Visit, state: str, there: int
) -> None:
    chat = visit(shared.url)
    chat.page.add_init_script(EAR.replace("ANSWER", state))
    chat.open()
    mic = chat.button("Dictate")
    expect(mic).to_have_count(there)
    if there:
        mic.click()
        expect(chat.field).to_have_value("my lower back")


@pytest.mark.browser
def test_messages_have_a_time_and_days_are_divided(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url)
    yesterday = (datetime.now() - timedelta(days=1)).timestamp()

    def older(route: object) -> None:
        response = route.fetch()  # type: ignore[attr-defined]
        body = response.json()
        for item in body["items"][:1]:
            item["at"] = yesterday
        route.fulfill(response=response, json=body)  # type: ignore[attr-defined]

    chat.open()
    chat.say("are you human")
    chat.say("are you human?")
    chat.settle()
    chat.page.route("**/api/session", older)
    chat.page.reload()
    expect(chat.page.locator(".day")).to_have_count(2)
    assert chat.page.locator(".bubble").first.get_attribute("data-time")


@pytest.mark.browser
def test_inside_a_box_with_events_and_methods(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).on_page(
        '<main><div style="width:500px;height:600px"><unknot-chat inline question="are you human"></unknot-chat>'
        "</div></main>"
    )
    expect(chat.log).to_contain_text("I am a program.")
    box = chat.page.locator(".panel").bounding_box()
    assert box
    assert (round(box["width"]), round(box["height"])) == (500, 600)
    chat.page.evaluate(
        """(() => { const chat = document.querySelector('unknot-chat'); window.heard = [];
          chat.addEventListener('unknot-reply', (event) => heard.push(event.detail.type));
          chat.say('summary'); })()"""
    )
    expect(chat.page.locator(".summary")).to_be_visible()
    assert chat.page.evaluate("heard") == ["summary"]
    chat.page.evaluate("document.querySelector('unknot-chat').prefill('My lower back ')")
    expect(chat.field).to_have_value("My lower back ")
    assert chat.violations("inline") == []


@pytest.mark.browser
def test_the_demonstration_page(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url)
    chat.page.goto(f"{shared.url}/widget/embed.html")
    expect(chat.page.locator("#tag")).to_contain_text("sha384-")
    chat.page.get_by_role("button", name='say("How do I get fast relief?")').click()
    expect(chat.page.locator("#events")).to_contain_text("reply (answer)")
    assert chat.violations("demonstration") == []


@pytest.mark.browser
def test_without_a_network_the_page_shows_signs_number_and_the_last_plan(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, service_workers="allow").open()
    chat.say("card please")
    chat.page.locator(".plan").wait_for()
    chat.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    chat.page.reload()
    expect(chat.page.locator(".plan")).to_be_visible()
    chat.context.set_offline(True)
    chat.page.reload()
    expect(chat.page.get_by_role("link", name="Call 911 now").first).to_be_visible()
    expect(chat.page.locator(".advice")).to_contain_text(load().asks["red_flags_first"].choices[0].title)
    expect(chat.page.locator(".last .plan")).to_contain_text("Heat")


def test_modules_that_cannot_be_put_together_are_refused() -> None:
    with pytest.raises(BundleError, match="not there"):
        bundle({"unknot.js": 'import { a } from "./gone.js";\n'})
    with pytest.raises(BundleError, match="declares twice"):
        bundle(
            {"unknot.js": 'import { twice } from "./b.js";\nconst twice = 1;\n', "b.js": "export const twice = 2;\n"}
        )
    with pytest.raises(BundleError, match="each other"):
        bundle({"unknot.js": 'import { a } from "./b.js";\n', "b.js": 'import { c } from "./unknot.js";\n'})


def test_texts_and_patterns_stay_as_they_are() -> None:
    script = (
        'const a = /[ ;] {2} x/g, b = "x ; y // z"; // gone\n'
        "const c = `t  ${ b } ; u`;\n/** gone */\nlet d = a / b;\n"
        "const e = (f) => {\n  d(\n    f,\n  );\n  g();\n};\nh();\n"
    )
    kept = squeezed(script)
    for part in ("/[ ;] {2} x/g", '"x ; y // z"', "`t  ${ b } ; u`", "a / b", "e=f=>{d(f);g()};h();"):
        assert part in kept
    assert "gone" not in kept


def test_only_names_that_are_nowhere_a_property_become_short() -> None:
    script = (
        "const counted = 1;\nconst keyed = 2;\nconst shown = 3;\nfunction method() {}\nconst told = 4;\n"
        "class Own {\n  method() { return { keyed: counted, shown }; }\n}\n"
        "const text = `${told} ${counted === 1}`;\nconst a = (counting) => [...counting, counted].counted;\n"
        "const { taken = a, other: renamed } = method(text);\nuse(renamed, taken, Own);\n"
        "const alone = a;\nuse(alone);\n"
    )
    short = bundle({"unknot.js": script})
    for name in ("counted", "keyed", "shown", "method", "told", "taken", "other", "use", "counting"):
        assert re.search(rf"\b{name}\b", short), name
    for name in ("alone", "Own", "text"):
        assert not re.search(rf"\b{name}\b", short), name
    assert "const a=" in short  # a short name that is there already is nobody else's
    assert short.count("const a=") == 1
