"""How the widget looks: no accessibility violation in any state, small, in both colour schemes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.channels.web.chat import CHAT, Chat
from tests.channels.web.serve import FakeServer
from unknot.channels.web.server.config import WEB_FOLDER
from unknot.knowledge.loader import load

Visit = Callable[..., Chat]
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "forced colours": {"forced_colors": "active"},
    "zoomed": {"viewport": {"width": 640, "height": 400}, "reduced_motion": "reduce"},
}
MOST_BYTES = 30_000  # compressed, with everything that a first use and all later ones need
MAIN_STATES = {"a list to tick", "the map", "plan and summary", "emergency"}


@pytest.mark.browser
@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_any_state(shared: FakeServer, visit: Visit, look: str) -> None:
    chat = visit(shared.url, **{"reduced_motion": "reduce", **LOOKS[look]}).open()
    found: list[str] = []

    def check(state: str) -> None:
        # Everything once; elsewhere what can differ: colours in the dark, the main states on small screens.
        if look in ("light", "dark") or state in MAIN_STATES:
            found.extend(chat.violations(f"{look}, {state}", "color-contrast" if look == "dark" else ""))

    check("welcome")
    chat.say("my back is in spasm")
    chat.page.locator(".ticks").wait_for()
    chat.page.get_by_role("checkbox").first.check()
    check("a list to tick")
    chat.page.get_by_role("checkbox").first.uncheck()
    chat.none()
    chat.button("Whole back").click()
    check("the map")
    chat.page.get_by_role("button", name="Send: Whole back").click()
    chat.page.get_by_role("radio", name="7").check()
    check("the scale, with something for meanwhile")
    chat.button("Send: 7 out of 10").click()
    expect(chat.reply).to_contain_text("It started today")
    check("choices")
    for text in ("today", "nothing", "44", "none"):
        chat.say(text)
    chat.page.locator(".summary").wait_for()
    for details in chat.page.locator(".sources").all():
        details.evaluate("(node) => { node.open = true; }")
    check("plan and summary")
    for text in ("urgent", "see someone", "I want to end it all", "how do I get relief"):
        chat.say(text)
    expect(chat.page.locator(".crisis")).to_be_visible()
    chat.settle()
    check("levels and crisis")
    chat.say("I cannot pee")
    chat.alarm.wait_for()
    check("emergency")
    chat.say("boom")
    chat.page.locator("[data-state=failed]").wait_for()
    check("failed")
    chat.field.fill("x" * 950)
    chat.button("Menu").click()
    check("menu")
    chat.button("Delete my data").click()
    check("dialog")
    chat.button("Keep it").click()
    chat.context.set_offline(True)
    chat.say("are you there")
    chat.page.locator(".advice").wait_for()
    check("offline")
    chat.context.set_offline(False)
    expect(chat.page.locator(".advice")).to_have_count(0)
    chat.on_page("<main>Text</main><unknot-chat></unknot-chat>")
    chat.button("Open the chat").wait_for()
    check("closed")
    chat.button("Open the chat").click()
    check("in a corner")
    assert found == []


@pytest.mark.browser
def test_reduced_motion_stands_still(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, reduced_motion="reduce").open()
    chat.say("slow")
    assert chat.page.evaluate("document.getAnimations().length") == 0
    expect(chat.reply).to_contain_text("Pick a place")


@pytest.mark.browser
def test_colours_can_be_set_from_outside(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    chat.page.evaluate("document.querySelector('unknot-chat').style.setProperty('--accent', 'rgb(90, 20, 120)')")
    expect(chat.button("Send")).to_have_css("background-color", "rgb(90, 20, 120)")
    chat.page.evaluate("document.querySelector('unknot-chat').style.colorScheme = 'dark'")
    expect(chat.page.locator(".panel")).to_have_css("background-color", "rgb(19, 29, 29)")


def test_the_widget_is_small_in_one_file_that_its_hash_vouches_for(shared: FakeServer) -> None:
    with shared.client(headers={"Accept-Encoding": "gzip"}) as http:
        whole = http.get("/widget/unknot.js")
        assert whole.headers["content-encoding"] == "gzip"
        assert int(whole.headers["content-length"]) <= MOST_BYTES
        told = http.get("/widget/embed.json").json()
        versioned = http.get(f"/widget/{told['file']}")
    assert versioned.content == whole.content
    assert "immutable" in versioned.headers["cache-control"]
    digest = base64.b64encode(hashlib.sha384(versioned.content).digest()).decode()
    assert told["integrity"] == f"sha384-{digest}"
    # Nothing is loaded afterwards but what somebody asks for in the menu.
    assert re.findall(r"^import |\bimport\([^)]*\)", whole.text, re.MULTILINE) == [
        'import(new URL("later.js",import.meta.url)'
    ]


def test_every_drawing_of_the_knowledge_exists_and_is_described() -> None:
    drawn = set(re.findall(r"^  (\w+): \{$", (WEB_FOLDER / "pictures.js").read_text(), re.M))
    strings = (WEB_FOLDER / "strings" / "en.js").read_text()
    described = set(re.findall(r"^    (\w+): \"", strings.split("drawings:")[1], re.M))
    wanted = {drawing for remedy in load().remedies.values() for drawing in remedy.drawings}
    assert wanted
    assert wanted <= drawn
    assert drawn == described


@pytest.mark.browser
def test_every_drawing_can_be_seen(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url).open()
    boxes = chat.page.evaluate(
        f"""async () => {{
          const {{ drawing }} = await import('/widget/pictures.js');
          const {{ default: words }} = await import('/widget/strings/en.js');
          return Object.keys(words.drawings).map((id) => {{
            const node = drawing(id, words.drawings[id]);
            {CHAT}.querySelector('.log').append(node);
            const [, , width, height] = node.getAttribute('viewBox').split(' ').map(Number);
            return [...node.children].map((part) => part.getBBox()).every((box) =>
              box.x >= 2 && box.y >= 2 && box.x + box.width <= width - 2 && box.y + box.height <= height - 2);
          }});
        }}"""
    )
    assert len(boxes) >= 9
    assert all(boxes)


def test_no_dangerous_api_and_no_clinical_sentence_in_the_widget() -> None:
    source = {path.name: path.read_text(encoding="utf-8") for path in WEB_FOLDER.rglob("*.js")}
    for name, text in source.items():
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|https?://(?!www\.w3\.org/2000/svg)\w",
            text,
        )
        assert not found, (name, found)
    known = load()
    clinical = [remedy.how for remedy in known.remedies.values()] + [
        region.emergency_text for region in known.regions.values()
    ]
    sentences = {part.strip() for text in clinical for part in re.split(r"(?<=[.!?])\s", text) if len(part) > 25}
    everything = " ".join(source.values())
    assert not [sentence for sentence in sentences if sentence in everything]


@pytest.mark.browser
def test_large_text_leaves_room_for_the_talk_beside_the_plan(shared: FakeServer, visit: Visit) -> None:
    chat = visit(shared.url, viewport={"width": 1280, "height": 800}).open()
    chat.say("card please")
    chat.page.locator(".beside .plan").wait_for()
    chat.button("Menu").click()
    for expected in (True, False, False):
        chat.page.get_by_role("button", name="Text size").click()
        expect(chat.page.locator(".beside .plan")).to_have_count(int(expected))
        bubble = chat.page.locator(".bubble").bounding_box()
        assert bubble
        assert bubble["width"] > bubble["height"]


def _luminance(colour: str) -> float:
    short = colour.removeprefix("#")
    full = "".join(sign * 2 for sign in short) if len(short) == 3 else short
    parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# What is written on what; and what only has to be told apart from what lies beside it.
SOFT = ("ground", "surface", "urgent-soft", "home-soft", "visit-soft")
WRITTEN = [
    *[(ink, on) for ink in ("ink", "quiet") for on in SOFT],
    *[("accent", ground) for ground in ("ground", "surface")],
    ("on-accent", "accent"), ("on-soft", "soft"), ("urgent", "urgent-soft"), ("urgent", "surface"),
    ("visit", "visit-soft"), ("home", "home-soft"), ("home", "surface"), ("ground", "visit"),
]  # fmt: skip
TOLD_APART = [("edge", "surface"), ("edge", "ground"), ("bone", "skin"), ("body", "surface"), ("accent", "soft")]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_has_contrast_in_light_and_dark(scheme: int) -> None:
    styles = (WEB_FOLDER / "styles.js").read_text(encoding="utf-8")
    rows = re.findall(r'\["([\w-]+)", "(#\w+)", "(#\w+)"\]', styles)
    colours = {name: pair[scheme] for name, *pair in rows}
    for ink, ground in WRITTEN:
        assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert _contrast("#ffffff", colours["alarm"]) >= 4.5
    for one, other in TOLD_APART:
        assert _contrast(colours[one], colours[other]) >= 3, (one, other)
